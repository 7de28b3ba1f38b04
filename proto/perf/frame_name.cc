#include "proto/perf/frame_name.h"

#include <algorithm>
#include <utility>

namespace proto {
namespace {

// Rust's old mangling ends in "h" and 16 hexadecimal digits and writes what a linker won't take between dollar signs. perf
// undoes most of it; what it leaves looks like "_$LT$std..fs..File$GT$::open::hb90e1c1c787080f0".
constexpr size_t kRustHashLength = 17;
constexpr std::pair<std::string_view, std::string_view> kRustEscapes[] = {
    {"$SP$", "@"},  {"$BP$", "*"},  {"$RF$", "&"},  {"$LT$", "<"},  {"$GT$", ">"},  {"$LP$", "("},   {"$RP$", ")"},
    {"$C$", ","},   {"$u7e$", "~"}, {"$u20$", " "}, {"$u27$", "'"}, {"$u3d$", "="}, {"$u5b$", "["},  {"$u5d$", "]"},
    {"$u7b$", "{"}, {"$u7d$", "}"}, {"$u3b$", ";"}, {"$u2b$", "+"}, {"$u21$", "!"}, {"$u22$", "\""}, {"..", "::"}};

bool HasRustHash(std::string_view symbol) {
  if (symbol.size() < kRustHashLength) return false;
  const std::string_view hash = symbol.substr(symbol.size() - kRustHashLength);
  return hash.front() == 'h' && hash.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

std::string DemangleRust(std::string_view symbol) {
  if (!HasRustHash(symbol)) return std::string(symbol);
  symbol.remove_suffix(kRustHashLength);
  if (symbol.ends_with("::")) symbol.remove_suffix(2);
  if (symbol.starts_with("_$")) symbol.remove_prefix(1);
  std::string name;
  while (!symbol.empty()) {
    const auto* escape =
        std::ranges::find_if(kRustEscapes, [&](const auto& known) { return symbol.starts_with(known.first); });
    if (escape != std::end(kRustEscapes)) {
      name += escape->second;
      symbol.remove_prefix(escape->first.size());
    } else if (symbol.front() == '$') {  // an escape nobody knows ends the translation
      return name.append(symbol);
    } else {
      name += symbol.front();
      symbol.remove_prefix(1);
    }
  }
  return name;
}

// Where the list of arguments begins: the first parenthesis outside brackets. Not those of a Go method "(*Client)", which
// follow a dot, nor of an anonymous namespace. (A ">" of "operator->" counts as a bracket, for the peers too.)
size_t FindArguments(std::string_view name) {
  int depth = 0;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '<' || c == '{' || c == '[') ++depth;
    if (c == '>' || c == '}' || c == ']' || c == ')') --depth;
    if (c != '(') continue;
    const bool is_go_method = i > 0 && name[i - 1] == '.';
    if (depth == 0 && !is_go_method && !name.substr(i).starts_with("(anonymous namespace)")) return i;
    ++depth;
  }
  return name.size();
}

std::string Tidy(std::string name, bool is_java) {
  std::ranges::replace(name, ';', ':');
  name.resize(FindArguments(name));
  // "Ljava/lang/String;::length": the L says that it is a class.
  if (is_java && name.starts_with('L') && name.find('/') != std::string::npos) name.erase(0, 1);
  return name;
}

std::string NameOf(std::string_view symbol, std::string_view dso) {
  if (symbol != "[unknown]" || dso.empty() || dso == "[unknown]") return std::string(symbol);
  std::string name = "[";
  return name.append(dso.substr(dso.rfind('/') + 1)).append("]");
}

// The next "->" that joins functions and is not C++'s operator of that name.
size_t FindArrow(std::string_view symbol) {
  for (size_t at = symbol.find("->"); at != std::string_view::npos; at = symbol.find("->", at + 2)) {
    if (!symbol.substr(0, at).ends_with("operator")) return at;
  }
  return std::string_view::npos;
}

}  // namespace

std::vector<std::string> FrameNames(std::string_view symbol, std::string_view dso, bool is_java) {
  const std::string demangled = DemangleRust(symbol);
  std::vector<std::string> names;
  std::string_view rest = demangled;
  for (;;) {
    const size_t arrow = FindArrow(rest);
    names.push_back(Tidy(NameOf(rest.substr(0, arrow), dso), is_java));
    if (arrow == std::string_view::npos) break;
    rest.remove_prefix(arrow + 2);
  }
  std::ranges::reverse(names);
  return names;
}

std::string CommandFrame(std::string_view command) {
  std::string name(command);
  std::ranges::replace(name, ' ', '_');
  return name;
}

}  // namespace proto
