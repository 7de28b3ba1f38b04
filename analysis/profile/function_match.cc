#include "analysis/profile/function_match.h"

#include <re2/re2.h>

#include <functional>
#include <map>
#include <optional>

namespace analysis {
namespace {

std::string WithoutTypeArguments(std::string_view name) {
  std::string kept;
  int depth = 0;
  for (const char c : name) {
    if (c == '[') ++depth;
    if (depth == 0) kept += c;
    if (c == ']' && depth > 0) --depth;
  }
  return kept;
}

// "github.com/acme/shop/cart.(*Cart).Add" -> "(*Cart).Add"
std::string WithoutPackage(const std::string& name) {
  const size_t slash = name.find_last_of('/');
  const size_t dot = name.find('.', slash == std::string::npos ? 0 : slash);
  return dot == std::string::npos ? "" : name.substr(dot + 1);
}

std::string_view BaseName(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

// Pairs what is still unmatched on both sides and has the same key there, each once.
class Pairing {
 public:
  using Key = std::function<std::string(const FunctionIdentity&)>;  // empty = can't be told

  Pairing(std::span<const FunctionIdentity> gone, std::span<const FunctionIdentity> added)
      : gone_(gone), added_(added), partner_(gone.size()), is_taken_(added.size()) {}

  void By(const Key& key, const char* why) {
    struct Candidates {
      std::vector<size_t> gone, added;
    };
    std::map<std::string, Candidates> by_key;
    for (size_t i = 0; i < gone_.size(); ++i) {
      if (!partner_[i]) by_key[key(gone_[i])].gone.push_back(i);
    }
    for (size_t i = 0; i < added_.size(); ++i) {
      if (!is_taken_[i]) by_key[key(added_[i])].added.push_back(i);
    }
    for (const auto& [text, found] : by_key) {
      if (text.empty() || found.gone.size() != 1 || found.added.size() != 1) continue;
      partner_[found.gone[0]] = FunctionMatch{found.gone[0], found.added[0], why};
      is_taken_[found.added[0]] = true;
    }
  }

  std::vector<FunctionMatch> Matches() const {
    std::vector<FunctionMatch> matches;
    for (const auto& match : partner_) {
      if (match) matches.push_back(*match);
    }
    return matches;
  }

 private:
  std::span<const FunctionIdentity> gone_, added_;
  std::vector<std::optional<FunctionMatch>> partner_;
  std::vector<bool> is_taken_;
};

}  // namespace

std::string StableName(std::string_view name) {
  static const RE2 kClosure(R"((\.func|\.gowrap|\.deferwrap|-range)\d+)");
  static const RE2 kNestedClosure(R"((\.func)(\.\d+)+)");
  static const RE2 kMajorVersion(R"(/v\d+([/.]))");
  static const RE2 kMethodValue(R"(-fm$)");
  std::string stable = WithoutTypeArguments(name);
  if (const size_t vendor = stable.rfind("/vendor/"); vendor != std::string::npos) stable.erase(0, vendor + 8);
  RE2::GlobalReplace(&stable, kClosure, "\\1");
  RE2::GlobalReplace(&stable, kNestedClosure, "\\1");
  RE2::GlobalReplace(&stable, kMajorVersion, "\\1");
  RE2::Replace(&stable, kMethodValue, "");
  return stable;
}

std::vector<FunctionMatch> GuessMatches(std::span<const FunctionIdentity> gone, std::span<const FunctionIdentity> added) {
  Pairing pairing(gone, added);
  const auto stable = [](const FunctionIdentity& function) { return StableName(function.name); };
  const auto place = [](const FunctionIdentity& function) {
    return function.start_line == 0 || function.file.empty() ? ""
                                                             : function.file + ":" + std::to_string(function.start_line);
  };
  pairing.By([&](const FunctionIdentity& function) { return stable(function) + "\n" + place(function); },
             "same place in the same file; only closure numbers, type arguments or versions differ");
  pairing.By(stable, "only closure numbers, type arguments or versions differ");
  pairing.By(
      [&](const FunctionIdentity& function) {
        const std::string symbol = WithoutPackage(stable(function));
        return symbol.empty() || function.file.empty() ? "" : symbol + "\n" + std::string(BaseName(function.file));
      },
      "same function in a file of the same name; its package was renamed or moved");
  pairing.By(place, "same place in the same file; the function was renamed");
  return pairing.Matches();
}

}  // namespace analysis
