#include "analysis/trace/trace_profile.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "analysis/frame_merge.h"
#include "model/input_error.h"
#include "tests/support/trace_script.h"

namespace {

// g2 waits for a lock, runs, waits for it again.
constexpr const char* kTwoWaits = R"(
   0 sync
   0 g1 was running on p0
   5 g1 create g2 main.worker @ main.main;main.start
   6 g2 run on p1
  10 g2 wait "sync" @ main.worker;sync.(*Mutex).Lock
  30 g1 wake g2 @ main.main;sync.(*Mutex).Unlock
  32 g2 run on p1
  33 g2 sample @ main.worker;main.spin
  34 g2 sample @ main.worker;main.spin
  36 g1 sample @ main.main
  40 g2 wait "sync" @ main.worker;sync.(*Mutex).Lock
  90 g1 wake g2 @ main.main;sync.(*Mutex).Unlock
  95 g2 run on p1
 100 g2 exit
 100 g1 exit
)";

// "depth value name" a frame, those with a value of their own with it in brackets
std::string Drawn(const model::FrameTree& tree) {
  std::string text;
  std::vector<size_t> depth(tree.size());
  const std::vector<int64_t> totals = model::TotalsOf(tree, tree.sides[0].self);
  for (uint32_t row = 1; row < tree.size(); ++row) {
    depth[row] = depth[tree.frames[row].caller.index()] + 1;
    text += fmt::format("{}{} {}\n", std::string(depth[row], ' '), totals[row], tree.name(model::FrameId(row)));
  }
  return text;
}

std::string Chart(const char* script, size_t value_type, analysis::TraceFilterOptions options = {}) {
  const auto source = test_support::TraceScript(script);
  analysis::TraceFilter filter(std::move(options), *source);
  return Drawn(analysis::SequenceFrames(analysis::ChartTrace(*source, filter), value_type));
}

}  // namespace

TEST_CASE("a chart of a goroutine goes through its life: what comes again later is drawn again") {
  CHECK(Chart(kTwoWaits, 0, {.goroutines = {model::GoroutineId(2)}}) ==
        " 95 g2 main.worker\n"
        "  95 main.worker\n"
        "   1 [ready]\n"
        "   4 [running]\n"
        "   22 sync.(*Mutex).Lock\n"
        "    20 [waiting: sync]\n"
        "    2 [ready]\n"
        "   8 [running]\n"
        "   55 sync.(*Mutex).Lock\n"
        "    50 [waiting: sync]\n"
        "    5 [ready]\n"
        "   5 [running]\n");
}

TEST_CASE("a chart of CPU samples keeps goroutines apart and their order") {
  CHECK(Chart(kTwoWaits, 3) ==
        " 2 g2 main.worker\n"
        "  2 main.worker\n"
        "   2 main.spin\n"
        " 1 g1\n"
        "  1 main.main\n");
}

TEST_CASE("a chart of more than can be drawn says how to narrow it") {
  const auto source = test_support::TraceScript(kTwoWaits);
  analysis::TraceFilter filter({}, *source);
  CHECK_THROWS_WITH_AS(analysis::ChartTrace(*source, filter, 3),
                       "a chart of more than 3 moments can't be drawn: narrow it with --goroutine, --start, --from and --to",
                       model::UsageError);
}
