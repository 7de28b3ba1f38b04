#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/block_reason.h"
#include "model/event_source.h"

// What a goroutine waits for and where, read off its stack. A trace says "sync" for a mutex, a WaitGroup and a Once alike,
// and nothing at all for a goroutine that was blocked before the trace began; the frames of sync and runtime on top of the
// stack tell them apart (a lock that sync.Cond takes again is a lock; a Mutex inside of an RWMutex is the RWMutex).
namespace analysis {

enum class Resource : uint8_t {
  kNone,  // not a wait we know
  kMutex,
  kRwMutexRead,
  kRwMutexWrite,
  kOnce,
  kWaitGroup,
  kCond,
  kChanSend,
  kChanReceive,
  kSelect,
  kForever,
  kNetwork,
  kSleep,
  kSyscall,
  kGc,
  kRuntime,  // the runtime's own semaphores and system goroutines
};
constexpr size_t kResourceCount = static_cast<size_t>(Resource::kRuntime) + 1;

const char* Name(Resource resource);  // "mutex", "rwmutex.rlock", ..
bool IsLock(Resource resource);       // mutex, rwmutex, once
bool IsChannel(Resource resource);    // send, receive, select

struct WaitSite {
  Resource resource = Resource::kNone;
  Resource released = Resource::kNone;  // what someone with this stack gives away: unlocks, signals, sends, closes
  model::StackId call;  // the part of the stack below the library: its leaf is the line that waits. root = no such frame
  bool is_of_the_runtime = false;  // the goroutine is one of the runtime's own, see IsRuntimeGoroutine
};

// What the library's frames on top of a stack say, taken in leaf first.
class WaitFrames {
 public:
  void Take(std::string_view function);
  Resource resource() const { return resource_; }
  Resource released() const { return released_; }
  Resource innermost() const { return innermost_; }  // an RWMutex's own Mutex, where a writer waits for another writer

 private:
  Resource resource_ = Resource::kNone;
  Resource released_ = Resource::kNone;
  Resource innermost_ = Resource::kNone;  // that is a lock
};

// What the reason alone says; kNone for "sync" and where there is none.
Resource ResourceOf(model::BlockReason reason);

// Remembers what it found for each stack; O(depth of the library's frames) the first time.
class WaitSites {
 public:
  explicit WaitSites(const model::EventSource& source) : source_(&source) {}

  // Asked for each wait, so inlined: out of a call the parts come as one piece, which waits for each of them to be written.
  WaitSite Of(model::StackId stack, model::BlockReason reason) {
    if (stack.index() >= known_.size() || !known_[stack.index()].is_known) Learn(stack);
    WaitSite site = known_[stack.index()].site;
    if (const Resource told = ResourceOf(reason); told != Resource::kNone) site.resource = told;
    return site;
  }
  // The call of whoever woke or unlocked; the same rule without a reason.
  model::StackId CallOf(model::StackId stack) { return Of(stack, model::BlockReason::kNone).call; }

 private:
  void Learn(model::StackId stack);
  WaitSite Read(model::StackId stack) const;

  const model::EventSource* source_;
  struct Reading {
    bool is_known = false;
    WaitSite site;
  };
  std::vector<Reading> known_;  // by stack
};

// Frames of runtime, sync and internal packages: what stands between a program's line and the wait.
bool IsWaitLibrary(std::string_view function);

// A goroutine of the runtime's own, by the function it was started with: collector, scavenger, the tracing itself. Its waits
// are nobody's business. The program's first goroutine, runtime.main, is not one, nor is a thread of C's that calls Go.
bool IsRuntimeGoroutine(std::string_view start);

}  // namespace analysis
