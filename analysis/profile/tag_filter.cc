#include "analysis/profile/tag_filter.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <optional>

#include "analysis/profile/name_matcher.h"
#include "model/input_error.h"
#include "model/units.h"

namespace analysis {
namespace {

using model::Label;

// "512kb:2mb": from and to in one unit, either end open.
struct Range {
  double from = -std::numeric_limits<double>::infinity();
  double to = std::numeric_limits<double>::infinity();
  std::string unit;

  bool Holds(int64_t value, std::string_view value_unit) const {
    const model::Scaled scaled = model::Scale(value, value_unit, unit);
    return scaled.unit == unit && scaled.value >= from && scaled.value <= to;
  }
};

std::optional<Range> ParseRange(const std::string& text, const std::string& option) {
  static const RE2 kRange(R"((?:([+-]?\d+)([A-Za-z]+)?)?(:)?(?:([+-]?\d+)([A-Za-z]+)?)?)");
  re2::StringPiece low, low_unit, colon, high, high_unit;
  if (text.empty() || !RE2::FullMatch(text, kRange, &low, &low_unit, &colon, &high, &high_unit)) return std::nullopt;
  if (low.empty() && high.empty()) return std::nullopt;
  if (!low.empty() && !high.empty() && colon.empty()) return std::nullopt;
  const auto scale = [&](re2::StringPiece digits, re2::StringPiece unit, std::string_view shown_unit) {
    int64_t value = 0;
    if (!RE2::FullMatch(digits, "\\+?(-?\\d+)", &value))
      throw model::UsageError(fmt::format("-{}={}: the number is too large", option, text));
    return model::Scale(value, std::string_view(unit.data(), unit.size()), shown_unit);
  };
  const bool has_low = !low.empty();
  const re2::StringPiece unit = has_low ? low_unit : high_unit;
  const model::Scaled first = scale(has_low ? low : high, unit, std::string_view(unit.data(), unit.size()));
  Range range{.unit = first.unit};
  if (has_low) range.from = first.value;
  if (!has_low || colon.empty()) range.to = first.value;
  if (has_low && !high.empty()) {
    const model::Scaled second = scale(high, high_unit, first.unit);
    if (second.unit != first.unit) return std::nullopt;
    range.to = second.value;
  }
  return range;
}

std::vector<std::unique_ptr<re2::RE2>> Expressions(const std::string& option, const std::string& list) {
  std::vector<std::unique_ptr<re2::RE2>> compiled;
  for (size_t from = 0; from <= list.size();) {
    const size_t comma = std::min(list.find(',', from), list.size());
    compiled.push_back(CompileExpression(option, list.substr(from, comma - from)));
    from = comma + 1;
  }
  return compiled;
}

}  // namespace

std::vector<bool> TagMatches(const model::Profile& profile, const std::string& option, const std::string& filter) {
  std::vector<bool> matches(profile.labels.size());
  if (filter.empty()) return matches;
  const size_t equals = filter.find('=');
  const bool has_key = equals != std::string::npos;
  const std::string key = has_key ? filter.substr(0, equals) : "";
  const std::string value = has_key ? filter.substr(equals + 1) : filter;
  const auto text = [&](model::StringId id) { return profile.symbols.text(id); };
  const auto is_wanted = [&](const Label& label) { return !has_key || text(label.key) == key; };
  const auto for_each_set = [&](const std::function<bool(std::span<const Label>)>& matches_set) {
    for (uint32_t set = 0; set < matches.size(); ++set) matches[set] = matches_set(profile.labels[model::LabelSetId(set)]);
  };

  if (const auto range = ParseRange(value, option)) {
    const auto units = NumberUnits(profile);
    const auto unit_of = [&](const Label& label) {
      const auto at = units.find(text(label.key));
      return at == units.end() ? std::string() : at->second;
    };
    for_each_set([&](std::span<const Label> labels) {
      return std::ranges::any_of(labels, [&](const Label& label) {
        return label.is_number && is_wanted(label) && range->Holds(label.number, unit_of(label));
      });
    });
    return matches;
  }
  const auto expressions = Expressions(option, value);
  const auto any_label = [&](std::span<const Label> labels, const re2::RE2& expression) {
    return std::ranges::any_of(labels, [&](const Label& label) {
      if (label.is_number || !is_wanted(label)) return false;
      if (has_key) return RE2::PartialMatch(text(label.text), expression);
      return RE2::PartialMatch(fmt::format("{}:{}", text(label.key), text(label.text)), expression);
    });
  };
  for_each_set([&](std::span<const Label> labels) {
    const auto holds = [&](const auto& expression) { return any_label(labels, *expression); };
    return has_key ? std::ranges::any_of(expressions, holds) : std::ranges::all_of(expressions, holds);
  });
  return matches;
}

void FilterTags(model::Profile& profile, const FilterOptions& options) {
  const std::string &show = options.tag_show, &hide = options.tag_hide;
  if (show.empty() && hide.empty()) return;
  const auto shows = CompileExpression("tagshow", show);
  const auto hides = CompileExpression("taghide", hide);
  bool any_shown = false, any_hidden = false;
  model::LabelTable filtered;
  std::vector<model::LabelSetId> set_of(profile.labels.size());
  for (uint32_t set = 0; set < set_of.size(); ++set) {
    std::vector<Label> kept;
    for (const Label& label : profile.labels[model::LabelSetId(set)]) {
      const std::string_view key = profile.symbols.text(label.key);
      const bool is_shown = show.empty() || RE2::PartialMatch(key, *shows);
      const bool is_hidden = !hide.empty() && RE2::PartialMatch(key, *hides);
      any_shown |= is_shown;
      any_hidden |= is_hidden;
      if (is_shown && !is_hidden) kept.push_back(label);
    }
    set_of[set] = filtered.Intern(kept);
  }
  if (options.must_match && !show.empty() && !any_shown)
    throw model::UsageError(fmt::format("-tagshow={} matches nothing in this profile", show));
  if (options.must_match && !hide.empty() && !any_hidden)
    throw model::UsageError(fmt::format("-taghide={} matches nothing in this profile", hide));
  for (model::LabelSetId& id : profile.sample_labels) id = set_of[id.index()];
  profile.labels = std::move(filtered);
}

std::map<std::string, std::string, std::less<>> NumberUnits(const model::Profile& profile) {
  std::map<std::string, std::string, std::less<>> units;
  std::vector<bool> is_seen(profile.labels.size());
  for (const model::LabelSetId set : profile.sample_labels) {
    if (is_seen[set.index()]) continue;
    is_seen[set.index()] = true;
    for (const Label& label : profile.labels[set]) {
      if (!label.is_number) continue;
      std::string& unit = units[std::string(profile.symbols.text(label.key))];
      if (unit.empty()) unit = profile.symbols.text(label.unit);
    }
  }
  for (auto& [key, unit] : units) {
    if (unit.empty()) unit = key == "alignment" || key == "request" ? "bytes" : key;
  }
  return units;
}

}  // namespace analysis
