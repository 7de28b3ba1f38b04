#include "analysis/deadlock/knowledge.h"

#include <algorithm>
#include <array>

namespace analysis::deadlock {
namespace {

constexpr std::array<std::string_view, 15> kParkers = {
    "os/signal.",
    "net/http.(*persistConn).",
    "net/http.(*http2",
    "net/http.(*Transport).",
    "net/http/internal",
    "net/http.(*connReader)",
    "database/sql.(*DB).connection",
    "os/exec.(*Cmd).",
    "context.",
    "golang.org/x/net/http2.",
    "google.golang.org/grpc",
    "go.opencensus.io/stats/view.",
    "k8s.io/klog",
    "github.com/golang/glog",
    "github.com/klauspost/compress/",
};

}  // namespace

bool ParksByDesign(const Stacks& stacks, FunctionId start, StackId waits_at) {
  const FunctionId leaf = stacks.leaf_function(waits_at);
  const std::string_view leaf_name = stacks.name(leaf);
  const std::string_view start_name = stacks.name(start);
  const bool is_in_library = stacks.traits(leaf).is_standard;
  return std::ranges::any_of(kParkers, [&](std::string_view parker) {
    return leaf_name.starts_with(parker) || (is_in_library && start_name.starts_with(parker));
  });
}

}  // namespace analysis::deadlock
