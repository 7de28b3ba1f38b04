#include "analysis/deadlock/wait_kind.h"

#include "analysis/trace/wait_site.h"

namespace analysis::deadlock {
namespace {

// A pipe's write is a send, though it is written as a select.
WaitKind KindOfSelect(const Stacks& stacks, StackId user) {
  const std::string_view leaf = user == model::StackTrie::root() ? "" : stacks.name(stacks.leaf_function(user));
  return leaf == "io.(*pipe).write" || leaf.starts_with("net.(*pipe).write") ? WaitKind::kSend : WaitKind::kSelect;
}

}  // namespace

WaitKind Classify(const Stacks& stacks, model::BlockReason reason, StackId raw) {
  if (reason == model::BlockReason::kNone && raw == model::StackTrie::root()) return WaitKind::kUnknown;
  const StackId user = stacks.UserPart(raw);
  WaitFrames frames;
  for (StackId at = raw; at != user; at = stacks.trie().caller(at)) frames.Take(stacks.name(stacks.leaf_function(at)));
  const Resource told = ResourceOf(reason);
  switch (told != Resource::kNone ? told : frames.resource()) {
    case Resource::kMutex:
    case Resource::kOnce:
      return WaitKind::kMutex;
    case Resource::kRwMutexRead:
      return WaitKind::kReadLock;
    case Resource::kRwMutexWrite:
      return frames.innermost() == Resource::kMutex ? WaitKind::kWriterTurn : WaitKind::kWriteLock;
    case Resource::kWaitGroup:
      return WaitKind::kWaitGroup;
    case Resource::kCond:
      return WaitKind::kCond;
    case Resource::kChanSend:
      return WaitKind::kSend;
    case Resource::kChanReceive:
      return WaitKind::kReceive;
    case Resource::kSelect:
      return KindOfSelect(stacks, user);
    case Resource::kForever:
      return WaitKind::kForever;
    case Resource::kNetwork:
      return WaitKind::kNetwork;
    case Resource::kSleep:
      return WaitKind::kSleep;
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
