#include "cli/symbolize_option.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <sstream>

#include "model/input_error.h"

namespace cli {
namespace {

struct Demangling {
  const char* word;
  std::optional<analysis::NameParts> parts;
};
constexpr std::array kDemanglings = {Demangling{"demangle=none", std::nullopt},
                                     Demangling{"demangle=templates", analysis::NameParts::kTemplates},
                                     Demangling{"demangle=full", analysis::NameParts::kFull}};

}  // namespace

analysis::Naming NamingAsked(const std::string& symbolize) {
  analysis::Naming naming;
  std::istringstream words(symbolize);
  for (std::string word; std::getline(words, word, ':');) {
    bool is_known = word.empty() || word == "local" || word == "fastlocal" || word == "remote" || word == "demangle=default";
    if (word == "none" || word == "no") return {.is_off = true};
    if (word == "force") is_known = naming.is_forced = true;
    for (const Demangling& demangling : kDemanglings) {
      if (word != demangling.word) continue;
      naming.parts = demangling.parts;
      is_known = naming.is_forced = true;
    }
    if (!is_known) {
      throw model::UsageError(
          fmt::format("-symbolize: \"{}\" is not known; wanted "
                      "[none|local|fastlocal|remote][:force][:demangle=none|full|templates|default]",
                      word));
    }
  }
  return naming;
}

}  // namespace cli
