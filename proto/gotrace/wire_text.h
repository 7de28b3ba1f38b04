#pragma once

#include <memory>
#include <string>

#include "proto/byte_source.h"
#include "proto/gotrace/input_window.h"

// The records of a v2 trace as they lie in the file, a line each, in the form of `go tool trace -d=wire`: nothing is
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
namespace proto::gotrace {

class WireText {
 public:
  // Throws InputError where this is no v2 trace. `name` stands for the file in messages.
  WireText(std::string name, std::unique_ptr<ByteSource> source);

  // Appends the next records; false at the end, or where the bytes make no record: see damage().
  bool Next(std::string& text);

  // "byte 41207: found a record of type 200"; empty where all of the file has been told.
  const std::string& damage() const { return damage_; }
  uint64_t bytes_read() const { return window_.progress().done; }
  uint64_t bytes_total() const { return window_.progress().total; }

 private:
  void AppendRecord(std::string& text);
  const uint8_t* AppendFrames(uint64_t count, const uint8_t* at, std::string& text);
  const uint8_t* AppendData(const uint8_t* at, std::string& text);

  InputWindow window_;
  size_t at_ = 0;
  bool is_begun_ = false;
  int version_ = 0;
  std::string damage_;
};

}  // namespace proto::gotrace
