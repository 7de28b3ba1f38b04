#pragma once

#include "analysis/deadlock/stacks.h"
#include "model/block_reason.h"

// What a goroutine waits for. The runtime gives a reason ("sync" for every semaphore) and a stack; a goroutine that was
// waiting before the trace began has a stack only. Together they name one of these. Which frames say what is in
// analysis/trace/wait_site.cc; here it is told apart what only this analysis needs to.
namespace analysis::deadlock {

enum class WaitKind : uint8_t {
  kUnknown,  // no stack, no reason: it waited before the trace began
  kReceive,
  kSend,
  kSelect,
  kForever,  // select{} or a nil channel: by the language, nothing ends it
  kCond,
  kWaitGroup,
  kMutex,
  kReadLock,    // RWMutex.RLock: waits for a writer
  kWriteLock,   // RWMutex.Lock: waits for readers
  kWriterTurn,  // RWMutex.Lock: waits for another writer
  kSleep,
  kNetwork,
  kRuntime,  // GC assist, system goroutines, tracing: the runtime ends it
};

WaitKind Classify(const Stacks& stacks, model::BlockReason reason, StackId raw);

bool IsLock(WaitKind kind);
bool IsChannel(WaitKind kind);  // receive, send, select
// Waits that another goroutine of the program has to end; the rest end by a timer, the network or the runtime.
bool NeedsAnother(WaitKind kind);
// Waits in which goroutines spend idle hours: receive, select, cond. Nobody idles at a lock, a send or a WaitGroup.
bool MayIdle(WaitKind kind);
const char* Name(WaitKind kind);  // "mutex", "rwmutex.rlock", "recv", ..

}  // namespace analysis::deadlock
