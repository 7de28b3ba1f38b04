#include "model/label_table.h"

#include <algorithm>

namespace model {

LabelTable::LabelTable() : begin_{0, 0} {}

LabelSetId LabelTable::Intern(std::span<const Label> labels) {
  if (labels.empty()) return LabelSetId(0);
  uint64_t hash = labels.size();
  for (const Label& label : labels) {
    hash = MixHash(hash ^ ((uint64_t{label.key.value} << 32) | label.text.value));
    hash = MixHash(hash ^ static_cast<uint64_t>(label.number) ^ label.unit.value);
  }
  return LabelSetId(index_.FindOrAdd(
      hash, [&](uint32_t row) { return std::ranges::equal((*this)[LabelSetId(row)], labels); },
      [&] {
        labels_.insert(labels_.end(), labels.begin(), labels.end());
        begin_.push_back(static_cast<uint32_t>(labels_.size()));
        return static_cast<uint32_t>(size() - 1);
      }));
}

std::span<const Label> LabelTable::operator[](LabelSetId id) const {
  return std::span(labels_).subspan(begin_[id.index()], begin_[id.index() + 1] - begin_[id.index()]);
}

}  // namespace model
