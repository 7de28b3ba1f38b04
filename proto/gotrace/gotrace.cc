#include "proto/gotrace/gotrace.h"

#include <fmt/format.h>

#include <charconv>

#include "model/input_error.h"
#include "proto/gotrace/background_events.h"
#include "proto/gotrace/v1_reader.h"
#include "proto/gotrace/v2_reader.h"

namespace proto::gotrace {
namespace {

constexpr std::string_view kPrefix = "go 1.";
constexpr std::string_view kSuffix = " trace";

}  // namespace

int VersionOf(std::string_view head) {
  if (!head.starts_with(kPrefix)) return -1;
  int version = -1;
  const auto [end, error] =
      std::from_chars(head.data() + kPrefix.size(), head.data() + std::min<size_t>(head.size(), 10), version);
  const std::string_view rest = head.substr(static_cast<size_t>(end - head.data()));
  return error == std::errc() && rest.starts_with(kSuffix) ? version : -1;
}

bool LooksGoTrace(std::string_view head) { return VersionOf(head) >= 0; }

std::unique_ptr<model::EventSource> Open(const std::string& name, std::unique_ptr<ByteSource> source) {
  InputWindow window(std::move(source));
  window.Has(0, kHeaderBytes);
  const int version = VersionOf({reinterpret_cast<const char*>(window.data()), window.size()});
  const std::string text = fmt::format("{}{}{}", kPrefix, version, kSuffix);
  if (version == 22 || version == 23 || version == 25 || version == 26) {
    return std::make_unique<BackgroundEvents>(std::make_unique<V2Reader>(name, text, version, std::move(window)));
  }
  if (version == 11 || version == 19 || version == 21) {
    return std::make_unique<V1Reader>(name, text, version, std::move(window));
  }
  if (version < 11) {
    throw model::InputError(
        name, fmt::format("is a \"{}\": traces from before Go 1.11 are not read, record it again with a newer Go", text));
  }
  throw model::InputError(
      name, fmt::format("is a \"{}\", which is not known here: wanted go 1.11, 1.19, 1.21, 1.22, 1.23, 1.25 or 1.26, "
                        "which is what Go 1.11 to 1.27 write",
                        text));
}

}  // namespace proto::gotrace
