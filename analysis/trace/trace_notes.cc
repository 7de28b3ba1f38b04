#include "analysis/trace/trace_notes.h"

#include <fmt/format.h>

#include "model/units.h"

namespace analysis {
namespace {

uint64_t LostBytes(const model::TraceInfo& info) {
  uint64_t lost = 0;
  for (const model::Damage& row : info.damage) lost += row.end_byte - row.begin_byte;
  return lost;
}

}  // namespace

double LostShare(const model::TraceInfo& info) {
  const uint64_t total = info.bytes_total != 0 ? info.bytes_total : info.bytes_read;
  return total == 0 ? 0.0 : static_cast<double>(LostBytes(info)) / static_cast<double>(total);
}

std::string DamageText(const model::TraceInfo& info) {
  if (info.damage.empty()) return "";
  const uint64_t lost = LostBytes(info);
  const std::string& first = info.damage.front().what;
  if (lost == 0) return fmt::format("The trace ends early: {}. Everything before is counted.", first);
  return fmt::format("The trace is damaged: {} of it ({}) could not be read and is not counted. First: {}",
                     model::FormatPercent(LostShare(info), 1), model::FormatValue(static_cast<int64_t>(lost), "bytes"),
                     first);
}

void AddTraceNotes(model::Report& report, const model::EventSource& source) {
  const model::TraceInfo& info = source.info();
  if (std::string text = DamageText(info); !text.empty()) {
    report.blocks.emplace_back(model::Paragraph{std::move(text)});
  }
  model::ValueList damage;
  for (const model::Damage& row : info.damage) {
    damage.emplace_back(model::ValueObject{{"begin_byte", row.begin_byte}, {"end_byte", row.end_byte}, {"what", row.what}});
  }
  report.blocks.emplace_back(model::Data{"damage", std::move(damage)});
  report.blocks.emplace_back(model::Data{"lost_share", LostShare(info)});
  report.warnings.Absorb(info.warnings);
}

}  // namespace analysis
