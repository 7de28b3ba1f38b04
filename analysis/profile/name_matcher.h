#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/symbols.h"

namespace re2 {
class RE2;
}

// One expression of a user, asked of the functions and mappings of a profile. Each name is looked at once.
namespace analysis {

// Compiles an expression; UsageError that names the option and what is wrong.
std::unique_ptr<re2::RE2> CompileExpression(const std::string& option, const std::string& expression);

class NameMatcher {
 public:
  NameMatcher(const model::Symbols& symbols, const std::string& option, const std::string& expression);
  ~NameMatcher();
  NameMatcher(NameMatcher&&) noexcept;

  // The function's name or its file matches. False for "no function".
  bool Matches(model::FunctionId function) const { return by_function_[function.index()]; }
  bool Matches(model::MappingId mapping) const { return by_mapping_[mapping.index()]; }
  // Any line's function, or the mapping's file.
  bool Matches(model::LocationId location) const;

 private:
  const model::Symbols* symbols_;
  std::vector<bool> by_function_, by_mapping_;
};

// `name` up to its argument list: "f(int)" is "f"; "(anonymous namespace)" and "operator()" are no argument lists.
std::string_view WithoutArguments(std::string_view name);

}  // namespace analysis
