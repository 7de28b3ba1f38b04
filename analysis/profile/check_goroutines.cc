#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/profile/check.h"
#include "model/units.h"

namespace analysis {
namespace {

using Stack = std::vector<std::string>;  // root first

bool IsGoroutines(const View& view) { return view.type() == "goroutine" || view.type() == "goroutineleak"; }

std::map<Stack, int64_t> Counts(const View& view) {
  const model::Profile& profile = view.profile();
  std::map<Stack, int64_t> counts;
  for (size_t row = 0; row < profile.sample_count(); ++row) {
    Stack stack;
    for (const model::LocationId at : profile.stacks.LeafFirst(profile.sample_stack[row])) {
      for (const model::Line& line : profile.symbols.lines(at))
        stack.emplace_back(profile.symbols.function_name(line.function));
    }
    std::ranges::reverse(stack);
    counts[stack] += profile.values(row)[view.value()];
  }
  return counts;
}

std::vector<std::string> Frames(const Stack& stack) {
  constexpr size_t kShown = 8;
  std::vector<std::string> lines;
  for (size_t i = stack.size(); i > 0 && lines.size() < kShown; --i) lines.push_back("  " + stack[i - 1]);
  if (stack.size() > kShown) lines.push_back(fmt::format("  ... and {} callers", stack.size() - kShown));
  return lines;
}

constexpr const char* kWhy = "goroutines that wait for something that never comes are never freed, nor is what they hold";
constexpr const char* kAdvice =
    "give the wait a way out (a context, a closed channel, a timeout); `gotrace deadlock` on a dump says what they wait for";

void AddCrowds(const CheckedProfile& profile, std::vector<CheckFinding>& findings) {
  constexpr int64_t kCrowd = 100;
  constexpr double kLeastShare = 0.5;
  const auto counts = Counts(profile.view);
  int64_t all = 0;
  for (const auto& [stack, count] : counts) all += count;
  const bool is_proven = profile.view.type() == "goroutineleak";
  for (const auto& [stack, count] : counts) {
    const double share = all == 0 ? 0 : static_cast<double>(count) / static_cast<double>(all);
    if (!is_proven && (count < kCrowd || share < kLeastShare)) continue;
    findings.push_back(
        {.kind = is_proven ? "goroutine-leak" : "goroutine-crowd",
         .severity = is_proven ? model::Severity::kError : model::Severity::kWarning,
         .confidence = is_proven ? Confidence::kSure : Confidence::kHint,
         .title = is_proven ? fmt::format("{} goroutines are leaked: the runtime found that nothing can wake them", count)
                            : fmt::format("{} of {} goroutines are at the same place",
                                          model::FormatCount(static_cast<uint64_t>(count)),
                                          model::FormatCount(static_cast<uint64_t>(all))),
         .share = share,
         .evidence = Frames(stack),
         .why = kWhy,
         .advice = kAdvice});
  }
}

}  // namespace

std::vector<CheckFinding> CheckGoroutines(const std::vector<CheckedProfile>& profiles) {
  std::vector<CheckFinding> findings;
  std::vector<const CheckedProfile*> in_time;
  for (const CheckedProfile& profile : profiles) {
    if (!IsGoroutines(profile.view)) continue;
    AddCrowds(profile, findings);
    if (profile.view.type() == "goroutine") in_time.push_back(&profile);
  }
  std::ranges::stable_sort(in_time, {}, [](const CheckedProfile* profile) { return profile->view.profile().time_nanos; });
  if (in_time.size() < 2) return findings;
  constexpr int64_t kLeastGrowth = 10;
  auto before = Counts(in_time.front()->view);
  for (const auto& [stack, count] : Counts(in_time.back()->view)) {
    const int64_t growth = count - before[stack];
    if (growth < kLeastGrowth || growth < before[stack] / 2) continue;
    auto evidence = Frames(stack);
    evidence.insert(evidence.begin(), fmt::format("from {} to {}", in_time.front()->file, in_time.back()->file));
    findings.push_back({.kind = "goroutine-growth",
                        .severity = model::Severity::kWarning,
                        .confidence = in_time.size() > 2 ? Confidence::kLikely : Confidence::kHint,
                        .title = fmt::format("{} more goroutines at one place: {} -> {}", growth, before[stack], count),
                        .share = static_cast<double>(growth) / static_cast<double>(count),
                        .evidence = evidence,
                        .why = kWhy,
                        .advice = kAdvice});
  }
  return findings;
}

}  // namespace analysis
