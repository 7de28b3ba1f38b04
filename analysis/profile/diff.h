#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/profile/function_match.h"
#include "analysis/profile/view.h"

// What changed between two profiles, or two groups of them, function by function and stack by stack, and which changes are
// more than chance. docs/commands/goprof-diff.md says how that is decided.
namespace analysis {

// kMoved: there on both sides, under different names. Its value may have changed as well.
enum class ChangeStatus { kSame, kChanged, kNew, kGone, kMoved };
const char* Name(ChangeStatus status);

// The compiler decided anew: all calls were inlined on one side, none on the other.
enum class InliningChange { kNone, kInlinedNow, kNoLongerInlined };
const char* Name(InliningChange change);  // "" for kNone

// Values are means per profile of a side, in base units.
struct FunctionChange {
  std::string name;
  std::string was;  // its name before, where that was another one
  int64_t flat_before = 0, flat_after = 0;
  int64_t cum_before = 0, cum_after = 0;
  ChangeStatus status = ChangeStatus::kSame;
  InliningChange inlining = InliningChange::kNone;
  std::optional<double> p_value;     // that chance alone makes a change as large (of flat; of cum where there is no flat)
  std::optional<double> p_adjusted;  // for the number of functions that were asked
  std::optional<double> rank_p;      // Mann-Whitney, from four profiles a side
  bool is_noise = true;
  std::vector<std::string>
      path;  // the callers through which most of it came, root first, the function last; large changes only

  int64_t flat_change() const { return flat_after - flat_before; }
  int64_t cum_change() const { return cum_after - cum_before; }
};

struct StackChange {
  std::vector<std::string> frames;  // root first
  int64_t before = 0, after = 0;
  ChangeStatus status = ChangeStatus::kSame;
};

struct DiffSettings {
  bool normalize = false;    // scale `after` so that the totals are equal: shares are compared
  double alpha = 0.05;       // share of false calls among the calls
  double min_share = 0.005;  // of the larger total: changes below it are no reason to fail
  size_t stacks_kept = 100;
};

struct Diff {
  std::string type, unit;
  int64_t total_before = 0, total_after = 0;  // means per profile; after normalisation where that was asked for
  size_t runs_before = 0, runs_after = 0;
  bool normalized = false;
  double min_share = 0;                   // as in the settings
  std::vector<FunctionChange> functions;  // largest change of flat first, then by name
  std::vector<StackChange> stacks;        // the largest changes
  size_t stacks_changed = 0;              // in all
  struct Guess {
    std::string before, after, why;
  };
  std::vector<Guess> guesses;
  double smallest_detectable = 0;  // change of a function that has a twentieth of the total, in base units
  std::vector<std::string> notes;  // what makes the sides hard to compare
  bool is_found = false;           // something changed beyond noise, and by enough to matter
};

Diff Compare(const std::vector<View>& before, const std::vector<View>& after, const DiffSettings& settings);

}  // namespace analysis
