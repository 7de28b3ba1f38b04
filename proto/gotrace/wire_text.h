#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "proto/byte_source.h"
#include "proto/gotrace/input_window.h"

// The records of a trace as they lie in the file, a line each, for v2 in the form of `go tool trace -d=wire`: nothing is
// ordered, looked up or checked. For looking at a broken file, and because it is the whole file: tests assemble it back to
// the same bytes.
//
//   Trace Go1.26
//   EventBatch gen=1 m=18446744073709551615 time=32611999898 size=24
//   Sync
//   Frequency freq=15625000
//   Stack id=1 nframes=1
//       pc=4708866 func=1 file=2 line=14            indented by a tab, one line a frame
//   String id=1
//       data="main.main"
//   GoBlock dt=99 reason_string=12 stack=12
//
// Of v1 (no other tool prints these), strings, stacks and logs likewise:
//
//   Trace Go1.21
//   Batch proc=0 ticks=32611999898
//   GoCreate dt=12 new_g=7 new_stack=3 stack=4
//   Stack id=4 nframes=1 padded=10                    its size, which is not told, is written in ten bytes
namespace proto::gotrace {

class WireText {
 public:
  // Throws InputError where this is no trace. `name` stands for the file in messages.
  WireText(std::string name, std::unique_ptr<ByteSource> source);

  // Appends the next records; false at the end, or where the bytes make no record: see damage().
  bool Next(std::string& text);

  // "byte 41207: found a record of type 200"; empty where all of the file has been told.
  const std::string& damage() const { return damage_; }
  uint64_t bytes_read() const { return window_.progress().done; }
  uint64_t bytes_total() const { return window_.progress().total; }

 private:
  void AppendRecord(std::string& text);
  void AppendV1Record(std::string& text);
  const uint8_t* AppendV1Arguments(const uint8_t* at, std::string_view names, std::string& text) const;
  const uint8_t* AppendFrames(uint64_t count, const uint8_t* at, std::string& text);
  const uint8_t* AppendData(const uint8_t* at, std::string& text);

  InputWindow window_;
  size_t at_ = 0;
  bool is_begun_ = false;
  int version_ = 0;
  std::string damage_;
};

}  // namespace proto::gotrace
