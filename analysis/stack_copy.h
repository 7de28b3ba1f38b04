#pragma once

#include <unordered_map>

#include "model/profile.h"

namespace analysis {

// Moves stacks of one set of tables (a trace's) into a Profile's, each row once. Both must outlive it.
class StackCopy {
 public:
  StackCopy(const model::Symbols& from_symbols, const model::StackTrie& from_stacks, model::Profile& to)
      : from_symbols_(&from_symbols), from_stacks_(&from_stacks), to_(&to) {}

  model::StackId operator()(model::StackId stack);
  // The same stack on top of `base`, which is one of the Profile's. O(depth).
  model::StackId Upon(model::StackId base, model::StackId stack);

 private:
  model::LocationId Copy(model::LocationId location);
  model::FunctionId Copy(model::FunctionId function);

  const model::Symbols* from_symbols_;
  const model::StackTrie* from_stacks_;
  model::Profile* to_;
  std::unordered_map<model::StackId, model::StackId> stacks_;
  std::unordered_map<model::LocationId, model::LocationId> locations_;
  std::unordered_map<model::FunctionId, model::FunctionId> functions_;
};

}  // namespace analysis
