#include "analysis/profile/filter.h"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "analysis/profile/frame_pruning.h"
#include "analysis/profile/name_matcher.h"
#include "analysis/profile/tag_filter.h"
#include "model/input_error.h"

namespace analysis {
namespace {

using model::Line;
using model::LocationId;
using model::StackId;

void WantMatch(bool is_matched, const FilterOptions& options, const char* option, const std::string& expression) {
  if (is_matched || expression.empty() || !options.must_match) return;
  throw model::UsageError(fmt::format("-{}={} matches nothing in this profile", option, expression));
}

std::optional<NameMatcher> Matcher(const model::Profile& profile, const char* option, const std::string& expression) {
  if (expression.empty()) return std::nullopt;
  return NameMatcher(profile.symbols, option, expression);
}

// Keeps the samples for which `keep(row)` holds.
template <class Keep>
void KeepSamples(model::Profile& profile, Keep keep) {
  const size_t width = profile.value_count();
  size_t kept = 0;
  for (size_t row = 0; row < profile.sample_count(); ++row) {
    if (!keep(row)) continue;
    profile.sample_stack[kept] = profile.sample_stack[row];
    profile.sample_labels[kept] = profile.sample_labels[row];
    for (size_t i = 0; i < width; ++i) profile.sample_value[kept * width + i] = profile.sample_value[row * width + i];
    ++kept;
  }
  profile.sample_stack.resize(kept);
  profile.sample_labels.resize(kept);
  profile.sample_value.resize(kept * width);
}

// -hide and -show: lines go, and a location that has none left is stepped over.
class LineFilter {
 public:
  LineFilter(const std::optional<NameMatcher>& hide, const std::optional<NameMatcher>& show) : hide_(hide), show_(show) {}

  // Filters the location's lines; is it hidden whole?
  bool Apply(model::Symbols& symbols, LocationId id) {
    bool is_hidden = false;
    if (hide_ && hide_->Matches(id)) {
      any_hidden = true;
      is_hidden = !Keep(symbols, id, *hide_, false);
    }
    if (show_) {
      const bool is_shown = Keep(symbols, id, *show_, true);
      any_shown |= is_shown;
      is_hidden |= !is_shown;
    }
    return is_hidden;
  }

  bool any_hidden = false, any_shown = false;

 private:
  // Keeps the lines that match, or those that don't; lines without a function stay in both cases. Are any left?
  static bool Keep(model::Symbols& symbols, LocationId id, const NameMatcher& matcher, bool wanted) {
    std::vector<Line> kept;
    const auto lines = symbols.lines(id);
    if (matcher.Matches(symbols.location(id).mapping)) {
      if (wanted) return !lines.empty();
    } else {
      for (const Line& line : lines) {
        if (line.function == model::FunctionId() || matcher.Matches(line.function) == wanted) kept.push_back(line);
      }
    }
    if (kept.size() != lines.size()) symbols.SetLocation(id, symbols.location(id), kept);
    return !kept.empty();
  }

  const std::optional<NameMatcher>& hide_;
  const std::optional<NameMatcher>& show_;
};

void FilterByName(model::Profile& profile, const FilterOptions& options) {
  const auto focus = Matcher(profile, "focus", options.focus);
  const auto ignore = Matcher(profile, "ignore", options.ignore);
  const auto hide = Matcher(profile, "hide", options.hide);
  const auto show = Matcher(profile, "show", options.show);
  if (!focus && !ignore && !hide && !show) return;

  bool any_focused = false, any_ignored = false;
  const size_t locations = profile.symbols.location_count();
  std::vector<bool> is_focused(locations), is_ignored(locations), is_hidden(locations);
  LineFilter lines(hide, show);
  for (uint32_t row = 0; row < locations; ++row) {
    is_ignored[row] = ignore && ignore->Matches(LocationId(row));
    is_focused[row] = !is_ignored[row] && (!focus || focus->Matches(LocationId(row)));
    any_ignored |= is_ignored[row];
    any_focused |= is_focused[row];
    is_hidden[row] = lines.Apply(profile.symbols, LocationId(row));
  }
  WantMatch(any_focused, options, "focus", options.focus);
  WantMatch(any_ignored, options, "ignore", options.ignore);
  WantMatch(lines.any_hidden, options, "hide", options.hide);
  WantMatch(lines.any_shown, options, "show", options.show);

  // Along each stack: was a frame focused on, was one ignored, and the stack without hidden frames.
  const model::StackTrie old = std::move(profile.stacks);
  profile.stacks = model::StackTrie();
  std::vector<bool> has_focus(old.size()), has_ignored(old.size());
  std::vector<StackId> shown(old.size());
  for (uint32_t row = 1; row < old.size(); ++row) {
    const size_t caller = old.caller(StackId(row)).index();
    const LocationId at = old.location(StackId(row));
    has_focus[row] = has_focus[caller] || is_focused[at.index()];
    has_ignored[row] = has_ignored[caller] || is_ignored[at.index()];
    shown[row] = is_hidden[at.index()] ? shown[caller] : profile.stacks.Child(shown[caller], at);
  }
  KeepSamples(profile, [&](size_t row) {
    const size_t stack = profile.sample_stack[row].index();
    profile.sample_stack[row] = shown[stack];
    return has_focus[stack] && !has_ignored[stack] && shown[stack] != StackId();
  });
}

// Above the match that is nearest to the root everything goes; a stack without one goes as a whole.
void ShowFrom(model::Profile& profile, const FilterOptions& options) {
  const std::string& expression = options.show_from;
  if (expression.empty()) return;
  const NameMatcher matcher(profile.symbols, "show_from", expression);
  model::Symbols& symbols = profile.symbols;
  std::vector<bool> is_match(symbols.location_count());
  bool any = false;
  for (uint32_t row = 0; row < is_match.size(); ++row) {
    const LocationId id(row);
    is_match[row] = matcher.Matches(id);
    any |= is_match[row];
    if (!is_match[row] || matcher.Matches(symbols.location(id).mapping)) continue;
    const auto lines = symbols.lines(id);
    size_t kept = lines.size();
    while (!matcher.Matches(lines[kept - 1].function)) --kept;
    const std::vector<Line> below(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(kept));
    symbols.SetLocation(id, symbols.location(id), below);
  }
  WantMatch(any, options, "show_from", expression);
  const model::StackTrie old = std::move(profile.stacks);
  profile.stacks = model::StackTrie();
  std::vector<StackId> shown(old.size());
  for (uint32_t row = 1; row < old.size(); ++row) {
    const StackId caller = shown[old.caller(StackId(row)).index()];
    const LocationId at = old.location(StackId(row));
    if (caller != StackId() || is_match[at.index()]) shown[row] = profile.stacks.Child(caller, at);
  }
  KeepSamples(profile, [&](size_t row) {
    profile.sample_stack[row] = shown[profile.sample_stack[row].index()];
    return profile.sample_stack[row] != StackId();
  });
}

void FilterByTag(model::Profile& profile, const FilterOptions& options) {
  if (options.tag_focus.empty() && options.tag_ignore.empty()) return;
  const auto focus = TagMatches(profile, "tagfocus", options.tag_focus);
  const auto ignore = TagMatches(profile, "tagignore", options.tag_ignore);
  bool any_focused = false, any_ignored = false;
  KeepSamples(profile, [&](size_t row) {
    const size_t set = profile.sample_labels[row].index();
    const bool is_focused = options.tag_focus.empty() || focus[set];
    const bool is_ignored = !options.tag_ignore.empty() && ignore[set];
    any_focused |= is_focused;
    any_ignored |= is_ignored;
    return is_focused && !is_ignored;
  });
  WantMatch(any_focused, options, "tagfocus", options.tag_focus);
  WantMatch(any_ignored, options, "tagignore", options.tag_ignore);
}

}  // namespace

void Filter(model::Profile& profile, const FilterOptions& options) {
  FilterByName(profile, options);
  ShowFrom(profile, options);
  FilterByTag(profile, options);
  FilterTags(profile, options);
  if (!options.prune_from.empty()) PruneFrom(profile, options.prune_from);
}

}  // namespace analysis
