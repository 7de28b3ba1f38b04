#pragma once

#include <string>
#include <vector>

#include "analysis/profile/diff.h"
#include "analysis/profile/leak_candidates.h"
#include "analysis/profile/view.h"
#include "model/report.h"

// What is wrong with a program as far as its profiles show it, and what is wrong with the profiles themselves. Every finding
// says what was seen, why it matters, what to do, and how sure it is.
namespace analysis {

enum class Confidence { kHint, kLikely, kSure };

struct CheckFinding {
  std::string kind;  // "stack-growth", stable
  model::Severity severity = model::Severity::kWarning;
  Confidence confidence = Confidence::kLikely;
  std::string title;                  // what, in one line, with the number
  double share = 0;                   // of the total, 0..1
  std::vector<std::string> evidence;  // a line each
  std::string why;
  std::string advice;
};

struct CheckedProfile {
  std::string file;
  View view;
};

// Time that goes into known patterns, and who causes it; contention and allocation sites. check_costs.cc has the table of
// patterns.
std::vector<CheckFinding> CheckCosts(const View& view);
// Many goroutines at one place; growth of such a place from the first to the last profile.
std::vector<CheckFinding> CheckGoroutines(const std::vector<CheckedProfile>& profiles);
// Heap profiles of one process in the order of time, compared.
struct HeapGrowth {
  std::string first, last;                // files
  std::vector<LeakCandidate> candidates;  // from the first to the last
  std::vector<Diff> steps;                // inuse_space, from each to the next
  int64_t in_use = 0;                     // bytes in the last
};
// What of the growth is a tenth of the heap or more.
std::vector<CheckFinding> CheckHeapGrowth(const HeapGrowth& growth);
// Too few samples, cut stacks, missing symbols, negative values, several builds.
std::vector<CheckFinding> CheckHealth(const std::vector<CheckedProfile>& profiles);

// Does the profile that guides the compiler (default.pgo) still fit the program that `current` was recorded of?
std::vector<CheckFinding> CheckPgo(const CheckedProfile& pgo, const std::vector<CheckedProfile>& current);

// All of them, worst first. Found (exit 1) where any is more than a note. `pgo` may be null; so may `growth`, where there
// are not two heap profiles.
model::Report CheckReport(const std::vector<CheckedProfile>& profiles, const CheckedProfile* pgo = nullptr,
                          const HeapGrowth* growth = nullptr);

}  // namespace analysis
