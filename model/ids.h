#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

// Typed row numbers. Tables point at each other by Id, never by pointer: an Id is 4 bytes, survives growth of
// the table, and can't be mistaken for a row of another table.
namespace model {

template <class Tag>
struct Id {
  uint32_t value = 0;

  constexpr Id() = default;
  constexpr explicit Id(uint32_t row) : value(row) {}
  constexpr size_t index() const { return value; }
  auto operator<=>(const Id&) const = default;
};

using StringId = Id<struct StringTag>;      // 0 = the empty string
using MappingId = Id<struct MappingTag>;    // 0 = no mapping known
using FunctionId = Id<struct FunctionTag>;  // 0 = no function known
using LocationId = Id<struct LocationTag>;
using StackId = Id<struct StackTag>;        // 0 = the root, i.e. the empty stack
using LabelSetId = Id<struct LabelSetTag>;  // 0 = no labels
using NodeId = Id<struct NodeTag>;

// A vector that is indexed by one kind of Id only.
template <class RowId, class T>
class Column {
 public:
  RowId Add(T value) {
    rows_.push_back(std::move(value));
    return RowId(static_cast<uint32_t>(rows_.size() - 1));
  }
  T& operator[](RowId id) { return rows_[id.index()]; }
  const T& operator[](RowId id) const { return rows_[id.index()]; }
  bool contains(RowId id) const { return id.index() < rows_.size(); }
  size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  void Reserve(size_t n) { rows_.reserve(n); }
  void Resize(size_t n) { rows_.resize(n); }
  auto begin() const { return rows_.begin(); }
  auto end() const { return rows_.end(); }

 private:
  std::vector<T> rows_;
};

}  // namespace model

template <class Tag>
struct std::hash<model::Id<Tag>> {
  size_t operator()(model::Id<Tag> id) const noexcept { return std::hash<uint32_t>()(id.value); }
};
