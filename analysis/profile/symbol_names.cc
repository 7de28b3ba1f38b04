#include "analysis/profile/symbol_names.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace analysis {
namespace {

constexpr std::array<bool, 256> kMarks = [] {
  std::array<bool, 256> marks{};
  for (const unsigned char c : {'<', '>', '[', ']', ':'}) marks[c] = true;
  return marks;
}();

// Nearly all names are Go's, Java's or C's: a look at each byte once tells that there is nothing to do.
bool MayChange(std::string_view name) {
  return name.starts_with('_') || std::ranges::any_of(name, [](char c) { return kMarks[static_cast<unsigned char>(c)]; });
}

bool LooksLikeCpp(std::string_view name) {
  if (name.find(".<") != std::string_view::npos || name.find("]).") != std::string_view::npos) return false;
  return name.find_first_of("<>[]") != std::string_view::npos || name.find("::") != std::string_view::npos;
}

// Without what stands between `open` and `close`, nested ones as a whole. What follows one that has no partner stays.
std::string WithoutBrackets(std::string_view name, char open, char close) {
  std::string kept;
  size_t depth = 0, from = 0;
  for (size_t at = 0; at < name.size(); ++at) {
    if (name[at] == open && depth++ == 0) {
      kept += name.substr(from, at - from);
      from = at;
    }
    if (name[at] != close) continue;
    if (depth == 0) break;
    if (--depth == 0) from = at + 1;
  }
  kept += name.substr(from);
  return kept;
}

std::string ReadableName(const std::string& linker_name, NameParts parts) {
  std::string name = Demangled(linker_name, parts);
  if (name != linker_name) return name;
  if (linker_name.starts_with('_')) {  // macOS puts another one in front
    const std::string rest = linker_name.substr(1);
    name = Demangled(rest, parts);
    if (name != rest) return name;
  }
  if (!LooksLikeCpp(linker_name) || parts == NameParts::kFull) return linker_name;
  name = WithoutBrackets(linker_name, '(', ')');
  return parts == NameParts::kPlain ? WithoutBrackets(name, '<', '>') : name;
}

}  // namespace

void NameFunctions(model::Profile& profile, const Naming& naming) {
  if (naming.is_off) return;
  model::Symbols& symbols = profile.symbols;
  for (uint32_t row = 1; row < symbols.functions().size(); ++row) {
    model::Function function = symbols.functions()[model::FunctionId(row)];
    const model::StringId name_before = function.name;
    if (naming.is_forced && function.name != model::StringId() && function.system_name != model::StringId())
      function.name = function.system_name;
    const bool has_own_name = function.name != model::StringId() && function.name != function.system_name;
    if (naming.parts && !has_own_name && function.system_name != model::StringId()) {
      const std::string_view linker_name = symbols.text(function.system_name);
      function.name = MayChange(linker_name) ? symbols.InternString(ReadableName(std::string(linker_name), *naming.parts))
                                             : function.system_name;
    }
    if (function.name != name_before) symbols.SetFunction(model::FunctionId(row), function);
  }
}

}  // namespace analysis
