#include <fmt/format.h>

#include <algorithm>

#include "analysis/snapshot/snapshot_change.h"
#include "model/units.h"

namespace analysis {
namespace {

std::string Number(int64_t value) { return model::FormatCount(static_cast<uint64_t>(value)); }

std::string Where(const SnapshotRow& row) {
  if (row.frames.empty()) return "(no stack)";
  const size_t library = LibraryFrames(row);
  return FrameText(row.frames[library < row.frames.size() ? library : 0]);
}

std::string InState(const SnapshotRow& row) { return row.state.empty() ? "" : fmt::format("[{}] ", row.state); }

std::string Answer(const SnapshotChange& change, const GrowthLimit& limit) {
  std::string text = fmt::format("{} goroutines before, {} after", Number(change.before), Number(change.after));
  if (change.is_one_process) {
    text += fmt::format(": {} came, {} went, {} still at the same place", Number(change.came), Number(change.went),
                        Number(change.stuck));
    if (!change.deepened.empty()) text += fmt::format(", {} deeper than before", change.deepened.size());
  }
  const auto most = std::ranges::max_element(change.places, {}, &PlaceChange::change);
  if (most == change.places.end() || most->change() <= 0) return text + ". Nothing has grown.";
  text += fmt::format(". Most growth: {} -> {} {}in {}", Number(most->before), Number(most->after), InState(most->example),
                      Where(most->example));
  return text + (IsGrowth(*most, limit) ? "." : ", which is within what comes and goes.");
}

model::Value Cell(const std::optional<int64_t>& value) { return value ? model::Value(*value) : model::Value(); }

model::Table Places(const SnapshotChange& change, const GrowthLimit& limit, size_t rows) {
  model::Table table{.key = "places",
                     .title = "Places, largest change first",
                     .columns = {{"change", "change", "count", true, true},
                                 {"before", "before", "count"},
                                 {"after", "after", "count"},
                                 {"stuck", "stuck", "count", change.is_one_process},
                                 {"status", "status", ""},
                                 {"state", "state", ""},
                                 {"where", "where", ""},
                                 {"created_by", "created by", ""},
                                 {"longest_wait_minutes", "minutes", "count", false},
                                 {"is_growth", "", "", false},
                                 {"growth", "", "", false},
                                 {"frames", "", "", false}},
                     .rows_shown = rows == 0 ? SIZE_MAX : rows,
                     .empty_text = "No goroutines."};
  for (const PlaceChange& place : change.places) {
    model::ValueList frames;
    for (const SnapshotFrame& frame : place.example.frames) frames.emplace_back(FrameText(frame));
    table.rows.push_back(
        {place.change(), place.before, place.after, Cell(place.stuck), Name(place.status), place.example.state,
         Where(place.example), place.example.created_by ? FrameText(*place.example.created_by) : std::string(),
         Cell(place.example.longest_minutes), IsGrowth(place, limit), Name(GrowthOf(place, limit)), std::move(frames)});
  }
  return table;
}

model::Table Deepened(const SnapshotChange& change) {
  model::Table table{.key = "deepened",
                     .title = change.deepened.empty() ? "" : "Deeper in what they called",
                     .columns = {{"goroutine", "goroutine", "count"},
                                 {"frames_before", "frames before", "count"},
                                 {"frames_after", "after", "count"},
                                 {"from", "from", ""},
                                 {"to", "to", ""}}};
  for (const DeepenedStack& stack : change.deepened) {
    table.rows.push_back({stack.goroutine, static_cast<int64_t>(stack.frames_before),
                          static_cast<int64_t>(stack.frames_after), FrameText(stack.leaf_before),
                          FrameText(stack.leaf_after)});
  }
  return table;
}

// A sentence for each place that grew.
model::Findings WhatGrowthSays(const SnapshotChange& change, const GrowthLimit& limit) {
  model::Findings findings{.key = ""};
  for (const PlaceChange& place : change.places) {
    const Growth growth = GrowthOf(place, limit);
    if (growth == Growth::kNone) continue;
    const int64_t stuck = place.stuck.value_or(0);
    std::string line;
    if (growth == Growth::kNobodyLeft) {
      line = place.before == 1 ? "The one that was there before still is; the others came since. "
                               : fmt::format("All {} that were there before still are, {} came since: not one has gone on. ",
                                             Number(place.before), Number(place.after - stuck));
      line += "What one moment can only make one suspect is settled by growth: they leak.";
    } else if (growth == Growth::kSomeLeft) {
      line = fmt::format("{} of the {} before have gone on, {} came: slow or overloaded, not stuck for ever.",
                         Number(place.before - stuck), Number(place.before), Number(place.after - stuck));
    } else {
      line = place.before == 0 ? "Nobody was here before: a third moment would tell whether they ever go on."
                               : "Whether those of before have gone on is not known from these inputs: two dumps of one "
                                 "process (debug=2) or one trace tell.";
    }
    findings.rows.push_back({.severity = growth == Growth::kNobodyLeft ? model::Severity::kError : model::Severity::kWarning,
                             .title = fmt::format("{} {} -> {} {}in {}",
                                                  growth == Growth::kNobodyLeft ? "leak:" : "growth:", Number(place.before),
                                                  Number(place.after), InState(place.example), Where(place.example)),
                             .evidence = {std::move(line)}});
  }
  return findings;
}

}  // namespace

model::Report ChangeReport(const SnapshotChange& change, const GrowthLimit& limit, size_t rows) {
  model::Report report{.title = "goroutines then and now", .answer = Answer(change, limit)};
  report.found = std::ranges::any_of(change.places, [&](const PlaceChange& place) { return IsGrowth(place, limit); });
  const auto known = [&](int64_t value) { return change.is_one_process ? model::Value(value) : model::Value(); };
  report.blocks.push_back(model::Fields{{{.key = "before", .value = change.before},
                                         {.key = "after", .value = change.after},
                                         {.key = "one_process", .value = change.is_one_process},
                                         {.key = "came", .value = known(change.came)},
                                         {.key = "went", .value = known(change.went)},
                                         {.key = "still_at_same_place", .value = known(change.stuck)},
                                         {.key = "leaked_after", .value = change.leaked_after},
                                         {.key = "growth_limit", .value = limit.least}}});
  report.blocks.push_back(WhatGrowthSays(change, limit));
  report.blocks.push_back(Places(change, limit, rows));
  report.blocks.push_back(Deepened(change));
  return report;
}

}  // namespace analysis
