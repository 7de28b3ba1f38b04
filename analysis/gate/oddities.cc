#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "analysis/gate/default_checks.h"
#include "model/units.h"

namespace analysis {
namespace {

std::string Joined(const std::set<std::string>& texts) { return fmt::format("{}", fmt::join(texts, ", ")); }

void NoteBuilds(std::vector<std::string>& notes, const RunTable& table, size_t first, size_t count, const char* side) {
  std::set<std::string> builds;
  for (size_t run = first; run < first + count; ++run) {
    const std::string& id = table.runs()[run].build_id;
    if (!id.empty()) builds.insert(id.substr(0, 12));
  }
  if (builds.size() > 1)
    notes.push_back(fmt::format("the runs {} are of {} different builds: {}", side, builds.size(), Joined(builds)));
}

void NoteSameRecordings(std::vector<std::string>& notes, const RunTable& table, Sides sides) {
  size_t count = 0;
  std::string first;
  for (size_t a = 0; a < sides.before; ++a) {
    for (size_t b = sides.before; b < table.runs().size(); ++b) {
      const Run& before = table.runs()[a];
      const Run& after = table.runs()[b];
      if (before.time_nanos == 0 || before.time_nanos != after.time_nanos || before.value != after.value) continue;
      if (count++ == 0) first = fmt::format("{} (before) and {} (after) are the same recording", before.name, after.name);
    }
  }
  if (count > 0) notes.push_back(first + (count > 1 ? fmt::format(", and {} more pairs", count - 1) : ""));
}

double MedianSeconds(const RunTable& table, size_t first, size_t count) {
  std::vector<double> seconds;
  for (size_t run = first; run < first + count; ++run)
    seconds.push_back(static_cast<double>(table.runs()[run].duration_nanos) / 1e9);
  std::ranges::sort(seconds);
  return seconds[seconds.size() / 2];
}

// "recorded on different machines: m1 before, m2 after"; runs that don't say are left out.
template <class Said>
void NoteDifference(std::vector<std::string>& notes, const RunTable& table, Sides sides, const char* what, Said said) {
  std::set<std::string> before, after;
  for (size_t run = 0; run < table.runs().size(); ++run) {
    const std::string text = said(table.runs()[run]);
    if (!text.empty()) (run < sides.before ? before : after).insert(text);
  }
  if (before.empty() || after.empty() || (before == after && before.size() == 1)) return;
  notes.push_back(fmt::format("{}: {} before, {} after", what, Joined(before), Joined(after)));
}

// Something of the runtime that is at another line than in the runs before: another Go version.
void NoteRuntimes(std::vector<std::string>& notes, const RunTable& table, Sides sides) {
  std::unordered_map<model::StringId, int64_t> before;
  for (size_t run = 0; run < sides.before; ++run)
    before.insert(table.runs()[run].runtime_lines.begin(), table.runs()[run].runtime_lines.end());
  for (size_t run = sides.before; run < table.runs().size(); ++run) {
    for (const auto& [name, line] : table.runs()[run].runtime_lines) {
      const auto at = before.find(name);
      if (at == before.end() || at->second == line) continue;
      notes.push_back(fmt::format("built with different Go versions: {} is at line {} of its file before, at {} after",
                                  table.strings()[name], at->second, line));
      return;
    }
  }
}

}  // namespace

std::vector<std::string> Oddities(const RunTable& table, Sides sides, size_t value_type) {
  std::vector<std::string> notes;
  std::set<int64_t> periods;
  const auto& [type, unit] = table.value_types()[value_type];
  for (const Run& run : table.runs()) periods.insert(run.period);
  if (periods.size() > 1) {
    std::vector<std::string> shown;
    for (const int64_t period : periods) shown.push_back(model::FormatValue(period, unit));
    notes.push_back(fmt::format("sampling rates differ: one sample in {} of {}", fmt::join(shown, ", "), type));
  }
  NoteDifference(notes, table, sides, "recorded on different machines", [](const Run& run) { return run.machine; });
  NoteDifference(notes, table, sides, "built for different processors", [](const Run& run) { return run.architecture; });
  const size_t so_far = notes.size();
  NoteDifference(notes, table, sides, "built with different Go versions", [](const Run& run) { return run.go_version; });
  if (notes.size() == so_far) NoteRuntimes(notes, table, sides);
  NoteBuilds(notes, table, 0, sides.before, "before");
  NoteBuilds(notes, table, sides.before, sides.after, "after");
  NoteSameRecordings(notes, table, sides);
  const double before = MedianSeconds(table, 0, sides.before);
  const double after = MedianSeconds(table, sides.before, sides.after);
  if (before > 0 && after > 0 && std::max(before, after) > 1.5 * std::min(before, after)) {
    notes.push_back(fmt::format("recorded for different times: {:.2f} s a run before, {:.2f} s after; totals are per run",
                                before, after));
  }
  return notes;
}

}  // namespace analysis
