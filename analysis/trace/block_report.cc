#include <fmt/format.h>

#include <algorithm>

#include "analysis/frame_origin.h"
#include "analysis/frame_text.h"
#include "analysis/trace/block_profile.h"
#include "model/units.h"

namespace analysis {
namespace {

const char* Doing(BlockKind kind) {
  switch (kind) {
    case BlockKind::kNet:
      return "waiting for the network";
    case BlockKind::kSync:
      return "waiting for locks and channels";
    case BlockKind::kSyscall:
      return "in system calls";
    case BlockKind::kSched:
      return "ready to run, without a proc";
  }
  return "";
}

std::string Ns(int64_t ns) { return model::FormatValue(ns, "nanoseconds"); }

struct Totals {
  uint64_t count = 0, open = 0, began_before = 0;
  int64_t total_ns = 0, open_ns = 0;
};

Totals Sum(const BlockProfile& profile) {
  Totals totals;
  for (const BlockRow& row : profile.rows) {
    totals.count += row.count();
    totals.open += row.open;
    totals.began_before += row.began_before;
    totals.total_ns += row.total_ns();
    totals.open_ns += row.open_ns;
  }
  return totals;
}

std::string Answer(const BlockProfile& profile, const Totals& totals) {
  if (profile.rows.empty()) return fmt::format("No goroutine was {}.", Doing(profile.kind));
  std::string text = fmt::format("{} goroutines spent {} {}, {} times.", model::FormatCount(profile.goroutines),
                                 Ns(totals.total_ns), Doing(profile.kind), model::FormatCount(totals.count));
  if (totals.open != 0) {
    text += fmt::format(" {} of these were not over at the end ({} so far).", model::FormatCount(totals.open),
                        Ns(totals.open_ns));
  }
  return text;
}

// The innermost frame that is neither the standard library's nor the runtime's: who of the program asked for the call.
std::string CallerText(const model::Symbols& symbols, const model::StackTrie& stacks, model::StackId stack) {
  for (const model::LocationId at : stacks.LeafFirst(stack)) {
    for (const model::Line& line : symbols.lines(at)) {
      const model::Function& function = symbols.functions()[line.function];
      const model::FrameOrigin origin = OriginOf({symbols.text(function.name), symbols.text(function.file), ""}, "");
      if (origin == model::FrameOrigin::kApplication || origin == model::FrameOrigin::kModule) return FrameText(symbols, at);
    }
  }
  return "";
}

}  // namespace

model::Report BlockReport(const BlockProfile& profile, const model::EventSource& source, size_t rows_shown) {
  const model::Symbols& symbols = source.symbols();
  const model::StackTrie& stacks = source.stacks();
  const Totals totals = Sum(profile);
  WaitSites sites(source);
  const auto frame = [&](model::StackId stack) {
    const model::StackId call = sites.CallOf(stack);
    return call == model::StackTrie::root() ? std::string() : FrameText(symbols, stacks.location(call));
  };
  const bool is_sched = profile.kind == BlockKind::kSched;
  const bool is_wait = profile.kind == BlockKind::kNet || profile.kind == BlockKind::kSync;
  const bool is_closed_only = profile.counted == Count::kClosedOnly;

  model::Table table{.key = "rows", .rows_shown = rows_shown, .empty_text = ""};
  table.columns = {{"total_ns", "total", "nanoseconds"},
                   {"count", "count", "count"},
                   {"mean_ns", "mean", "nanoseconds"},
                   {"p50_ns", "p50", "nanoseconds", false},
                   {"p99_ns", "p99", "nanoseconds"},
                   {"max_ns", "max", "nanoseconds"},
                   {"open", "open", "count", !is_closed_only},
                   {"open_ns", "open ns", "nanoseconds", false},
                   {"began_before", "began before", "count", false},
                   {"resource", "what", "", profile.kind == BlockKind::kSync},
                   {"site", "where", ""},
                   {"caller", "called from", "", profile.kind == BlockKind::kNet || profile.kind == BlockKind::kSyscall},
                   {"other_site", is_sched ? "made ready by" : "woken by", "", !is_closed_only && (is_wait || is_sched)},
                   {"stack", "", "", false},
                   {"other_stack", "", "", false}};
  for (const BlockRow& row : profile.rows) {
    const std::string site = frame(row.stack);
    table.rows.push_back({row.total_ns(), row.count(), row.waits.mean(), row.waits.Percentile(0.5),
                          row.waits.Percentile(0.99), row.waits.max(), row.open, row.open_ns, row.began_before,
                          Name(row.resource), site.empty() ? "(no stack recorded)" : site,
                          CallerText(symbols, stacks, row.stack), frame(row.other_stack),
                          StackValue(symbols, stacks, row.stack), StackValue(symbols, stacks, row.other_stack)});
  }
  const std::string note =
      is_closed_only             ? "Only waits that began and ended in the trace, as `go tool trace -pprof` counts them."
      : totals.began_before == 0 ? ""
                                 : fmt::format("{} had begun before the trace and took longer than what is counted.",
                                               model::FormatCount(totals.began_before));
  model::Report report{.title = fmt::format("blocking: {}", Name(profile.kind)), .answer = Answer(profile, totals)};
  report.blocks.emplace_back(model::Fields{{{"kind", "", Name(profile.kind), ""},
                                            {"closed_only", "", is_closed_only, ""},
                                            {"trace_ns", "", profile.trace_ns, "nanoseconds"},
                                            {"goroutines", "", profile.goroutines, "count"},
                                            {"count", "", totals.count, "count"},
                                            {"total_ns", "", totals.total_ns, "nanoseconds"},
                                            {"open", "", totals.open, "count"},
                                            {"open_ns", "", totals.open_ns, "nanoseconds"}}});
  report.blocks.emplace_back(std::move(table));
  if (!note.empty()) report.blocks.emplace_back(model::Paragraph{note});
  return report;
}

}  // namespace analysis
