#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/ids.h"
#include "model/intern_index.h"

// All stacks of a file as one tree of (caller, location) rows: a stack is the id of its leaf, a prefix that two stacks
// share is stored once, and equal stacks have equal ids.
//
// Row 0 is the root (the empty stack). A parent's id is always smaller than its children's: one reverse pass turns self values
// into cumulative ones, without recursion. 16 bytes a row: each remembers the child that was asked for last, for near the root
// nearly all stacks go the same way. Only siblings are in the index: most rows have one child, and need no look-up for it.
namespace model {

class StackTrie {
 public:
  StackTrie();

  StackId Child(StackId caller, LocationId callee) {  // interns, amortised O(1)
    if (caller.index() >= recent_.size()) return FindChild(caller, callee);
    const Recent& recent = recent_[caller.index()];
    return recent.location == callee && recent.child != root() ? recent.child : FindChild(caller, callee);
  }
  // The same where the caller of this knows that there is no such child yet (the input is sorted): no look-up, no index.
  StackId AddChild(StackId caller, LocationId callee) {
    rows_.push_back({caller, callee});
    return StackId(static_cast<uint32_t>(rows_.size() - 1));
  }
  // The order in which pprof and Go traces write stacks: locations[0] is where the program was, the last is the root.
  StackId FromLeafFirst(std::span<const LocationId> locations);

  static constexpr StackId root() { return StackId(0); }
  StackId caller(StackId id) const { return rows_[id.index()].caller; }
  LocationId location(StackId id) const { return rows_[id.index()].location; }  // not for the root
  size_t size() const { return rows_.size(); }                                  // rows, with the root
  bool contains(StackId id) const { return id.index() < rows_.size(); }
  size_t Depth(StackId id) const;  // O(depth)

  // values[i] belongs to row i: self values in, cumulative values out. values.size() == size().
  void Accumulate(std::span<int64_t> values) const;

  // Locations of one stack, leaf first: for (LocationId at : trie.LeafFirst(id)). Valid while the trie is not changed.
  class Walk {
   public:
    class Iterator {
     public:
      Iterator(const StackTrie* trie, StackId at) : trie_(trie), at_(at) {}
      LocationId operator*() const { return trie_->location(at_); }
      Iterator& operator++() {
        at_ = trie_->caller(at_);
        return *this;
      }
      bool operator!=(const Iterator& other) const { return at_ != other.at_; }
      StackId stack() const { return at_; }

     private:
      const StackTrie* trie_;
      StackId at_;
    };
    Walk(const StackTrie* trie, StackId leaf) : trie_(trie), leaf_(leaf) {}
    Iterator begin() const { return {trie_, leaf_}; }
    Iterator end() const { return {trie_, root()}; }

   private:
    const StackTrie* trie_;
    StackId leaf_;
  };
  Walk LeafFirst(StackId id) const { return {this, id}; }

 private:
  struct Row {
    StackId caller;
    LocationId location;
  };
  StackId FindChild(StackId caller, LocationId callee);
  void IndexRows();

  struct Recent {
    LocationId location;
    StackId child;  // root = none yet
  };
  std::vector<Row> rows_;
  std::vector<Recent> recent_;
  InternIndex index_;
  size_t indexed_ = 1;  // rows that recent_ and index_ know
};

}  // namespace model
