#include "analysis/trace/wait_site.h"

#include <array>
#include <span>
#include <utility>

#include "analysis/trace/state_spans.h"

namespace analysis {
namespace {

using model::BlockReason;

struct Rule {
  std::string_view prefix;  // of the function's name
  Resource resource;
};
// The first that matches; names as Go 1.19 to 1.27 have them.
constexpr Rule kRules[] = {
    {"sync.(*RWMutex).RLock", Resource::kRwMutexRead},
    {"sync.(*RWMutex).Lock", Resource::kRwMutexWrite},
    {"sync.(*Once).", Resource::kOnce},
    {"sync.(*WaitGroup).Wait", Resource::kWaitGroup},
    {"sync.(*Cond).Wait", Resource::kCond},
    {"sync.(*Mutex).Lock", Resource::kMutex},
    {"sync.(*Mutex).lockSlow", Resource::kMutex},
    {"internal/sync.(*Mutex).", Resource::kMutex},
    {"runtime.chansend", Resource::kChanSend},
    {"runtime.chanrecv", Resource::kChanReceive},
    {"runtime.selectgo", Resource::kSelect},
    {"runtime.selectnbsend", Resource::kSelect},
    {"runtime.selectnbrecv", Resource::kSelect},
    {"runtime.block", Resource::kForever},
    {"time.Sleep", Resource::kSleep},
    {"internal/poll.", Resource::kNetwork},
    {"runtime.gcAssistAlloc", Resource::kGc},
    {"runtime.gcStart", Resource::kGc},
    {"runtime.GC", Resource::kGc},
    {"runtime.gcBgMarkWorker", Resource::kGc},
    {"runtime.bgsweep", Resource::kRuntime},
    {"runtime.bgscavenge", Resource::kRuntime},
    {"runtime.forcegchelper", Resource::kRuntime},
    {"runtime.runfinq", Resource::kRuntime},
    {"runtime.runFinalizers", Resource::kRuntime},
    {"runtime.runCleanups", Resource::kRuntime},
    {"runtime.sema", Resource::kRuntime},
};

constexpr Rule kReleases[] = {
    {"sync.(*RWMutex).RUnlock", Resource::kRwMutexRead},
    {"sync.(*RWMutex).rUnlock", Resource::kRwMutexRead},
    {"sync.(*RWMutex).Unlock", Resource::kRwMutexWrite},
    {"sync.(*Once).", Resource::kOnce},
    {"sync.(*Mutex).Unlock", Resource::kMutex},
    {"sync.(*Mutex).unlockSlow", Resource::kMutex},
    {"internal/sync.(*Mutex).Unlock", Resource::kMutex},
    {"internal/sync.(*Mutex).unlockSlow", Resource::kMutex},
    {"sync.(*WaitGroup).Done", Resource::kWaitGroup},
    {"sync.(*WaitGroup).Add", Resource::kWaitGroup},
    {"sync.(*WaitGroup).Go", Resource::kWaitGroup},
    {"sync.(*Cond).Signal", Resource::kCond},
    {"sync.(*Cond).Broadcast", Resource::kCond},
    {"runtime.chansend", Resource::kChanSend},
    {"runtime.chanrecv", Resource::kChanReceive},
    {"runtime.closechan", Resource::kChanSend},
    {"runtime.selectgo", Resource::kSelect},
    {"runtime.selectnb", Resource::kSelect},
};

Resource Match(std::span<const Rule> rules, std::string_view function) {
  for (const Rule& rule : rules) {
    if (function.starts_with(rule.prefix)) return rule.resource;
  }
  return Resource::kNone;
}

// Which of two frames of one stack says what is waited for: the outer one, except that a Cond that takes its lock again
// waits for the lock.
Resource Combine(Resource inner, Resource outer) {
  if (outer == Resource::kNone || (outer == Resource::kCond && IsLock(inner))) return inner;
  return outer;
}

}  // namespace

bool IsWaitLibrary(std::string_view function) {
  return function.starts_with("runtime.") || function.starts_with("sync.") || function.starts_with("internal/") ||
         function == "time.Sleep";
}

bool IsRuntimeGoroutine(std::string_view start) {
  if (start == "runtime.main" || start.starts_with("runtime.cgocallback")) return false;
  return start.starts_with("runtime.") || start.starts_with("runtime/") || start.starts_with("internal/") ||
         start.starts_with("os/signal.loop");
}

const char* Name(Resource resource) {
  static constexpr std::array kNames = {
      "unknown", "mutex",  "rwmutex.rlock", "rwmutex.lock", "once",  "waitgroup", "cond", "send",
      "recv",    "select", "forever",       "network",      "sleep", "syscall",   "gc",   "runtime"};
  return kNames[static_cast<size_t>(resource)];
}

bool IsLock(Resource resource) {
  return resource == Resource::kMutex || resource == Resource::kRwMutexRead || resource == Resource::kRwMutexWrite ||
         resource == Resource::kOnce;
}

bool IsChannel(Resource resource) {
  return resource == Resource::kChanSend || resource == Resource::kChanReceive || resource == Resource::kSelect;
}

Resource ResourceOf(BlockReason reason) {
  switch (reason) {
    case BlockReason::kForever:
      return Resource::kForever;
    case BlockReason::kNetwork:
      return Resource::kNetwork;
    case BlockReason::kSelect:
      return Resource::kSelect;
    case BlockReason::kCondWait:
      return Resource::kCond;
    case BlockReason::kChanSend:
      return Resource::kChanSend;
    case BlockReason::kChanReceive:
      return Resource::kChanReceive;
    case BlockReason::kSleep:
      return Resource::kSleep;
    case BlockReason::kSyscall:
      return Resource::kSyscall;
    case BlockReason::kGcMarkAssist:
    case BlockReason::kGcWeakToStrong:
    case BlockReason::kUntilGcEnds:
      return Resource::kGc;
    case BlockReason::kGcBackgroundSweeper:
    case BlockReason::kSystemGoroutine:
    case BlockReason::kDebugCall:
    case BlockReason::kPreempted:
      return Resource::kRuntime;
    default:
      return Resource::kNone;
  }
}

void WaitSites::Learn(model::StackId stack) {
  if (stack.index() >= known_.size()) known_.resize(source_->stacks().size());
  const model::FunctionId start = OutermostFunction(source_->symbols(), source_->stacks(), stack);
  Reading& known = known_[stack.index()];
  known = {.is_known = true, .site = Read(stack)};
  known.site.is_of_the_runtime = IsRuntimeGoroutine(source_->symbols().function_name(start));
}

void WaitFrames::Take(std::string_view function) {
  const Resource here = Match(kRules, function);
  if (innermost_ == Resource::kNone && IsLock(here)) innermost_ = here;
  resource_ = Combine(resource_, here);
  released_ = Combine(released_, Match(kReleases, function));
}

WaitSite WaitSites::Read(model::StackId stack) const {
  const model::StackTrie& stacks = source_->stacks();
  const model::Symbols& symbols = source_->symbols();
  WaitFrames frames;
  model::StackId call = stack;
  for (model::StackId at = stack; at != model::StackTrie::root(); at = stacks.caller(at)) {
    for (const model::Line& line : symbols.lines(stacks.location(at))) {
      const std::string_view function = symbols.function_name(line.function);
      if (!IsWaitLibrary(function)) return {.resource = frames.resource(), .released = frames.released(), .call = at};
      frames.Take(function);
    }
    call = at;  // a stack of library frames only: its outermost
  }
  return {.resource = frames.resource(), .released = frames.released(), .call = call};
}

}  // namespace analysis
