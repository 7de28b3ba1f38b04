#include "analysis/profile/symbol_names.h"

#include <string>

namespace analysis {
namespace {

bool LooksLikeCpp(std::string_view name) {
  if (name.find(".<") != std::string_view::npos || name.find("]).") != std::string_view::npos) return false;
  return name.find_first_of("<>[]") != std::string_view::npos || name.find("::") != std::string_view::npos;
}

// Without what stands between `open` and `close`, nested ones as a whole. Unchanged where they don't pair.
std::string WithoutBrackets(const std::string& name, char open, char close) {
  std::string kept;
  size_t depth = 0;
  for (const char c : name) {
    if (c == close && depth == 0) return name;
    if (c == open) ++depth;
    if (depth == 0) kept += c;
    if (c == close) --depth;
  }
  return depth == 0 ? kept : name;
}

}  // namespace

void ShortenCppNames(model::Profile& profile) {
  model::Symbols& symbols = profile.symbols;
  for (uint32_t row = 1; row < symbols.functions().size(); ++row) {
    model::Function function = symbols.functions()[model::FunctionId(row)];
    const bool has_own_name = function.name != model::StringId() && function.name != function.system_name;
    if (has_own_name || function.system_name == model::StringId()) continue;
    const std::string_view linker_name = symbols.text(function.system_name);
    function.name = function.system_name;
    if (LooksLikeCpp(linker_name)) {
      function.name = symbols.InternString(WithoutBrackets(WithoutBrackets(std::string(linker_name), '(', ')'), '<', '>'));
    }
    symbols.SetFunction(model::FunctionId(row), function);
  }
}

}  // namespace analysis
