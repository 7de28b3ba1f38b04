#include "render/colour_rules.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "model/input_error.h"

namespace render {

ColourRules::ColourRules() = default;
ColourRules::~ColourRules() = default;
ColourRules::ColourRules(ColourRules&&) noexcept = default;
ColourRules& ColourRules::operator=(ColourRules&&) noexcept = default;

void ColourRules::Add(std::string_view rule) {
  const size_t equals = rule.rfind('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw model::UsageError(fmt::format("colour rule `{}`: wanted EXPRESSION=COLOUR, such as 'net/http=#4ecdc4'", rule));
  }
  const std::string_view colour = rule.substr(equals + 1);
  const std::optional<Rgb> parsed = ParseColour(colour);
  if (!parsed)
    throw model::UsageError(
        fmt::format("colour rule `{}`: `{}` is no colour; wanted #rgb, #rrggbb, rgb(r,g,b) or a name", rule, colour));
  auto expression = std::make_unique<RE2>(std::string(rule.substr(0, equals)), RE2::Quiet);
  if (!expression->ok()) throw model::UsageError(fmt::format("colour rule `{}`: {}", rule, expression->error()));
  rules_.push_back({std::string(rule.substr(0, equals)), std::move(expression), *parsed});
}

void ColourRules::AddFile(std::string_view text, const std::string& file) {
  for (size_t line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view rule = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (rule.ends_with('\r')) rule.remove_suffix(1);
    if (rule.empty() || rule == "#" || rule.starts_with("# ")) continue;
    try {
      Add(rule);
    } catch (const model::UsageError& error) {
      throw model::UsageError(fmt::format("{}: line {}: {}", file, line, error.what()));
    }
  }
}

std::optional<size_t> ColourRules::FirstMatch(std::string_view name) const {
  for (size_t i = 0; i < rules_.size(); ++i) {
    if (RE2::PartialMatch({name.data(), name.size()}, *rules_[i].expression)) return i;
  }
  return std::nullopt;
}

}  // namespace render
