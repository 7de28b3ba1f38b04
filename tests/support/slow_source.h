#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "proto/byte_source.h"

// Bytes that come a few at a time, as from a pipe, so that every record crosses a seam somewhere. Each span is a fresh copy:
// a decoder that holds on to an old one reads freed memory, which the sanitizers see.
namespace test_support {

class SlowSource : public proto::ByteSource {
 public:
  SlowSource(std::string_view bytes, size_t step) : rest_(bytes), total_(bytes.size()), step_(step) {}

  std::span<const uint8_t> Next() override {
    span_ = std::string(rest_.substr(0, step_));
    rest_.remove_prefix(span_.size());
    return {reinterpret_cast<const uint8_t*>(span_.data()), span_.size()};
  }
  proto::Progress progress() const override { return {.done = total_ - rest_.size(), .total = total_}; }

 private:
  std::string span_;
  std::string_view rest_;
  size_t total_;
  size_t step_;
};

}  // namespace test_support
