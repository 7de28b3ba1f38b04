#include "analysis/profile/leak_candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <unordered_map>

namespace analysis {
namespace {

// What frees most of what it takes is busy, not leaking.
constexpr double kLeastKept = 0.5;

std::unordered_map<std::string, int64_t> ChangeByFunction(const Diff& diff) {
  std::unordered_map<std::string, int64_t> changes;
  for (const FunctionChange& change : diff.functions) changes[change.name] = change.flat_change();
  return changes;
}

}  // namespace

std::optional<double> LeakCandidate::kept() const {
  if (allocated <= 0) return std::nullopt;
  return std::min(1.0, static_cast<double>(bytes) / static_cast<double>(allocated));
}

std::vector<LeakCandidate> LeakCandidates(const Diff& space, const Diff& objects, const Diff& allocated) {
  const auto objects_of = ChangeByFunction(objects), allocated_of = ChangeByFunction(allocated);
  const auto change = [](const auto& changes, const std::string& name) {
    const auto at = changes.find(name);
    return at == changes.end() ? int64_t{0} : at->second;
  };
  const auto largest_total = static_cast<double>(std::max(std::abs(space.total_before), std::abs(space.total_after)));
  std::vector<LeakCandidate> candidates;
  for (const FunctionChange& grown : space.functions) {
    const auto bytes = static_cast<double>(grown.flat_change());
    if (grown.is_noise || bytes <= 0 || bytes < space.min_share * largest_total) continue;
    LeakCandidate candidate{.function = grown.name,
                            .bytes = grown.flat_change(),
                            .objects = change(objects_of, grown.name),
                            .allocated = std::max<int64_t>(change(allocated_of, grown.name), 0),
                            .path = grown.path};
    if (candidate.kept().value_or(1) >= kLeastKept) candidates.push_back(std::move(candidate));
  }
  std::ranges::stable_sort(candidates, std::ranges::greater(), &LeakCandidate::bytes);
  return candidates;
}

model::Table LeakTable(const std::vector<LeakCandidate>& candidates) {
  model::Table table{
      .key = "leak_candidates",
      .title = candidates.empty() ? "" : "Leak candidates: grew, and most of what was allocated is still in use",
      .columns = {{.key = "bytes", .label = "grew", .unit = "bytes", .is_change = true},
                  {.key = "objects", .label = "objects", .unit = "count", .is_change = true},
                  {.key = "allocated", .label = "allocated", .unit = "bytes"},
                  {.key = "kept", .label = "kept", .unit = "ratio"},
                  {.key = "function", .label = "allocated by"},
                  {.key = "path", .show = false},
                  {.label = "by way of"}},
      .rows_shown = 10};
  for (const LeakCandidate& c : candidates) {
    table.rows.push_back({c.bytes, c.objects, c.allocated, c.kept() ? model::Value(*c.kept()) : model::Value(nullptr),
                          c.function, model::ValueList(c.path.begin(), c.path.end()),
                          fmt::format("{}", fmt::join(c.path, " -> "))});
  }
  return table;
}

}  // namespace analysis
