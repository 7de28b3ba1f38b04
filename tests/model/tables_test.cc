#include <doctest/doctest.h>

#include <string>
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
