#pragma once

#include <string>
#include <vector>

#include "analysis/profile/view.h"
#include "model/stack_trie.h"

// The profiles of two sides, summed up by function under one numbering, so that they can be held against each other.
// Functions of equal names are the same; names that only one side has are matched by function_match, and such a match is
// listed.
namespace analysis {

struct FunctionTable {
  // How a function was called, as far as samples saw it.
  struct Calls {
    bool plain = false, inlined = false;
    bool operator==(const Calls&) const = default;
  };
  struct Function {
    std::string name;                                                    // after; before, where it is gone
    std::string was;                                                     // before, where that was another name
    std::vector<double> flat_before, flat_after, cum_before, cum_after;  // by profile of the side
    Calls calls_before, calls_after;
  };
  struct Guess {
    std::string before, after, why;
  };

  std::vector<Function> functions;
  std::vector<double> total_before, total_after;  // by profile
  // Stacks of functions: the location of a row is the index of its function. Sums over a side's profiles, self values.
  model::StackTrie stacks;
  std::vector<double> stack_before, stack_after;  // by row
  // How much of the value one sample stands for: 10 ms, 512 KiB. Values divided by it can be treated as counts.
  double unit_before = 1, unit_after = 1;
  std::vector<Guess> guesses;
  std::vector<std::string> notes;

  FunctionTable(const std::vector<View>& before, const std::vector<View>& after);
};

}  // namespace analysis
