#include "analysis/profile/demangle.h"

#include <demangle.h>  // of libiberty

#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <string_view>

namespace analysis {
namespace {

constexpr size_t kLongest = 64 * 1024;

struct TooLong {};

// libiberty hands out the text piece by piece. Throwing is the only way to stop it; its frames hold nothing to release.
void Collect(const char* piece, size_t length, void* collected) {
  auto& text = *static_cast<std::string*>(collected);
  if (text.size() + length > kLongest) throw TooLong();
  text.append(piece, length);
}

// Takes the arguments off the functions that local names stand in: f(int)::g becomes f()::g.
class EnclosingFunctions {
 public:
  void Empty(demangle_component* part) {
    if (part == nullptr || !HasTwoParts(part->type) || !seen_.insert(part).second) return;
    demangle_component* const left = part->u.s_binary.left;
    if (part->type == DEMANGLE_COMPONENT_LOCAL_NAME && left != nullptr && left->type == DEMANGLE_COMPONENT_TYPED_NAME) {
      demangle_component* const signature = left->u.s_binary.right;
      if (signature != nullptr && signature->type == DEMANGLE_COMPONENT_FUNCTION_TYPE) signature->u.s_binary.right = nullptr;
    }
    Empty(left);
    Empty(part->u.s_binary.right);
  }

 private:
  static bool HasTwoParts(demangle_component_type type) {
    switch (type) {
      case DEMANGLE_COMPONENT_QUAL_NAME:
      case DEMANGLE_COMPONENT_LOCAL_NAME:
      case DEMANGLE_COMPONENT_TYPED_NAME:
      case DEMANGLE_COMPONENT_TEMPLATE:
      case DEMANGLE_COMPONENT_TEMPLATE_ARGLIST:
      case DEMANGLE_COMPONENT_ARGLIST:
      case DEMANGLE_COMPONENT_FUNCTION_TYPE:
      case DEMANGLE_COMPONENT_VTABLE:
      case DEMANGLE_COMPONENT_TYPEINFO:
      case DEMANGLE_COMPONENT_TYPEINFO_NAME:
      case DEMANGLE_COMPONENT_THUNK:
      case DEMANGLE_COMPONENT_VIRTUAL_THUNK:
      case DEMANGLE_COMPONENT_COVARIANT_THUNK:
      case DEMANGLE_COMPONENT_GUARD:
      case DEMANGLE_COMPONENT_TLS_INIT:
      case DEMANGLE_COMPONENT_TLS_WRAPPER:
      case DEMANGLE_COMPONENT_REFTEMP:
      case DEMANGLE_COMPONENT_CONST:
      case DEMANGLE_COMPONENT_CONST_THIS:
      case DEMANGLE_COMPONENT_POINTER:
      case DEMANGLE_COMPONENT_REFERENCE:
      case DEMANGLE_COMPONENT_RVALUE_REFERENCE:
      case DEMANGLE_COMPONENT_TAGGED_NAME:
        return true;
      default:
        return false;
    }
  }

  std::set<const demangle_component*> seen_;  // parts are shared
};

std::optional<std::string> Cpp(const std::string& linker_name, NameParts parts) {
  // The standard form of constructors of globals has its arguments always.
  const bool has_arguments = parts == NameParts::kFull || linker_name.starts_with("_GLOBAL_");
  const int options = DMGL_ANSI | (has_arguments ? DMGL_PARAMS : 0);
  // What a compiler adds to the name of a clone (".isra.0") is no part of it.
  const std::string name = parts == NameParts::kFull ? linker_name.substr(0, linker_name.find_first_of(".@")) : linker_name;
  void* memory = nullptr;
  demangle_component* const tree = cplus_demangle_v3_components(name.c_str(), options, &memory);
  const std::unique_ptr<void, decltype(&std::free)> owner(memory, &std::free);
  if (tree == nullptr) return std::nullopt;
  if (parts != NameParts::kFull) EnclosingFunctions().Empty(tree);
  std::string text;
  if (cplus_demangle_print_callback(options, tree, Collect, &text) == 0) return std::nullopt;
  return text;
}

bool IsWordCharacter(char c) {
  return c == '_' || c == '$' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

// The length of an operator's symbol that `text` begins with and that has '<' or '>' in it; 0 = none.
size_t AngleOperator(std::string_view text) {
  for (const std::string_view symbol : {"<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "->", "<", ">"}) {
    if (text.starts_with(symbol)) return symbol.size();
  }
  return 0;
}

// Behind the '>' that closes the '<' at `open`. Within parentheses both can be comparisons.
size_t EndOfAngles(std::string_view text, size_t open) {
  std::string nesting;
  for (size_t at = open; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '(' || (c == '<' && (nesting.empty() || at == 0 || text[at - 1] != ')'))) nesting += c;
    if (c == ')' && !nesting.empty() && nesting.back() == '(') nesting.pop_back();
    if (c == '>' && nesting.back() == '<' && text[at - 1] != '-') nesting.pop_back();
    if (nesting.empty()) return at + 1;
  }
  return text.size();
}

// ns::A<int>::f<char> -> ns::A::f
std::string WithoutTemplateArguments(std::string_view text) {
  constexpr std::string_view kOperator = "operator";
  std::string kept;
  for (size_t at = 0; at < text.size();) {
    const bool is_word_start = at == 0 || !IsWordCharacter(text[at - 1]);
    if (is_word_start && text.substr(at).starts_with(kOperator)) {
      const size_t behind = at + kOperator.size();
      const size_t end = behind + AngleOperator(text.substr(behind));
      kept += text.substr(at, end - at);
      at = end;
      if (text.substr(at).starts_with(" <")) ++at;  // stands there only to keep two '<' apart
    } else if (text[at] == '<') {
      at = EndOfAngles(text, at);
    } else {
      kept += text[at++];
    }
  }
  return kept;
}

// A<B<>> -> A<B<> >, which is how it is written everywhere else in such a name.
std::string WithAnglesApart(std::string_view text) {
  std::string apart;
  for (size_t at = 0; at < text.size(); ++at) {
    const bool closes_two = text[at] == '>' && at > 0 && text[at - 1] == '>';
    const std::string_view before = text.substr(0, at == 0 ? 0 : at - 1);
    if (closes_two && !before.ends_with(')') && !before.ends_with("operator")) apart += ' ';
    apart += text[at];
  }
  return apart;
}

// alloc::vec::Vec<u8>::push -> alloc::vec::Vec<>::push, and <T as Trait>::f and for<'a> stay.
std::string WithoutGenericArguments(std::string_view text) {
  std::string kept;
  for (size_t at = 0; at < text.size();) {
    const bool is_generic = text[at] == '<' && at > 0 && (IsWordCharacter(text[at - 1]) || text[at - 1] == ':') &&
                            !text.substr(at).starts_with("<'");
    kept += text[at];
    if (!is_generic) {
      ++at;
      continue;
    }
    at = EndOfAngles(text, at);
    kept += '>';
  }
  return kept;
}

// "_ZN..17h0123456789abcdefE", perhaps with a suffix behind it.
bool LooksLikeLegacyRust(std::string_view name) {
  constexpr size_t kHash = 20;  // "17h", sixteen digits, "E"
  if (const size_t suffix = name.rfind("E."); suffix != std::string_view::npos) name = name.substr(0, suffix + 1);
  return name.starts_with("_ZN") && name.size() > 3 + kHash && name.ends_with('E') &&
         name.substr(name.size() - kHash).starts_with("17h");
}

std::optional<std::string> Rust(const std::string& linker_name, NameParts parts) {
  const bool is_legacy = LooksLikeLegacyRust(linker_name);
  if (!is_legacy && !linker_name.starts_with("_R")) return std::nullopt;
  std::string text;
  const std::string name = linker_name.substr(0, is_legacy ? linker_name.size() : linker_name.find('.'));
  if (rust_demangle_callback(name.c_str(), 0, Collect, &text) == 0) return std::nullopt;
  return parts == NameParts::kPlain && !is_legacy ? WithoutGenericArguments(text) : text;
}

}  // namespace

std::string Demangled(const std::string& linker_name, NameParts parts) {
  const std::string_view name = linker_name;
  if (!name.starts_with("_Z") && !name.starts_with("_R") && !name.starts_with("_GLOBAL_") && !name.starts_with("___Z"))
    return linker_name;
  try {
    if (const auto rust = Rust(linker_name, parts)) return *rust;
    const auto cpp = Cpp(linker_name, parts);
    if (!cpp) return linker_name;
    return parts == NameParts::kPlain ? WithoutTemplateArguments(*cpp) : WithAnglesApart(*cpp);
  } catch (const TooLong&) {
    return linker_name;
  }
}

}  // namespace analysis
