#include "analysis/deadlock/wait_kind.h"

namespace analysis::deadlock {
namespace {

using model::BlockReason;

// The machinery's frames at the leaf of a waiting stack.
class Machinery {
 public:
  Machinery(const Stacks& stacks, StackId raw) : stacks_(stacks), raw_(raw), user_(stacks.UserPart(raw)) {}

  bool Has(std::string_view part) const {
    for (StackId at = raw_; at != user_; at = stacks_.trie().caller(at)) {
      if (stacks_.name(stacks_.leaf_function(at)).find(part) != std::string_view::npos) return true;
    }
    return false;
  }
  // A pipe's write is a send, though it is written as a select.
  WaitKind Select() const {
    const std::string_view leaf = user_ == model::StackTrie::root() ? "" : stacks_.name(stacks_.leaf_function(user_));
    return leaf == "io.(*pipe).write" || leaf.starts_with("net.(*pipe).write") ? WaitKind::kSend : WaitKind::kSelect;
  }

 private:
  const Stacks& stacks_;
  StackId raw_;
  StackId user_;
};

WaitKind ReadWriteLock(const Machinery& machinery) {
  if (machinery.Has("sync.(*RWMutex).RLock") || machinery.Has("SemacquireRWMutexR")) return WaitKind::kReadLock;
  const bool is_in_its_mutex =
      machinery.Has("sync.(*Mutex)") || (machinery.Has("SemacquireMutex") && !machinery.Has("SemacquireRWMutex"));
  return is_in_its_mutex ? WaitKind::kWriterTurn : WaitKind::kWriteLock;
}

// A semaphore: the primitive it belongs to is the outer frame.
WaitKind Semaphore(const Machinery& machinery) {
  if (machinery.Has("sync.(*WaitGroup)") || machinery.Has("SemacquireWaitGroup")) return WaitKind::kWaitGroup;
  if (machinery.Has("sync.(*RWMutex)") || machinery.Has("SemacquireRWMutex")) return ReadWriteLock(machinery);
  if (machinery.Has("sync.(*Mutex)") || machinery.Has("SemacquireMutex") || machinery.Has("sync.(*Once)"))
    return WaitKind::kMutex;
  return WaitKind::kRuntime;  // runtime.semacquire under gcStart, stopTheWorld, ..
}

WaitKind ByFrames(const Machinery& machinery, bool has_stack) {
  if (!has_stack) return WaitKind::kUnknown;
  if (machinery.Has("sync.(*Cond).Wait") || machinery.Has("notifyListWait")) return WaitKind::kCond;
  if (machinery.Has("runtime.chanrecv")) return WaitKind::kReceive;
  if (machinery.Has("runtime.chansend")) return WaitKind::kSend;
  if (machinery.Has("runtime.selectgo")) return machinery.Select();
  if (machinery.Has("runtime.block")) return WaitKind::kForever;
  if (machinery.Has("timeSleep")) return WaitKind::kSleep;
  if (machinery.Has("pollWait") || machinery.Has("netpollblock")) return WaitKind::kNetwork;
  if (machinery.Has("emacquire") || machinery.Has("sync.")) return Semaphore(machinery);
  return WaitKind::kRuntime;
}

}  // namespace

WaitKind Classify(const Stacks& stacks, BlockReason reason, StackId raw) {
  const Machinery machinery(stacks, raw);
  switch (reason) {
    case BlockReason::kChanReceive:
      return WaitKind::kReceive;
    case BlockReason::kChanSend:
      return WaitKind::kSend;
    case BlockReason::kSelect:
      return machinery.Select();
    case BlockReason::kForever:
      return WaitKind::kForever;
    case BlockReason::kCondWait:
      return WaitKind::kCond;
    case BlockReason::kSleep:
      return WaitKind::kSleep;
    case BlockReason::kNetwork:
      return WaitKind::kNetwork;
    case BlockReason::kSync:
      return Semaphore(machinery);
    case BlockReason::kNone:
      return ByFrames(machinery, raw != model::StackTrie::root());
    default:
      return WaitKind::kRuntime;
  }
}

bool IsLock(WaitKind kind) {
  return kind == WaitKind::kMutex || kind == WaitKind::kReadLock || kind == WaitKind::kWriteLock ||
         kind == WaitKind::kWriterTurn;
}

bool IsChannel(WaitKind kind) { return kind == WaitKind::kReceive || kind == WaitKind::kSend || kind == WaitKind::kSelect; }

bool NeedsAnother(WaitKind kind) {
  return IsLock(kind) || IsChannel(kind) || kind == WaitKind::kCond || kind == WaitKind::kWaitGroup ||
         kind == WaitKind::kForever;
}

bool MayIdle(WaitKind kind) { return kind == WaitKind::kReceive || kind == WaitKind::kSelect || kind == WaitKind::kCond; }

const char* Name(WaitKind kind) {
  switch (kind) {
    case WaitKind::kUnknown:
      return "unknown";
    case WaitKind::kReceive:
      return "recv";
    case WaitKind::kSend:
      return "send";
    case WaitKind::kSelect:
      return "select";
    case WaitKind::kForever:
      return "forever";
    case WaitKind::kCond:
      return "cond";
    case WaitKind::kWaitGroup:
      return "waitgroup";
    case WaitKind::kMutex:
      return "mutex";
    case WaitKind::kReadLock:
      return "rwmutex.rlock";
    case WaitKind::kWriteLock:
      return "rwmutex.lock";
    case WaitKind::kWriterTurn:
      return "rwmutex.lock";
    case WaitKind::kSleep:
      return "sleep";
    case WaitKind::kNetwork:
      return "network";
    case WaitKind::kRuntime:
      return "runtime";
  }
  return "unknown";
}

}  // namespace analysis::deadlock
