#include "analysis/profile/callgrind.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <unordered_map>

#include "analysis/profile/trimmed_graph.h"
#include "model/units.h"

namespace analysis {
namespace {

constexpr ReportDefaults kDefaults{.trim = false,
                                   .granularity = model::Granularity::kAddresses,
                                   .force_granularity = true,
                                   .keep_objects = true,
                                   .unit = ReportDefaults::Unit::kWhole};

// callgrind's way to say a name twice: "(7) main.work" first, "(7)" from then on.
class Names {
 public:
  explicit Names(const TextSink& sink) : sink_(sink) {}
  std::string Of(std::string_view name) {
    if (name.empty()) return "";
    const auto [at, is_new] = numbers_.try_emplace(std::string(name), numbers_.size() + 1);
    return is_new ? fmt::format("({}) {}", at->second, sink_.escape(name)) : fmt::format("({})", at->second);
  }

 private:
  const TextSink& sink_;
  std::unordered_map<std::string, size_t> numbers_;
};

// Relative to the one before where that is shorter.
std::string Address(std::optional<uint64_t> before, uint64_t address) {
  const std::string absolute = address == 0 ? "0x0" : fmt::format("{:#x}", address);
  if (!before) return absolute;
  if (*before == address) return "*";
  const std::string relative = fmt::format("{:+}", static_cast<int64_t>(address - *before));
  return relative.size() < absolute.size() ? relative : absolute;
}

}  // namespace

void Callgrind(View& view, const TextSink& sink) {
  const TrimmedGraph trimmed = Trim(view, kDefaults);
  const model::Symbols& symbols = view.profile().symbols;
  const auto text = [&](model::StringId id) { return symbols.text(id); };
  const auto whole = [&](int64_t value) {
    return static_cast<int64_t>(model::Scale(value, view.unit(), view.output_unit()).value);
  };
  Names objects(sink), files(sink), names(sink);
  std::string out = fmt::format("positions: instr line\nevents: {}({})\n", view.type(), view.output_unit());
  const model::Place* before = nullptr;
  for (const model::NodeId id : trimmed.nodes) {
    const model::Place& place = trimmed.places.place(id);
    if (before == nullptr || before->object != place.object || before->file != place.file || before->name != place.name) {
      out += fmt::format("\nob={}\n", objects.Of(text(place.object)));
      out += fmt::format("fl={}\n", files.Of(text(place.file)));
      out += fmt::format("fn={}\n", names.Of(text(place.name)));
    }
    const auto address_before = before == nullptr ? std::nullopt : std::optional(before->address);
    out +=
        fmt::format("{} {} {}\n", Address(address_before, place.address), place.line, whole(trimmed.node(id).flat.value()));
    for (const uint32_t at : trimmed.SortedOut(id)) {
      const model::Edge& edge = trimmed.graph.edges[at];
      const model::Place& callee = trimmed.places.place(edge.callee);
      out += fmt::format("cfl={}\n", files.Of(text(callee.file)));
      out += fmt::format("cfn={}\n", names.Of(text(callee.name)));
      out += fmt::format("calls=0 {} {}\n* * {}\n", Address(address_before, callee.address), callee.line,
                         whole(edge.weight.sum));
    }
    before = &place;
  }
  sink.write(out);
}

}  // namespace analysis
