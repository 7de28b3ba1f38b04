#include "analysis/trace/trace_notes.h"

#include <fmt/format.h>

#include "model/units.h"

namespace analysis {

void AddTraceNotes(model::Report& report, const model::EventSource& source) {
  const model::TraceInfo& info = source.info();
  model::ValueList damage;
  uint64_t lost = 0;
  for (const model::Damage& row : info.damage) {
    lost += row.end_byte - row.begin_byte;
    damage.emplace_back(model::ValueObject{{"begin_byte", row.begin_byte}, {"end_byte", row.end_byte}, {"what", row.what}});
  }
  const uint64_t total = info.bytes_total != 0 ? info.bytes_total : info.bytes_read;
  if (!info.damage.empty() && lost == 0) {
    report.blocks.emplace_back(model::Paragraph{
        fmt::format("The trace ends early: {}. Everything before is in the numbers above.", info.damage.front().what)});
  } else if (!info.damage.empty()) {
    report.blocks.emplace_back(model::Paragraph{
        fmt::format("The trace is damaged: {} of it ({}) could not be read and is not in the numbers above. First: {}",
                    model::FormatPercent(static_cast<double>(lost), static_cast<double>(total)),
                    model::FormatValue(static_cast<int64_t>(lost), "bytes"), info.damage.front().what)});
  }
  report.blocks.emplace_back(model::Data{"damage", std::move(damage)});
  report.blocks.emplace_back(
      model::Data{"lost_share", total == 0 ? 0.0 : static_cast<double>(lost) / static_cast<double>(total)});
  report.warnings.Absorb(info.warnings);
}

}  // namespace analysis
