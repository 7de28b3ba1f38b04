#include "proto/rewound_source.h"

#include <utility>

namespace proto {

RewoundSource::RewoundSource(std::unique_ptr<ByteSource> source, size_t head_bytes) : rest_(std::move(source)) {
  while (head_.size() < head_bytes) {
    const auto more = rest_->Next();
    if (more.empty()) break;
    head_.insert(head_.end(), more.begin(), more.end());
  }
}

std::span<const uint8_t> RewoundSource::Next() {
  if (!std::exchange(head_given_, true) && !head_.empty()) return head_;
  return rest_->Next();
}

}  // namespace proto
