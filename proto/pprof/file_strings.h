#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <vector>

#include "model/ids.h"
#include "proto/pprof/record_place.h"

// The file's string table: our ids by the file's indices. Go writes it behind all that points into it.
namespace proto::pprof {

class FileStrings {
 public:
  explicit FileStrings(const RecordPlace& place) : place_(&place) {}

  bool empty() const { return rows_.empty(); }
  void Add(model::StringId id) { rows_.push_back(id); }

  // `byte` and `what` are for the message where there is no such string.
  model::StringId operator()(int64_t index, uint64_t byte, const char* what) const {
    if (index == 0 && rows_.empty()) return {};
    if (index >= 0 && static_cast<uint64_t>(index) < rows_.size()) return rows_[static_cast<size_t>(index)];
    place_->Fail(byte, what, fmt::format("string {} is not in the string table, which has {}", index, rows_.size()));
  }

 private:
  const RecordPlace* place_;
  std::vector<model::StringId> rows_;
};

}  // namespace proto::pprof
