#include "model/event.h"

#include <array>
#include <utility>

namespace model {

const char* Name(EventKind kind) {
  static constexpr std::array<const char*, kEventKindCount> kNames = {
      "sync",      "goroutine-state", "proc-state", "range-begin",  "range-active",
      "range-end", "task-begin",      "task-end",   "region-begin", "region-end",
      "log",       "metric",          "label",      "cpu-sample",   "experimental"};
  return kNames[static_cast<size_t>(kind)];
}

const char* Name(GoState state) {
  static constexpr std::array kNames = {"Undetermined", "NotExist", "Runnable", "Running", "Waiting", "Syscall"};
  return kNames[static_cast<size_t>(state)];
}

const char* Name(ProcState state) {
  static constexpr std::array kNames = {"Undetermined", "NotExist", "Running", "Idle"};
  return kNames[static_cast<size_t>(state)];
}

BlockReason ParseBlockReason(std::string_view text) {
  static constexpr std::pair<std::string_view, BlockReason> kReasons[] = {
      {"", BlockReason::kNone},
      {"unspecified", BlockReason::kUnspecified},
      {"forever", BlockReason::kForever},
      {"network", BlockReason::kNetwork},
      {"select", BlockReason::kSelect},
      {"sync.(*Cond).Wait", BlockReason::kCondWait},
      {"sync", BlockReason::kSync},
      {"chan send", BlockReason::kChanSend},
      {"chan receive", BlockReason::kChanReceive},
      {"sleep", BlockReason::kSleep},
      {"GC mark assist wait for work", BlockReason::kGcMarkAssist},
      {"GC background sweeper wait", BlockReason::kGcBackgroundSweeper},
      {"GC weak to strong wait", BlockReason::kGcWeakToStrong},
      {"wait until GC ends", BlockReason::kUntilGcEnds},
      {"system goroutine wait", BlockReason::kSystemGoroutine},
      {"preempted", BlockReason::kPreempted},
      {"wait for debug call", BlockReason::kDebugCall},
      {"synctest", BlockReason::kSynctest},
      {"runtime.Gosched", BlockReason::kYield},
      {"runtime.GoSched", BlockReason::kYield},
      {"syscall", BlockReason::kSyscall},
  };
  for (const auto& [name, reason] : kReasons) {
    if (name == text) return reason;
  }
  return BlockReason::kOther;
}

}  // namespace model
