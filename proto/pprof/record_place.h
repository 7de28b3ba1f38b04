#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>

#include "model/input_error.h"
#include "proto/byte_cursor.h"

// Which file, and which of its records is being read: what messages about damage begin with.
namespace proto::pprof {

class RecordPlace : public InputPlace {
 public:
  explicit RecordPlace(std::string file) : file_(std::move(file)) {}

  // "sample 4127"; nullptr = between records.
  void Enter(const char* kind, uint64_t number = 0) {
    kind_ = kind;
    number_ = number;
  }
  uint64_t number() const { return number_; }

  std::string file() const override { return file_; }
  std::string record() const override { return kind_ == nullptr ? "" : fmt::format("{} {}", kind_, number_); }

  [[noreturn]] void Fail(uint64_t byte, std::string where, const std::string& message) const {
    throw model::InputError(file_, {.byte = byte, .record = std::move(where)}, message);
  }

 private:
  std::string file_;
  const char* kind_ = nullptr;
  uint64_t number_ = 0;
};

}  // namespace proto::pprof
