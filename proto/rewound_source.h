#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "proto/byte_source.h"

// Looking at the beginning of an input without using it up: to recognise its format.
namespace proto {

class RewoundSource : public ByteSource {
 public:
  // Reads on until `head_bytes` are there or the input ends.
  RewoundSource(std::unique_ptr<ByteSource> source, size_t head_bytes);

  std::string_view head() const { return {reinterpret_cast<const char*>(head_.data()), head_.size()}; }

  std::span<const uint8_t> Next() override;  // the head first, then the rest
  Progress progress() const override { return rest_->progress(); }

 private:
  std::unique_ptr<ByteSource> rest_;
  std::vector<uint8_t> head_;
  bool head_given_ = false;
};

}  // namespace proto
