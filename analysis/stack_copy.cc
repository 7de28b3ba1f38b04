#include "analysis/stack_copy.h"

#include <vector>

namespace analysis {

model::StackId StackCopy::operator()(model::StackId stack) {
  std::vector<model::StackId> missing;  // leaf first
  model::StackId copied;
  for (; stack != model::StackTrie::root(); stack = from_stacks_->caller(stack)) {
    const auto at = stacks_.find(stack);
    if (at != stacks_.end()) {
      copied = at->second;
      break;
    }
    missing.push_back(stack);
  }
  for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
    copied = to_->stacks.Child(copied, Copy(from_stacks_->location(*at)));
    stacks_.emplace(*at, copied);
  }
  return copied;
}

model::StackId StackCopy::Upon(model::StackId base, model::StackId stack) {
  std::vector<model::LocationId> leaf_first;
  for (const model::LocationId location : from_stacks_->LeafFirst(stack)) leaf_first.push_back(location);
  for (auto at = leaf_first.rbegin(); at != leaf_first.rend(); ++at) base = to_->stacks.Child(base, Copy(*at));
  return base;
}

model::LocationId StackCopy::Copy(model::LocationId location) {
  const auto [at, is_new] = locations_.try_emplace(location);
  if (!is_new) return at->second;
  std::vector<model::Line> lines;
  for (model::Line line : from_symbols_->lines(location)) {
    line.function = Copy(line.function);
    lines.push_back(line);
  }
  return at->second = to_->symbols.InternLocation({.address = from_symbols_->location(location).address}, lines);
}

model::FunctionId StackCopy::Copy(model::FunctionId function) {
  const auto [at, is_new] = functions_.try_emplace(function);
  if (!is_new) return at->second;
  const model::Function& from = from_symbols_->functions()[function];
  const auto text = [&](model::StringId id) { return to_->symbols.InternString(from_symbols_->text(id)); };
  return at->second = to_->symbols.InternFunction({.name = text(from.name),
                                                   .system_name = text(from.system_name),
                                                   .file = text(from.file),
                                                   .start_line = from.start_line});
}

}  // namespace analysis
