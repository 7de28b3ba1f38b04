#include <fmt/format.h>

#include <algorithm>

#include "analysis/snapshot/snapshot_groups.h"
#include "model/units.h"

namespace analysis {
namespace {

constexpr size_t kIdsShown = 8;
constexpr size_t kFramesShown = 12;

std::string Goroutines(int64_t count) {
  return fmt::format("{} goroutine{}", model::FormatCount(static_cast<uint64_t>(count)), count == 1 ? "" : "s");
}

std::string Minutes(int64_t minutes) {
  if (minutes < 120) return fmt::format("{} min", minutes);
  return minutes < 48 * 60 ? fmt::format("{} h {} min", minutes / 60, minutes % 60)
                           : fmt::format("{} days", minutes / (24 * 60));
}

std::string IdsText(const std::vector<model::GoroutineId>& ids) {
  const size_t shown = std::min(ids.size(), kIdsShown);
  std::string text = fmt::format("{}", fmt::join(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(shown), " "));
  return shown < ids.size() ? fmt::format("{} and {} more", text, ids.size() - shown) : text;
}

// "20 goroutines [chan send], up to 3 min, leaked: 34 35 36"
std::string Headline(const SnapshotGroup& group) {
  const SnapshotRow& sum = group.sum;
  std::string text = Goroutines(sum.count);
  if (!sum.state.empty()) text += fmt::format(" [{}]", sum.state);
  if (sum.longest_minutes) text += fmt::format(", {}{}", sum.count > 1 ? "up to " : "", Minutes(*sum.longest_minutes));
  if (sum.leaked > 0) text += sum.leaked == sum.count ? ", leaked" : fmt::format(", {} of them leaked", sum.leaked);
  if (sum.is_locked_to_thread) text += ", locked to thread";
  if (!sum.ids.empty()) text += ": " + IdsText(sum.ids);
  return text;
}

std::string LabelsText(const SnapshotRow& row) {
  std::string text;
  for (const auto& [key, value] : row.labels) text += fmt::format("{}{}={}", text.empty() ? "" : ", ", key, value);
  return text;
}

void AddLines(const SnapshotGroup& group, std::vector<std::string>& lines) {
  const SnapshotRow& sum = group.sum;
  lines.push_back("");
  lines.push_back(Headline(group));
  if (group.is_mixed) lines.push_back(fmt::format("    {}, for the most part:", group.name));
  const size_t shown = std::min(sum.frames.size(), kFramesShown);
  for (size_t i = 0; i < shown; ++i) lines.push_back("    " + FrameText(sum.frames[i]));
  if (shown < sum.frames.size()) lines.push_back(fmt::format("    ... and {} more frames", sum.frames.size() - shown));
  if (sum.created_by) lines.push_back("    created by " + FrameText(*sum.created_by));
  if (!sum.labels.empty()) lines.push_back("    labels " + LabelsText(sum));
}

model::Value FrameValue(const SnapshotFrame& frame) {
  return model::ValueObject{{"function", frame.function}, {"file", frame.file}, {"line", frame.line}};
}

model::Value GroupValue(const SnapshotGroup& group) {
  const SnapshotRow& sum = group.sum;
  model::ValueList ids, frames;
  for (const model::GoroutineId id : sum.ids) ids.emplace_back(id);
  for (const SnapshotFrame& frame : sum.frames) frames.push_back(FrameValue(frame));
  model::ValueObject labels;
  for (const auto& [key, value] : sum.labels) labels.emplace_back(key, value);
  return model::ValueObject{
      {"name", group.name},
      {"count", sum.count},
      {"state", sum.state},
      {"longest_wait_minutes", sum.longest_minutes ? model::Value(*sum.longest_minutes) : model::Value()},
      {"leaked", sum.leaked},
      {"locked_to_thread", sum.is_locked_to_thread},
      {"mixed", group.is_mixed},
      {"goroutines", std::move(ids)},
      {"frames", std::move(frames)},
      {"created_by", sum.created_by ? FrameValue(*sum.created_by) : model::Value()},
      {"labels", std::move(labels)}};
}

std::string Answer(const Snapshot& snapshot, const SnapshotGroups& groups) {
  std::string text = snapshot.cause.empty() ? "" : snapshot.cause.substr(0, snapshot.cause.find('\n')) + ". ";
  if (groups.groups.empty()) return text + "No goroutines are left by the options.";
  text += fmt::format("{} in {} group{}", Goroutines(groups.goroutines), groups.groups.size(),
                      groups.groups.size() == 1 ? "" : "s");
  if (groups.leaked > 0) text += fmt::format(", {} leaked by the runtime's own verdict", groups.leaked);
  const SnapshotGroup& first = groups.groups.front();
  if (first.sum.longest_minutes) {
    return text + fmt::format(". Longest wait: {} in {}.", Minutes(*first.sum.longest_minutes), first.name);
  }
  return text + fmt::format(". Most alike: {} in {}.", first.sum.count, first.name);
}

}  // namespace

model::Report SnapshotReport(const Snapshot& snapshot, const SnapshotGroups& groups, size_t rows) {
  model::Report report{
      .title = "goroutines", .answer = Answer(snapshot, groups), .found = groups.leaked > 0, .warnings = snapshot.warnings};
  model::Lines lines;
  const size_t shown = rows == 0 ? groups.groups.size() : std::min(rows, groups.groups.size());
  model::ValueList values;
  for (size_t i = 0; i < groups.groups.size(); ++i) {
    if (i < shown) AddLines(groups.groups[i], lines.lines);
    values.push_back(GroupValue(groups.groups[i]));
  }
  if (shown < groups.groups.size()) {
    lines.lines.push_back("");
    lines.lines.push_back(fmt::format("... and {} more groups", groups.groups.size() - shown));
  }
  report.blocks.push_back(model::Fields{{{.key = "cause", .value = snapshot.cause},
                                         {.key = "goroutine_count", .value = groups.goroutines},
                                         {.key = "left_out", .value = groups.filtered},
                                         {.key = "leaked", .value = groups.leaked}}});
  report.blocks.push_back(std::move(lines));
  report.blocks.push_back(model::Data{"groups", std::move(values)});
  return report;
}

}  // namespace analysis
