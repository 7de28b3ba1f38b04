#include "analysis/trace/cross_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/frame_text.h"
#include "analysis/statistics/count_test.h"
#include "analysis/trace/wait_site.h"
#include "model/units.h"

namespace analysis {
namespace {

using model::Profile;

constexpr double kAlike = 0.25;        // two measurements of one thing may differ by so much
constexpr int64_t kSmall = 1'000'000;  // waits together shorter than 1 ms are not argued about
constexpr double kSurprising = 0.001;
constexpr double kSameProgram = 0.5;

std::string Ns(int64_t ns) { return model::FormatValue(ns, "nanoseconds"); }

bool AreAlike(int64_t a, int64_t b, double within = kAlike) {
  return std::abs(static_cast<double>(a - b)) <= within * static_cast<double>(std::max(std::abs(a), std::abs(b)));
}

// The program's own frame nearest to the leaf; the root where all is library.
struct OwnFrame {
  std::string function = "(no stack)";
  std::string line;
};
OwnFrame OwnFrameOf(const Profile& profile, model::StackId stack) {
  const model::Symbols& symbols = profile.symbols;
  std::optional<OwnFrame> root;
  for (const model::LocationId at : profile.stacks.LeafFirst(stack)) {
    for (const model::Line& line : symbols.lines(at)) {
      const std::string_view function = symbols.function_name(line.function);
      const std::string_view file = symbols.text(symbols.functions()[line.function].file);
      OwnFrame frame{.function = std::string(function),
                     .line = fmt::format("{} {}:{}", function, file.substr(file.rfind('/') + 1), line.line)};
      if (!IsWaitLibrary(function)) return frame;
      root = frame;
    }
  }
  return root.value_or(OwnFrame{});
}

std::string StartOf(const Profile& profile, model::StackId stack) {
  std::string start;
  for (const model::LocationId at : profile.stacks.LeafFirst(stack)) {
    const auto lines = profile.symbols.lines(at);
    if (!lines.empty()) start = profile.symbols.function_name(lines.back().function);
  }
  return start;
}

// A value type by its name: "cpu", "delay", "goroutine".
std::optional<size_t> ValueOf(const Profile& profile, std::string_view type) {
  for (size_t at = 0; at < profile.value_types.size(); ++at) {
    if (profile.symbols.text(profile.value_types[at].type) == type) return at;
  }
  return std::nullopt;
}

class Checker {
 public:
  Checker(const TraceSide& trace, const Profile& profile, ProfileKind kind)
      : trace_(trace), profile_(profile), kind_(kind) {}

  std::vector<CrossCheck> Run() {
    checks_.push_back(Program());
    checks_.push_back(Window());
    if (kind_ == ProfileKind::kCpu) {
      checks_.push_back(Samples());
      checks_.push_back(CpuTime());
      checks_.push_back(HotFunctions());
    } else if (kind_ == ProfileKind::kBlock) {
      checks_.push_back(Waits("waits at the same lines", trace_.waits));
    } else if (kind_ == ProfileKind::kMutex) {
      checks_.push_back(Waits("waits ended by the same lines", trace_.unlocks));
    } else {
      checks_.push_back(Live());
    }
    return std::move(checks_);
  }

 private:
  bool IsOtherProgram() const { return checks_[0].agreement == Agreement::kDisagree; }
  bool IsOtherWindow() const { return checks_[1].agreement == Agreement::kDisagree; }

  // Functions of the program, not of Go: those any Go program has.
  CrossCheck Program() const {
    std::set<std::string> own;
    for (size_t sample = 0; sample < profile_.sample_count(); ++sample) {
      const std::string function = OwnFrameOf(profile_, profile_.sample_stack[sample]).function;
      if (!IsWaitLibrary(function)) own.insert(function);
    }
    size_t known = 0;
    std::string missing;
    for (const std::string& function : own) {
      if (trace_.functions.contains(function)) {
        ++known;
      } else if (missing.empty()) {
        missing = function;
      }
    }
    CrossCheck check{.question = "same program"};
    if (own.empty()) {
      check.agreement = Agreement::kExplained;
      check.answer = "can't be said: the profile has no function of the program's own";
      return check;
    }
    check.answer = fmt::format("{} of the {} functions of its own that the profile has are in the trace", known, own.size());
    if (static_cast<double>(known) >= kSameProgram * static_cast<double>(own.size())) return check;
    // A function that only computes is on no stack of a trace unless it was sampled or stopped there.
    const bool can_be_absent = kind_ == ProfileKind::kCpu && known > 0;
    check.agreement = can_be_absent ? Agreement::kExplained : Agreement::kDisagree;
    check.answer += can_be_absent ? "; a function that never waits and was not sampled is on no stack of a trace"
                                  : fmt::format(", {} is not: another program, or another time of it", missing);
    return check;
  }

  CrossCheck Window() const {
    CrossCheck check{.question = "same window"};
    if (!trace_.begin_unix_ns || profile_.time_nanos == 0) {
      check.agreement = Agreement::kExplained;
      check.answer = !trace_.begin_unix_ns ? "can't be said: the trace has no time of day (Go 1.25 and later write it)"
                                           : "can't be said: the profile has no time of day";
      return check;
    }
    const int64_t begin = profile_.time_nanos - *trace_.begin_unix_ns;
    if (profile_.duration_nanos == 0) return Moment(begin);
    const int64_t end = begin + profile_.duration_nanos;
    const int64_t common = std::min(end, trace_.length) - std::max<int64_t>(begin, 0);
    check.answer = fmt::format("the profile is of {} from {} to {} of the trace, which is {} long",
                               Ns(profile_.duration_nanos), Ns(begin), Ns(end), Ns(trace_.length));
    if (common <= 0) {
      check.agreement = Agreement::kDisagree;
      check.answer += ": they have no moment in common";
    } else if (!AreAlike(common, profile_.duration_nanos, 0.1) || !AreAlike(common, trace_.length, 0.1)) {
      check.agreement = Agreement::kExplained;
      check.answer += fmt::format(": {} in common", Ns(common));
    }
    return check;
  }

  // Block, mutex and goroutine profiles are of a moment; the former two count from when they were turned on.
  CrossCheck Moment(int64_t at) const {
    CrossCheck check{.question = "same window", .answer = fmt::format("the profile was written {} into the trace", Ns(at))};
    const int64_t late = at - trace_.length;
    if (at < 0) {
      check.agreement = Agreement::kDisagree;
      check.answer = fmt::format("the profile was written {} before the trace began", Ns(-at));
    } else if (late > std::max<int64_t>(trace_.length, 1'000'000'000)) {
      check.agreement = Agreement::kDisagree;
      check.answer = fmt::format("the profile was written {} after the trace ended", Ns(late));
    } else if (late > 0) {
      check.answer = fmt::format("the profile was written {} after the trace ended", Ns(late));
    }
    return check;
  }

  int64_t Sum(size_t value) const {
    int64_t sum = 0;
    for (size_t sample = 0; sample < profile_.sample_count(); ++sample) sum += profile_.values(sample)[value];
    return sum;
  }

  CrossCheck Samples() const {
    const int64_t samples = Sum(0);
    const auto traced = static_cast<int64_t>(trace_.sample_count);
    CrossCheck check{.question = "as many samples", .answer = fmt::format("{} in the profile, {} in the trace", samples, traced)};
    if (AreAlike(samples, traced, 0.1) || std::abs(samples - traced) <= 3) return check;
    const bool is_explained = !IsOtherWindow() && !IsOtherProgram();
    check.agreement = is_explained && (traced == 0 || checks_[1].agreement == Agreement::kExplained) ? Agreement::kExplained
                                                                                                     : Agreement::kDisagree;
    check.answer += traced == 0                                 ? ": the profiler did not run while the trace was written"
                    : checks_[1].agreement != Agreement::kAgree ? ": the windows differ"
                                                                : ": some were lost";
    return check;
  }

  CrossCheck CpuTime() const {
    const auto cpu = ValueOf(profile_, "cpu");
    const int64_t ns = cpu ? Sum(*cpu) : Sum(0) * profile_.period;
    CrossCheck check{.question = "as much CPU time"};
    check.answer = fmt::format("{} in the profile, goroutines running for {} in the trace", Ns(ns), Ns(trace_.running_ns));
    const int64_t error = 3 * static_cast<int64_t>(std::sqrt(static_cast<double>(Sum(0)))) * profile_.period;
    if (AreAlike(ns, trace_.running_ns) || std::abs(ns - trace_.running_ns) <= error) return check;
    if (checks_[1].agreement != Agreement::kAgree) {
      check.agreement = checks_[1].agreement;
      check.answer += ": the windows differ";
    } else if (ns < trace_.running_ns) {
      check.agreement = Agreement::kExplained;
      check.answer += ": goroutines had a P but not the processor (a CPU quota, a busy machine), or samples were lost";
    } else {
      check.agreement = Agreement::kExplained;
      check.answer += ": the rest is not goroutines' (cgo, system calls, the runtime's own threads)";
    }
    return check;
  }

  CrossCheck HotFunctions() const {
    CrossCheck check{.question = "same functions", .answer = "", .unit = "count"};
    std::map<std::string, int64_t> profiled;
    for (size_t sample = 0; sample < profile_.sample_count(); ++sample) {
      profiled[OwnFrameOf(profile_, profile_.sample_stack[sample]).function] += profile_.values(sample)[0];
    }
    const auto total = static_cast<double>(std::max<int64_t>(Sum(0), 1));
    const auto traced_total = static_cast<double>(std::max<uint64_t>(trace_.sample_count, 1));
    std::set<std::string> names;
    for (const auto& [name, count] : profiled) names.insert(name);
    for (const auto& [name, count] : trace_.samples) names.insert(name);
    for (const std::string& name : names) {
      CheckRow row{.name = name};
      if (profiled.contains(name)) row.profile = profiled.at(name);
      if (trace_.samples.contains(name)) row.trace = static_cast<int64_t>(trace_.samples.at(name));
      if (trace_.blocked_in.contains(name)) row.blocked_ns = trace_.blocked_in.at(name);
      if (trace_.sample_count > 0) {
        const RunCount a{static_cast<double>(row.profile), total}, b{static_cast<double>(row.trace), traced_total};
        const double p = CompareShares(std::span(&a, 1), std::span(&b, 1)).p_value;
        if (p < kSurprising) {
          row.agreement = checks_[1].agreement == Agreement::kExplained ? Agreement::kExplained : Agreement::kDisagree;
          row.reason =
              checks_[1].agreement == Agreement::kAgree ? "the shares differ by more than chance" : "the windows differ";
        }
      }
      check.rows.push_back(row);
    }
    SortRows(check);
    const bool has_samples = trace_.sample_count > 0;
    if (!check.rows.empty()) {
      const CheckRow& hot = check.rows[0];
      check.answer = fmt::format(
          "hottest: {}, {} of the profile's samples{}; goroutines were blocked in it for {}", hot.name,
          model::FormatPercent(static_cast<double>(hot.profile), total),
          has_samples
              ? fmt::format(" and {} of the trace's", model::FormatPercent(static_cast<double>(hot.trace), traced_total))
              : "",
          Ns(hot.blocked_ns));
    }
    Conclude(check);
    return check;
  }

  CrossCheck Waits(const char* question, const std::map<std::string, TraceSide::Waits>& traced) const {
    CrossCheck check{.question = question, .answer = "", .unit = "nanoseconds"};
    const auto delay = ValueOf(profile_, "delay");
    if (!delay) return check;
    std::map<std::string, int64_t> profiled;
    for (size_t sample = 0; sample < profile_.sample_count(); ++sample) {
      profiled[OwnFrameOf(profile_, profile_.sample_stack[sample]).line] += profile_.values(sample)[*delay];
    }
    std::set<std::string> names;
    for (const auto& [name, ns] : profiled) names.insert(name);
    for (const auto& [name, waits] : traced) names.insert(name);
    int64_t in_profile = 0, in_trace = 0, open = 0;
    for (const std::string& name : names) {
      CheckRow row{.name = name};
      if (profiled.contains(name)) row.profile = profiled.at(name);
      if (traced.contains(name)) {
        row.trace = traced.at(name).finished_ns;
        row.open_ns = traced.at(name).open_ns;
      }
      JudgeWaits(row);
      in_profile += row.profile;
      in_trace += row.trace;
      open += row.open_ns;
      check.rows.push_back(row);
    }
    SortRows(check);
    check.answer = fmt::format("{} in the profile, {} in the trace", Ns(in_profile), Ns(in_trace));
    if (open > 0) check.answer += fmt::format(", and {} of waits that were not over, which no profile has", Ns(open));
    Conclude(check);
    return check;
  }

  void JudgeWaits(CheckRow& row) const {
    if (row.profile < kSmall && row.trace < kSmall && row.open_ns < kSmall) return;
    if (AreAlike(row.profile, row.trace) || std::abs(row.profile - row.trace) < kSmall) {
      if (row.open_ns < kSmall || row.profile + row.trace >= kSmall) return;
      row.agreement = Agreement::kExplained;
      row.reason = "finished waits only: these were not over";
      return;
    }
    row.agreement = IsOtherWindow() || IsOtherProgram() ? Agreement::kDisagree : Agreement::kExplained;
    if (row.agreement == Agreement::kDisagree) {
      row.reason = IsOtherProgram() ? "not the same program" : "not the same window";
    } else if (row.profile > row.trace) {
      row.reason = "window: the profile counts since it was turned on, and waits that began before the trace";
    } else if (row.profile == 0) {
      row.reason = "rate: the profile was off, samples few waits, or was cut to other frames";
    } else {
      row.reason = "rate: the profile has a sample of the waits only";
    }
  }

  CrossCheck Live() const {
    CrossCheck check{.question = "same goroutines", .answer = "", .unit = "count"};
    std::map<std::string, int64_t> profiled;
    int64_t total = 0, live = 0;
    for (size_t sample = 0; sample < profile_.sample_count(); ++sample) {
      const std::string start = StartOf(profile_, profile_.sample_stack[sample]);
      if (start.starts_with("runtime.") && start != "runtime.main") continue;  // the runtime's own are not in the profile
      profiled[start == "runtime.main" ? "main.main" : start] += profile_.values(sample)[0];
      total += profile_.values(sample)[0];
    }
    std::set<std::string> names;
    for (const auto& [name, count] : profiled) names.insert(name);
    for (const auto& [name, count] : trace_.live) {
      if (!name.starts_with("runtime.") && !name.starts_with("runtime/trace.")) names.insert(name);
    }
    for (const std::string& name : names) {
      CheckRow row{.name = name};
      if (profiled.contains(name)) row.profile = profiled.at(name);
      if (trace_.live.contains(name)) row.trace = static_cast<int64_t>(trace_.live.at(name));
      if (name == "main.main" && trace_.live.contains("runtime.main"))
        row.trace += static_cast<int64_t>(trace_.live.at("runtime.main"));
      live += row.trace;
      if (row.profile != row.trace) {
        const bool is_near =
            std::abs(row.profile - row.trace) <= std::max<int64_t>(2, std::max(row.profile, row.trace) / 10);
        row.agreement = is_near && !IsOtherProgram() && !IsOtherWindow() ? Agreement::kExplained : Agreement::kDisagree;
        row.reason = row.agreement == Agreement::kExplained ? "another moment: goroutines came and went in between"
                     : name.empty()                         ? "truncation: a stack without its root"
                                                            : "the live sets differ";
      }
      check.rows.push_back(row);
    }
    SortRows(check);
    check.answer =
        fmt::format("{} in the profile, {} alive at the end of the trace (without the runtime's own)", total, live);
    Conclude(check);
    return check;
  }

  static void SortRows(CrossCheck& check) {
    std::ranges::stable_sort(check.rows, [](const CheckRow& a, const CheckRow& b) {
      return std::max(a.profile, a.trace + a.open_ns) > std::max(b.profile, b.trace + b.open_ns);
    });
  }

  static void Conclude(CrossCheck& check) {
    for (const CheckRow& row : check.rows) check.agreement = std::max(check.agreement, row.agreement);
  }

  const TraceSide& trace_;
  const Profile& profile_;
  ProfileKind kind_;
  std::vector<CrossCheck> checks_;
};

}  // namespace

const char* Name(ProfileKind kind) {
  constexpr const char* kNames[] = {"cpu", "block", "mutex", "goroutine"};
  return kNames[static_cast<size_t>(kind)];
}

const char* Name(Agreement agreement) {
  constexpr const char* kNames[] = {"agree", "explained", "disagree"};
  return kNames[static_cast<size_t>(agreement)];
}

// A block and a mutex profile have the same types: what ends a lock's wait is Unlock.
std::optional<ProfileKind> KindOf(const Profile& profile) {
  if (ValueOf(profile, "cpu")) return ProfileKind::kCpu;
  if (ValueOf(profile, "goroutine")) return ProfileKind::kGoroutine;
  if (!ValueOf(profile, "delay")) return std::nullopt;
  for (size_t sample = 0; sample < profile.sample_count(); ++sample) {
    for (const model::LocationId at : profile.stacks.LeafFirst(profile.sample_stack[sample])) {
      for (const model::Line& line : profile.symbols.lines(at)) {
        if (profile.symbols.function_name(line.function).find("Unlock") != std::string_view::npos)
          return ProfileKind::kMutex;
      }
    }
  }
  return ProfileKind::kBlock;
}

ProfileCheck CheckAgainst(const TraceSide& trace, const Profile& profile, ProfileKind kind, const std::string& file) {
  return {.file = file, .kind = kind, .checks = Checker(trace, profile, kind).Run()};
}

}  // namespace analysis
