#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/label_table.h"
#include "model/stack_trie.h"
#include "model/string_table.h"
#include "model/symbols.h"

using namespace model;

TEST_CASE("a string seen twice gets one id, and views outlive growth") {
  StringTable table;
  const StringId first = table.Intern("runtime.mallocgc");
  const std::string_view view = table[first];
  for (int i = 0; i < 100000; ++i) table.Intern("f" + std::to_string(i));
  CHECK(table.Intern("runtime.mallocgc") == first);
  CHECK(view == "runtime.mallocgc");
  CHECK(table[StringId(0)].empty());
  CHECK(table.size() == 100002);
}

TEST_CASE("a stack seen twice gets one id, and parents come before children") {
  StackTrie trie;
  const std::vector<LocationId> leaf_first = {LocationId(7), LocationId(3), LocationId(1)};
  const StackId stack = trie.FromLeafFirst(leaf_first);
  CHECK(trie.FromLeafFirst(leaf_first) == stack);
  CHECK(trie.size() == 4);
  CHECK(trie.Depth(stack) == 3);
  std::vector<LocationId> seen;
  for (const LocationId at : trie.LeafFirst(stack)) seen.push_back(at);
  CHECK(seen == leaf_first);
  for (StackId id(1); id.index() < trie.size(); ++id.value) CHECK(trie.caller(id) < id);
}

TEST_CASE("each child of a stack has one id, whether it was looked for or known to be new, and whatever came between") {
  StackTrie trie;
  std::map<std::pair<uint32_t, uint32_t>, StackId> known;
  uint32_t dice = 1;
  const auto below = [&](uint32_t bound) { return ((dice = dice * 1664525 + 1013904223) >> 8) % bound; };
  for (int i = 0; i < 20000; ++i) {
    const StackId caller(below(static_cast<uint32_t>(trie.size())) / 4);
    const LocationId callee(below(6));
    const auto at = known.find({caller.value, callee.value});
    const bool is_told_new = at == known.end() && below(2) == 0;
    const StackId child = is_told_new ? trie.AddChild(caller, callee) : trie.Child(caller, callee);
    if (at != known.end()) {
      CHECK(child == at->second);
    } else {
      known[{caller.value, callee.value}] = child;
      CHECK(child.index() == known.size());
    }
  }
  for (const auto& [key, child] : known) CHECK(trie.Child(StackId(key.first), LocationId(key.second)) == child);
  CHECK(trie.size() == known.size() + 1);
}

TEST_CASE("accumulating turns self values into cumulative ones") {
  StackTrie trie;
  const StackId a = trie.Child(trie.root(), LocationId(0));
  const StackId ab = trie.Child(a, LocationId(1));
  const StackId ac = trie.Child(a, LocationId(2));
  std::vector<int64_t> values(trie.size());
  values[ab.index()] = 5;
  values[ac.index()] = -2;
  values[a.index()] = 1;
  trie.Accumulate(values);
  CHECK(values == std::vector<int64_t>{4, 4, 5, -2});
}

TEST_CASE("one frame of one function and line is one location") {
  Symbols symbols;
  const LocationId at = symbols.InternFrame("main.main", "main.go", 12);
  CHECK(symbols.InternFrame("main.main", "main.go", 12) == at);
  CHECK(symbols.InternFrame("main.main", "main.go", 13) != at);
  CHECK(symbols.function_name(symbols.lines(at)[0].function) == "main.main");
  CHECK(symbols.functions().size() == 2);
}

TEST_CASE("equal label sets share an id, and no labels is set 0") {
  LabelTable labels;
  const Label label{.key = StringId(1), .number = 42, .is_number = true};
  CHECK(labels.Intern({}) == LabelSetId(0));
  const LabelSetId id = labels.Intern({&label, 1});
  CHECK(labels.Intern({&label, 1}) == id);
  CHECK(labels[id].size() == 1);
  CHECK(labels[LabelSetId(0)].empty());
}
