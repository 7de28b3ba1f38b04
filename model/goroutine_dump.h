#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/event.h"
#include "model/ids.h"
#include "model/stack_trie.h"
#include "model/symbols.h"
#include "model/warnings.h"

// One moment's goroutines as the runtime prints them: `pprof.Lookup("goroutine").WriteTo(w, 2)`, SIGQUIT or a panic.
// Grammar and traps: docs/formats/goroutine-dump.md.
namespace model {

struct DumpArgument {
  uint64_t value = 0;
  bool may_be_stale = false;  // printed with "?": the register may have been reused
};

struct DumpFrame {
  LocationId location;
  std::vector<DumpArgument> arguments;  // flattened, in order
  bool arguments_elided = false;
};

struct DumpedGoroutine {
  GoroutineId id = kNoGoroutine;
  std::string state;  // the runtime's words without its marks: "chan receive (nil chan)", "sync.Mutex.Lock"
  std::optional<int64_t> wait_minutes;  // absent below one minute
  bool is_leaked = false;               // "(leaked)": proven by the runtime's collector (Go 1.26 and later)
  bool is_locked_to_thread = false;
  bool is_durable = false;  // "(durable)": blocked on things of its own synctest bubble only
  std::optional<int64_t> synctest_bubble;
  ThreadId thread = kNoThread;  // the M that ran it; only dumps at GOTRACEBACK=system say so
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<DumpFrame> frames;         // leaf first
  uint64_t frames_elided = 0;            // at least so many, in the middle of a deep stack
  StackId stack;                         // the same frames, interned
  GoroutineId creator = kNoGoroutine;    // "created by F in goroutine N"
  std::optional<LocationId> created_by;  // F and its line
  uint64_t line = 0;                     // of the header in the input
};

struct GoroutineDump {
  std::string
      cause;  // what was printed in front of it: "panic: boom", "fatal error: ..", "SIGQUIT: quit"; empty = asked for
  uint64_t line = 0;  // of its first goroutine in the input
  Symbols symbols;
  StackTrie stacks;
  std::vector<DumpedGoroutine> goroutines;  // in the order of the text
  Warnings warnings;
};

}  // namespace model
