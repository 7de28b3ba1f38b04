#include "analysis/profile/frame_pruning.h"

#include <re2/re2.h>

#include <optional>
#include <vector>

#include "analysis/profile/name_matcher.h"
#include "model/input_error.h"

namespace analysis {
namespace {

using model::LocationId;
using model::StackId;

// By FunctionId: does `asks(simplified name)`?
template <class Asks>
std::vector<bool> ByFunction(const model::Symbols& symbols, Asks asks) {
  std::vector<bool> matches(symbols.functions().size());
  for (uint32_t row = 1; row < matches.size(); ++row) {
    const std::string_view name = symbols.function_name(model::FunctionId(row));
    matches[row] = !name.empty() && asks(WithoutArguments(name));
  }
  return matches;
}

void KeepLines(model::Symbols& symbols, LocationId id, size_t from) {
  const auto lines = symbols.lines(id);
  const std::vector<model::Line> kept(lines.begin() + static_cast<std::ptrdiff_t>(from), lines.end());
  symbols.SetLocation(id, symbols.location(id), kept);
}

enum class Cut { kNone, kHere, kBelow };  // drop the location and its callees; keep what is left of it, drop its callees

// What a location means for the stacks through it; its matching lines and those inlined into them go.
std::vector<Cut> CutsOf(model::Symbols& symbols, const std::vector<bool>& drops) {
  std::vector<Cut> cuts(symbols.location_count(), Cut::kNone);
  for (uint32_t row = 0; row < cuts.size(); ++row) {
    const auto lines = symbols.lines(LocationId(row));
    for (size_t i = lines.size(); i > 0; --i) {
      if (!drops[lines[i - 1].function.index()]) continue;
      cuts[row] = i == lines.size() ? Cut::kHere : Cut::kBelow;
      if (i < lines.size()) KeepLines(symbols, LocationId(row), i);
      break;
    }
  }
  return cuts;
}

}  // namespace

void DropFrames(model::Profile& profile) {
  if (profile.drop_frames.empty()) return;
  RE2::Options quiet;
  quiet.set_log_errors(false);
  const RE2 drop(profile.drop_frames, quiet);
  const RE2 keep(profile.keep_frames, quiet);
  if (!drop.ok() || !keep.ok()) {
    profile.warnings.Add("expression of the profile can't be read", drop.ok() ? profile.keep_frames : profile.drop_frames);
    return;
  }
  const auto drops = ByFunction(profile.symbols, [&](std::string_view name) {
    return RE2::FullMatch(name, drop) && (profile.keep_frames.empty() || !RE2::FullMatch(name, keep));
  });
  const auto cuts = CutsOf(profile.symbols, drops);
  const model::StackTrie& stacks = profile.stacks;
  std::vector<bool> has_user(stacks.size());
  std::vector<StackId> cut_to(stacks.size());  // root = not cut
  for (uint32_t row = 1; row < stacks.size(); ++row) {
    const StackId caller = stacks.caller(StackId(row));
    const Cut cut = cuts[stacks.location(StackId(row)).index()];
    has_user[row] = has_user[caller.index()] || cut == Cut::kNone;
    cut_to[row] = cut_to[caller.index()];
    if (cut_to[row] != StackId() || cut == Cut::kNone || !has_user[caller.index()]) continue;
    cut_to[row] = cut == Cut::kHere ? caller : StackId(row);
  }
  for (StackId& stack : profile.sample_stack) {
    if (cut_to[stack.index()] != StackId()) stack = cut_to[stack.index()];
  }
}

void PruneFrom(model::Profile& profile, const std::string& expression) {
  const auto compiled = CompileExpression("prune_from", expression);
  model::Symbols& symbols = profile.symbols;
  const auto matches = ByFunction(symbols, [&](std::string_view name) { return RE2::PartialMatch(name, *compiled); });
  std::vector<bool> is_cut(symbols.location_count());
  for (uint32_t row = 0; row < is_cut.size(); ++row) {
    const auto lines = symbols.lines(LocationId(row));
    for (size_t i = 0; i < lines.size(); ++i) {
      if (!matches[lines[i].function.index()]) continue;
      is_cut[row] = true;
      if (i > 0) KeepLines(symbols, LocationId(row), i);
      break;
    }
  }
  std::vector<StackId> cut_to(profile.stacks.size());
  for (uint32_t row = 1; row < cut_to.size(); ++row) {
    const bool is_here = is_cut[profile.stacks.location(StackId(row)).index()];
    cut_to[row] = is_here ? StackId(row) : cut_to[profile.stacks.caller(StackId(row)).index()];
  }
  for (StackId& stack : profile.sample_stack) {
    if (cut_to[stack.index()] != StackId()) stack = cut_to[stack.index()];
  }
}

}  // namespace analysis
