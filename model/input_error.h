#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

// What a decoder throws when a file can't be read on. One line that says where, what was found and what was wanted:
//   cpu.pb.gz: byte 1048123 (sample 4127): location id 88 is not defined in this profile
// The mains catch it once and exit with 2. For text formats `line` is set and shown instead of the byte.
namespace model {

struct Position {
  uint64_t byte = 0;   // offset in the unpacked input
  uint64_t line = 0;   // 1-based; 0 = not a text format
  std::string record;  // "sample 4127", "generation 3, batch of thread 7"; may be empty
};

class InputError : public std::runtime_error {
 public:
  InputError(std::string file, Position where, const std::string& message);
  InputError(std::string file, const std::string& message);  // about the file as a whole

  const std::string& file() const { return file_; }
  const Position& where() const { return where_; }

 private:
  std::string file_;
  Position where_;
};

// Wrong use: an unknown option, a filter that can't be read, a sample type that isn't there. Also exit 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace model
