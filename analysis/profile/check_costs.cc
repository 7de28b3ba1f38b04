#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "analysis/profile/check.h"
#include "analysis/profile/frame_owners.h"
#include "model/units.h"

namespace analysis {
namespace {

using model::StackId;

// What kind of values a profile has, as far as the patterns care.
enum class Kind { kCpu, kAllocated, kContention, kOther };

struct Pattern {
  const char* kind;
  Kind profile;
  const char* functions;  // whole name
  double least;           // share of the total from which it is worth a word
  model::Severity severity;
  Confidence confidence;
  const char* what;
  const char* why;
  const char* advice;
};

constexpr auto kWarning = model::Severity::kWarning;
constexpr auto kNote = model::Severity::kNote;

// Thresholds are where, in our judgement, fixing pays: a service with none of these problems stays well below.
constexpr Pattern kPatterns[] = {
    {"stack-growth", Kind::kCpu, R"(runtime\.(morestack(_noctxt)?|newstack|copystack))", 0.03, kWarning, Confidence::kSure,
     "growing goroutine stacks", "new goroutines start with a small stack that is copied each time it doubles",
     "reuse goroutines (a worker pool) where they are short-lived, or make large locals smaller on the way named below"},
    {"gc-cost", Kind::kCpu, R"(runtime\.gcBgMarkWorker)", 0.15, kWarning, Confidence::kSure,
     "marking in the background for the garbage collector",
     "the collector runs in proportion to how fast the program allocates",
     "allocate less (see the allocation findings and -sample_index=alloc_space), or give it room: GOGC, GOMEMLIMIT"},
    {"gc-assist", Kind::kCpu, R"(runtime\.gcAssistAlloc[0-9]*)", 0.03, kWarning, Confidence::kSure,
     "helping the garbage collector from within allocations",
     "goroutines that allocate faster than the collector marks must mark themselves: requests get slower",
     "allocate less on the paths below, or raise GOGC or GOMEMLIMIT"},
    {"allocation", Kind::kCpu, R"(runtime\.(mallocgc|newobject|makeslice|growslice))", 0.15, kWarning, Confidence::kSure,
     "allocating memory", "allocation costs here and again in the collector",
     "reuse buffers, size slices and maps up front, keep values off the heap (go build -gcflags=-m shows what escapes)"},
    {"write-barrier", Kind::kCpu, R"(runtime\.(gcWriteBarrier\w*|wbBufFlush\w*|bulkBarrierPreWrite\w*|typedmemmove))", 0.03,
     kNote, Confidence::kLikely, "write barriers of the garbage collector",
     "pointers written while marking is on are recorded", "fewer pointers in hot structures; indices in place of pointers"},
    {"map-growth", Kind::kCpu,
     R"((runtime\.(hashGrow|growWork\w*|evacuate\w*)|internal/runtime/maps\..*(grow|rehash|split)\w*))", 0.03, kWarning,
     Confidence::kSure, "growing maps", "a map that grows moves all its entries",
     "give make(map[K]V, n) the expected size, or keep and clear() the map"},
    {"defer", Kind::kCpu, R"(runtime\.(deferproc\w*|deferreturn|deferprocStack))", 0.03, kNote, Confidence::kLikely,
     "deferred calls", "defers in loops or behind conditions can't be compiled into the function",
     "move the body of the loop into a function of its own, or call directly"},
    {"reflection", Kind::kCpu, R"(reflect\..*)", 0.1, kNote, Confidence::kLikely, "reflection",
     "types are looked up and values boxed at run time", "generated or hand-written code for the hot types"},
    {"regexp-compile", Kind::kCpu, R"(regexp\.(MustCompile|Compile)\w*)", 0.01, kWarning, Confidence::kSure,
     "compiling regular expressions", "the same expressions are compiled again and again",
     "compile once, into a package variable"},
    {"syscalls", Kind::kCpu,
     R"((syscall|internal/runtime/syscall(/\w+)?)\.(Syscall6?|RawSyscall6?|rawSyscallNoError|RawVforkSyscall|rawVforkSyscall))",
     0.25, kWarning, Confidence::kLikely, "system calls", "each call is a trip into the kernel",
     "buffer reads and writes (bufio), batch, keep files and connections open"},
    {"scheduler", Kind::kCpu, R"(runtime\.(schedule|findRunnable|findrunnable|park_m|gosched_m|ready|wakep|stopm|startm))",
     0.25, kWarning, Confidence::kLikely, "putting goroutines to sleep, waking them and looking for ones to run",
     "goroutines block and wake more often than they work",
     "larger batches per channel operation, fewer hand-overs between goroutines, fewer Ps than cores in small containers"},
    {"lock-spinning", Kind::kCpu, R"((runtime\.(lock2|procyield|osyield)|(internal/)?sync\.\(\*Mutex\)\.lockSlow))", 0.05,
     kWarning, Confidence::kLikely, "spinning for locks", "several threads want the same lock at the same time",
     "hold locks shorter, split them, or record a mutex profile to see who holds them"},
    {"lock-traffic", Kind::kCpu, R"((internal/)?sync\.\(\*(RW)?Mutex\)\.(R?Lock|R?Unlock|TryLock))", 0.15, kWarning,
     Confidence::kLikely, "taking locks and giving them back",
     "a lock that is free costs nanoseconds; one that many take at a time has to travel from core to core",
     "take it less often (once for a batch), split it, or use an atomic for a single number"},
    {"timers", Kind::kCpu, R"(time\.(After|NewTimer|NewTicker|AfterFunc|Tick))", 0.02, kNote, Confidence::kLikely,
     "creating timers", "time.After in a loop makes a timer each time round",
     "one time.Timer with Reset, or a context with a deadline outside of the loop"},
    {"timer-garbage", Kind::kAllocated, R"(time\.(After|NewTimer|NewTicker|AfterFunc|Tick))", 0.02, kWarning,
     Confidence::kLikely, "memory for timers",
     "time.After in a loop leaves a timer behind each time round (until it fires, before Go 1.23)",
     "one time.Timer with Reset, or a context with a deadline outside of the loop"},
    {"pool-misses", Kind::kAllocated, R"(sync\.\(\*Pool\)\.Get)", 0.1, kWarning, Confidence::kLikely,
     "memory made anew by sync.Pool",
     "Get finds the pool empty: values are not put back, or the collector runs between Put and Get",
     "Put on every path back; pool fewer, larger things; less garbage elsewhere"},
};

Kind KindOf(const View& view) {
  if (view.type() == "cpu" && view.unit() == "nanoseconds") return Kind::kCpu;
  if (view.type() == "alloc_space") return Kind::kAllocated;
  if (view.type() == "delay" && view.unit() == "nanoseconds") return Kind::kContention;
  return Kind::kOther;
}

// Sums by stack row: self and with all below.
class Stacks {
 public:
  explicit Stacks(const View& view) : profile_(view.profile()), total_(profile_.stacks.size()), owners_(profile_) {
    for (size_t row = 0; row < profile_.sample_count(); ++row)
      total_[profile_.sample_stack[row].index()] += profile_.values(row)[view.value()];
    self_ = total_;
    profile_.stacks.Accumulate(total_);
  }

  int64_t all() const { return total_[0]; }

  struct Matches {
    int64_t sum = 0;
    std::map<std::string, int64_t> by_owner;  // the nearest caller that is not the runtime's or the standard library's
  };
  // What is at or below the match nearest to the root, so that nothing counts twice.
  Matches Below(const re2::RE2& expression) const {
    const model::Symbols& symbols = profile_.symbols;
    std::vector<bool> function(symbols.functions().size());
    for (uint32_t row = 1; row < function.size(); ++row)
      function[row] = RE2::FullMatch(symbols.function_name(model::FunctionId(row)), expression);
    Matches matches;
    std::vector<bool> is_below(profile_.stacks.size());
    for (uint32_t row = 1; row < is_below.size(); ++row) {
      const StackId caller = profile_.stacks.caller(StackId(row));
      const auto lines = symbols.lines(profile_.stacks.location(StackId(row)));
      const bool is_match =
          std::ranges::any_of(lines, [&](const model::Line& line) { return function[line.function.index()]; });
      is_below[row] = is_below[caller.index()] || is_match;
      if (!is_match || is_below[caller.index()] || total_[row] == 0) continue;
      matches.sum += total_[row];
      matches.by_owner[Owner(StackId(row))] += total_[row];
    }
    return matches;
  }

  // Self values by owner.
  std::map<std::string, int64_t> ByOwner() const {
    std::map<std::string, int64_t> sums;
    for (uint32_t row = 1; row < self_.size(); ++row) {
      if (self_[row] != 0) sums[Owner(StackId(row))] += self_[row];
    }
    return sums;
  }

 private:
  std::string Owner(StackId at) const {
    const std::string& owner = owners_.Of(at);
    return owner.empty() ? "the runtime itself" : owner;
  }

  const model::Profile& profile_;
  std::vector<int64_t> self_, total_;
  FrameOwners owners_;
};

std::vector<std::string> Largest(const std::map<std::string, int64_t>& by_owner, const View& view, int64_t whole) {
  constexpr size_t kShown = 3;
  std::vector<std::pair<std::string, int64_t>> rows(by_owner.begin(), by_owner.end());
  std::ranges::stable_sort(rows, [](const auto& a, const auto& b) { return a.second > b.second; });
  rows.resize(std::min(rows.size(), kShown));
  std::vector<std::string> lines;
  for (const auto& [owner, value] : rows) {
    lines.push_back(fmt::format("{} ({}) by {}", model::FormatValue(value, view.unit()),
                                model::FormatPercent(static_cast<double>(value), static_cast<double>(whole)), owner));
  }
  return lines;
}

std::string Title(const View& view, int64_t value, int64_t all, std::string_view what) {
  return fmt::format("{} of {} ({}) went into {}",
                     model::FormatPercent(static_cast<double>(value), static_cast<double>(all)), view.type(),
                     model::FormatValue(value, view.unit()), what);
}

// A single site with a large part of all waiting or all memory.
void AddHotSite(const View& view, const Stacks& stacks, Kind kind, std::vector<CheckFinding>& findings) {
  constexpr double kLeastShare = 0.25;
  constexpr int64_t kLeastWaiting = 100'000'000, kLeastBytes = 1 << 20;
  const auto by_owner = stacks.ByOwner();
  const auto largest = std::ranges::max_element(by_owner, {}, [](const auto& entry) { return entry.second; });
  if (largest == by_owner.end()) return;
  const double share = static_cast<double>(largest->second) / static_cast<double>(stacks.all());
  if (share < kLeastShare || largest->second < (kind == Kind::kContention ? kLeastWaiting : kLeastBytes)) return;
  const bool is_waiting = kind == Kind::kContention;
  findings.push_back({.kind = is_waiting ? "contention" : "allocation-site",
                      .severity = is_waiting ? kWarning : kNote,
                      .confidence = Confidence::kSure,
                      .title = Title(view, largest->second, stacks.all(),
                                     (is_waiting ? "waiting at " : "memory allocated by ") + largest->first),
                      .share = share,
                      .evidence = Largest(by_owner, view, stacks.all()),
                      .why = is_waiting ? "goroutines wait there for each other (a mutex profile names who released the "
                                          "lock, a block profile who waited)"
                                        : "it was allocated there since the program began, in use or not",
                      .advice = is_waiting ? "hold the lock shorter, split it, or move work out of it"
                                           : "reuse it, or allocate less of it"});
}

// Is it surely more than `least`, for all that a profile is a sample? One and a third standard deviations: nine in ten.
bool IsBeyondChance(const View& view, int64_t sum, int64_t all, double least) {
  const model::Profile& profile = view.profile();
  const bool counts_periods = profile.period > 0 && profile.symbols.text(profile.period_type.unit) == view.unit();
  const double unit = counts_periods ? static_cast<double>(profile.period) : 1;
  const double seen = static_cast<double>(sum) / unit;
  return seen - 1.3 * std::sqrt(seen) >= least * static_cast<double>(all) / unit;
}

}  // namespace

std::vector<CheckFinding> CheckCosts(const View& view) {
  std::vector<CheckFinding> findings;
  const Kind kind = KindOf(view);
  const Stacks stacks(view);
  if (kind == Kind::kOther || stacks.all() <= 0) return findings;
  for (const Pattern& pattern : kPatterns) {
    if (pattern.profile != kind) continue;
    const RE2 expression(pattern.functions);
    const Stacks::Matches matches = stacks.Below(expression);
    const double share = static_cast<double>(matches.sum) / static_cast<double>(stacks.all());
    if (matches.sum <= 0 || !IsBeyondChance(view, matches.sum, stacks.all(), pattern.least)) continue;
    findings.push_back({.kind = pattern.kind,
                        .severity = pattern.severity,
                        .confidence = pattern.confidence,
                        .title = Title(view, matches.sum, stacks.all(), pattern.what),
                        .share = share,
                        .evidence = Largest(matches.by_owner, view, stacks.all()),
                        .why = pattern.why,
                        .advice = pattern.advice});
  }
  if (kind == Kind::kContention || kind == Kind::kAllocated) AddHotSite(view, stacks, kind, findings);
  return findings;
}

}  // namespace analysis
