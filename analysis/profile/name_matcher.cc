#include "analysis/profile/name_matcher.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "model/input_error.h"

namespace analysis {

std::unique_ptr<re2::RE2> CompileExpression(const std::string& option, const std::string& expression) {
  RE2::Options how;
  how.set_log_errors(false);
  auto compiled = std::make_unique<RE2>(expression, how);
  if (!compiled->ok())
    throw model::UsageError(fmt::format("-{}={}: can't read the expression: {}", option, expression, compiled->error()));
  return compiled;
}

NameMatcher::NameMatcher(const model::Symbols& symbols, const std::string& option, const std::string& expression)
    : symbols_(&symbols) {
  const auto compiled = CompileExpression(option, expression);
  const auto matches = [&](model::StringId id) { return RE2::PartialMatch(symbols.text(id), *compiled); };
  by_function_.push_back(false);
  for (uint32_t row = 1; row < symbols.functions().size(); ++row) {
    const model::Function& function = symbols.functions()[model::FunctionId(row)];
    by_function_.push_back(matches(function.name) || matches(function.file));
  }
  by_mapping_.push_back(false);
  for (uint32_t row = 1; row < symbols.mappings().size(); ++row) {
    by_mapping_.push_back(matches(symbols.mappings()[model::MappingId(row)].file));
  }
}

NameMatcher::~NameMatcher() = default;
NameMatcher::NameMatcher(NameMatcher&&) noexcept = default;

bool NameMatcher::Matches(model::LocationId location) const {
  const auto lines = symbols_->lines(location);
  return std::ranges::any_of(lines, [&](const model::Line& line) { return Matches(line.function); }) ||
         Matches(symbols_->location(location).mapping);
}

std::string_view WithoutArguments(std::string_view name) {
  if (name.starts_with('.')) name.remove_prefix(1);
  size_t from = 0;
  for (;;) {
    const size_t bracket = name.find('(', from);
    if (bracket == std::string_view::npos) return name;
    constexpr std::string_view kAnonymous = "(anonymous namespace)";
    constexpr std::string_view kOperator = "operator()";
    const bool is_operator = bracket >= 8 && name.substr(bracket - 8).starts_with(kOperator);
    if (name.substr(bracket).starts_with(kAnonymous)) {
      from = bracket + kAnonymous.size();
    } else if (is_operator) {
      from = bracket + 2;
    } else {
      return name.substr(0, bracket);
    }
  }
}

}  // namespace analysis
