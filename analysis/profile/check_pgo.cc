#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "analysis/profile/check.h"
#include "model/units.h"

namespace analysis {
namespace {

// A call as the compiler looks it up in default.pgo: by names, and by the line of the call counted from where the caller
// begins. Edits above the function don't matter, edits inside it do.
struct Call {
  std::string caller, callee;
  int64_t offset = 0;
  auto operator<=>(const Call&) const = default;
};

struct Frame {
  model::FunctionId function;
  int64_t line = 0;
};

// Root first, inlined calls spelt out.
std::vector<Frame> Frames(const model::Profile& profile, model::StackId stack) {
  std::vector<Frame> frames;
  for (const model::LocationId at : profile.stacks.LeafFirst(stack)) {
    for (const model::Line& line : profile.symbols.lines(at)) frames.push_back({line.function, line.line});
  }
  std::ranges::reverse(frames);
  return frames;
}

// Each call with the value of the samples through it. Calls from functions whose begin is not known are left out.
std::map<Call, int64_t> Calls(const View& view) {
  const model::Profile& profile = view.profile();
  std::map<Call, int64_t> calls;
  for (size_t row = 0; row < profile.sample_count(); ++row) {
    const std::vector<Frame> frames = Frames(profile, profile.sample_stack[row]);
    std::set<Call> once;
    for (size_t i = 1; i < frames.size(); ++i) {
      const model::Function& caller = profile.symbols.functions()[frames[i - 1].function];
      if (caller.start_line == 0) continue;
      once.insert({.caller = std::string(profile.symbols.text(caller.name)),
                   .callee = std::string(profile.symbols.function_name(frames[i].function)),
                   .offset = frames[i - 1].line - caller.start_line});
    }
    for (const Call& call : once) calls[call] += profile.values(row)[view.value()];
  }
  return calls;
}

// The compiler uses the calls that make up 99 % of the weight.
std::vector<std::pair<Call, int64_t>> Hot(const std::map<Call, int64_t>& calls) {
  std::vector<std::pair<Call, int64_t>> hot(calls.begin(), calls.end());
  std::ranges::stable_sort(hot, [](const auto& a, const auto& b) { return a.second > b.second; });
  int64_t all = 0, kept = 0;
  for (const auto& [call, value] : hot) all += value;
  const auto last = std::ranges::find_if(hot, [&](const auto& entry) {
    kept += entry.second;
    return static_cast<double>(kept) >= 0.99 * static_cast<double>(all);
  });
  if (last != hot.end()) hot.erase(last + 1, hot.end());
  return hot;
}

CheckFinding Finding(const std::string& file, int64_t same, int64_t moved, std::vector<std::string> evidence) {
  const double share = static_cast<double>(moved) / static_cast<double>(same + moved);
  evidence.insert(evidence.begin(), "in " + file);
  return {.kind = "stale-pgo",
          .severity = model::Severity::kWarning,
          .confidence = Confidence::kLikely,
          .title = fmt::format("{} of the hot calls in the PGO profile are on other lines of their functions now",
                               model::FormatPercent(share, 1)),
          .share = share,
          .evidence = std::move(evidence),
          .why = "the compiler finds a call by its line within the function; a call that moved is no longer treated as hot",
          .advice = "record a CPU profile of the current build and put it in the place of default.pgo"};
}

}  // namespace

std::vector<CheckFinding> CheckPgo(const CheckedProfile& pgo, const std::vector<CheckedProfile>& current) {
  constexpr double kLeastShare = 0.1;
  constexpr size_t kShown = 3;
  std::set<Call> calls_now;
  std::map<std::pair<std::string, std::string>, int64_t> offset_now;  // of any such call
  for (const CheckedProfile& profile : current) {
    for (const auto& [call, value] : Calls(profile.view)) {
      calls_now.insert(call);
      offset_now[{call.caller, call.callee}] = call.offset;
    }
  }
  int64_t same = 0, moved = 0;
  std::vector<std::string> evidence;
  for (const auto& [call, value] : Hot(Calls(pgo.view))) {
    const auto now = offset_now.find({call.caller, call.callee});
    if (now == offset_now.end()) continue;  // not seen this time: that is no proof of anything
    const bool is_same = calls_now.contains(call);
    (is_same ? same : moved) += value;
    if (is_same || evidence.size() == kShown) continue;
    evidence.push_back(
        fmt::format("{} calls {} on its line {}, now on {}", call.caller, call.callee, call.offset + 1, now->second + 1));
  }
  if (static_cast<double>(moved) < kLeastShare * static_cast<double>(same + moved) || moved == 0) return {};
  return {Finding(pgo.file, same, moved, std::move(evidence))};
}

}  // namespace analysis
