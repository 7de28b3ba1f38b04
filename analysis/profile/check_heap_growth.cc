#include <fmt/format.h>

#include <algorithm>

#include "analysis/profile/check.h"
#include "model/units.h"

namespace analysis {
namespace {

// A cache that fills up ends some time; three profiles that each have more than the one before are a reason to look.
constexpr size_t kLeastSteps = 2;

const FunctionChange* Find(const Diff& diff, const std::string& function) {
  const auto found = std::ranges::find(diff.functions, function, &FunctionChange::name);
  return found == diff.functions.end() ? nullptr : &*found;
}

bool GrewEachTime(const std::vector<Diff>& steps, const std::string& function) {
  return steps.size() >= kLeastSteps && std::ranges::all_of(steps, [&](const Diff& step) {
           const FunctionChange* change = Find(step, function);
           return change != nullptr && change->flat_change() > 0 && !change->is_noise;
         });
}

}  // namespace

std::vector<CheckFinding> CheckHeapGrowth(const HeapGrowth& growth) {
  constexpr double kLeastShare = 0.1;
  std::vector<CheckFinding> findings;
  for (const LeakCandidate& candidate : growth.candidates) {
    const double share = growth.in_use == 0 ? 0 : static_cast<double>(candidate.bytes) / static_cast<double>(growth.in_use);
    if (share < kLeastShare || !candidate.kept()) continue;  // unknown: counters started anew, so it was another process
    const bool each_time = GrewEachTime(growth.steps, candidate.function);
    const auto bytes = [](int64_t value) { return model::FormatValue(value, "bytes"); };
    std::vector<std::string> evidence = {
        fmt::format("from {} to {}", growth.first, growth.last),
        fmt::format("{} more objects; {:.0f}% of the {} allocated there meanwhile are in use", candidate.objects,
                    100 * *candidate.kept(), bytes(candidate.allocated))};
    if (!candidate.path.empty()) evidence.push_back(fmt::format("by way of {}", fmt::join(candidate.path, " -> ")));
    findings.push_back({.kind = "heap-growth",
                        .severity = each_time ? model::Severity::kWarning : model::Severity::kNote,
                        .confidence = each_time ? Confidence::kLikely : Confidence::kHint,
                        .title = fmt::format("{} more in use that {} allocated", bytes(candidate.bytes), candidate.function),
                        .share = share,
                        .evidence = std::move(evidence),
                        .why = "what is still reachable is never freed; a cache that is still filling looks the same",
                        .advice = "see who holds on to it and when it is let go; `goprof diff` has all of the growth"});
  }
  return findings;
}

}  // namespace analysis
