#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/event.h"
#include "model/stack_trie.h"
#include "model/symbols.h"
#include "model/warnings.h"

// A trace that is being read: events are pulled in batches, looked at and dropped, so memory does not grow with the
// length of the trace. Ids in events point into the source's tables, which are file-wide: a StackId of an early
// event is still good at the end.
//
//   for (auto batch = source.Next(); !batch.empty(); batch = source.Next())
//     for (const Event& event : batch) ...
namespace model {

// A stretch of the file that could not be read. Events of a damaged trace stop or skip; what is lost is counted here.
struct Damage {
  uint64_t begin_byte = 0;  // of the file
  uint64_t end_byte = 0;
  std::string what;  // one line: where, found, wanted
};

struct TraceInfo {
  std::string version;       // the header's text, "go 1.26 trace"
  uint64_t bytes_total = 0;  // size of the unpacked file so far as known; 0 = not known
  uint64_t bytes_read = 0;
  std::vector<Damage> damage;  // complete once Next() has returned an empty batch
  Warnings warnings;
};

class EventSource {
 public:
  virtual ~EventSource() = default;

  // Behind a damaged stretch every goroutine that was alive first goes to kUndetermined, then to what it is found to be.
  // The next events in the trace's order (times never go back); empty at the end. The span is valid until the next
  // call. Throws InputError only if not a single event can be had; later damage ends up in info().damage.
  virtual std::span<const Event> Next() = 0;

  virtual const TraceInfo& info() const = 0;
  virtual const Symbols& symbols() const = 0;  // grows while the trace is read
  virtual const StackTrie& stacks() const = 0;
};

}  // namespace model
