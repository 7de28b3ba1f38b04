#pragma once

#include <cstdint>
#include <string_view>

// Why a goroutine stopped running, as the runtime says it (runtime/runtime2.go and runtime/traceruntime.go name the
// strings; they changed little since Go 1.11). A reason we don't know is kOther, and its text is kept by the event.
namespace model {

enum class BlockReason : uint8_t {
  kNone,  // not recorded: the goroutine was in that state before the trace began
  kOther,
  kForever,  // select{}, nil channel
  kNetwork,
  kSelect,
  kCondWait,  // sync.(*Cond).Wait
  kSync,      // Mutex, RWMutex, WaitGroup, and semaphores of the runtime itself: the frames tell which
  kChanSend,
  kChanReceive,
  kSleep,
  kGcMarkAssist,
  kGcBackgroundSweeper,
  kGcWeakToStrong,
  kUntilGcEnds,
  kSystemGoroutine,
  kPreempted,
  kDebugCall,
  kSynctest,
  kUnspecified,
  kYield,    // runtime.Gosched
  kSyscall,  // v1 only: blocked in a system call
};

BlockReason ParseBlockReason(std::string_view text);  // "" -> kNone

}  // namespace model
