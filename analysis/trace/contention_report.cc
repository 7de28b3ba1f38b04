#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "analysis/frame_text.h"
#include "analysis/trace/contention.h"
#include "model/units.h"

namespace analysis {
namespace {

std::string Ns(int64_t ns) { return model::FormatValue(ns, "nanoseconds"); }
std::string Share(int64_t part, int64_t whole) {
  return model::FormatPercent(static_cast<double>(part), static_cast<double>(whole));
}

// The first frame below the library of each sample, with its delay: what a row of the trace is matched by.
std::map<std::string, int64_t> DelayBySite(const model::Profile& profile) {
  std::map<std::string, int64_t> delay;
  size_t type = model::DefaultValueType(profile);
  for (size_t i = 0; i < profile.value_count(); ++i) {
    if (profile.symbols.text(profile.value_types[i].type) == "delay") type = i;
  }
  for (size_t sample = 0; sample < profile.sample_count(); ++sample) {
    for (const model::LocationId at : profile.stacks.LeafFirst(profile.sample_stack[sample])) {
      const auto lines = profile.symbols.lines(at);
      const auto line = std::ranges::find_if(
          lines, [&](const model::Line& l) { return !IsWaitLibrary(profile.symbols.function_name(l.function)); });
      if (line == lines.end()) continue;
      const std::string_view file = profile.symbols.text(profile.symbols.functions()[line->function].file);
      delay[fmt::format("{} {}:{}", profile.symbols.function_name(line->function), file.substr(file.find_last_of('/') + 1),
                        line->line)] += profile.values(sample)[type];
      break;
    }
  }
  return delay;
}

class Writer {
 public:
  Writer(const Contention& contention, const model::EventSource& source, const ContentionProfiles& profiles)
      : contention_(contention), source_(source), profiles_(profiles) {
    if (profiles.mutex != nullptr) mutex_delay_ = DelayBySite(*profiles.mutex);
    if (profiles.block != nullptr) block_delay_ = DelayBySite(*profiles.block);
  }

  model::Report Write(size_t rows_shown);

 private:
  std::string Where(const ContentionSite& site) const {
    const std::string text = FrameText(source_.symbols(), site.where);
    return text.empty() ? "(no stack recorded)" : text;
  }
  std::string Function(const ContentionSite& site) const {
    const auto lines = source_.symbols().lines(site.where);
    return lines.empty() ? "(no stack recorded)" : std::string(source_.symbols().function_name(lines.front().function));
  }
  std::string Answer() const;
  std::string Culprit(const ContentionClass& row) const;
  model::Table Table(const char* key, const char* title, bool is_lock, size_t rows_shown) const;
  model::Value Sites(const ContentionClass& row, const std::vector<ContentionSite>& sites) const;
  model::Value Profiled(const std::map<std::string, int64_t>& delay, const std::vector<ContentionSite>& sites) const;
  std::vector<std::string> Evidence(const ContentionClass& row) const;

  const Contention& contention_;
  const model::EventSource& source_;
  const ContentionProfiles& profiles_;
  std::map<std::string, int64_t> mutex_delay_, block_delay_;
};

std::string Writer::Culprit(const ContentionClass& row) const {
  if (row.holders.empty() || row.total_ns() == 0) return row.open != 0 ? "nobody in the trace released it" : "";
  return fmt::format("{} of it while {} had it", Share(row.holders[0].ns, row.total_ns()), Function(row.holders[0]));
}

std::string Writer::Answer() const {
  const auto lock = std::ranges::find_if(contention_.classes, [](const auto& row) { return IsLock(row.resource); });
  if (lock == contention_.classes.end()) {
    return contention_.classes.empty() ? "Nobody waited for a lock or a channel."
                                       : "Nobody waited for a lock; below are the waits for channels and the like.";
  }
  const std::string culprit = Culprit(*lock);
  return fmt::format("{} waits for the {} in {} cost {}{}{}.", model::FormatCount(lock->count()), Name(lock->resource),
                     Function(lock->waiters[0]), Ns(lock->total_ns()), culprit.empty() ? "" : ", ", culprit);
}

model::Value Writer::Sites(const ContentionClass& row, const std::vector<ContentionSite>& sites) const {
  model::ValueList list;
  for (const ContentionSite& site : sites) {
    list.emplace_back(model::ValueObject{
        {"site", Where(site)},
        {"function", Function(site)},
        {"ns", site.ns},
        {"share", row.total_ns() == 0 ? 0.0 : static_cast<double>(site.ns) / static_cast<double>(row.total_ns())},
        {"count", site.count},
        {"open", site.open},
        {"stack", StackValue(source_.symbols(), source_.stacks(), site.stack)}});
  }
  return list;
}

// Each line once, however many of the class's sites have it. null: not in the profile, or no profile was given.
model::Value Writer::Profiled(const std::map<std::string, int64_t>& delay, const std::vector<ContentionSite>& sites) const {
  std::map<std::string, int64_t> matched;
  for (const ContentionSite& site : sites) {
    const auto at = delay.find(Where(site));
    if (at != delay.end()) matched.insert(*at);
  }
  if (matched.empty()) return nullptr;
  int64_t sum = 0;
  for (const auto& [where, ns] : matched) sum += ns;
  return sum;
}

model::Table Writer::Table(const char* key, const char* title, bool is_lock, size_t rows_shown) const {
  model::Table table{.key = key, .title = title, .rows_shown = rows_shown, .empty_text = "none"};
  table.columns = {{"total_ns", "total", "nanoseconds"},
                   {"count", "waits", "count"},
                   {"mean_ns", "mean", "nanoseconds"},
                   {"p50_ns", "p50", "nanoseconds", false},
                   {"p99_ns", "p99", "nanoseconds"},
                   {"max_ns", "max", "nanoseconds"},
                   {"open", "open", "count"},
                   {"open_ns", "", "nanoseconds", false},
                   {"began_before", "", "count", false},
                   {"goroutines", "", "count", false},
                   {"max_waiters", "most", "count"},
                   {"contended_ns", "", "nanoseconds", false},
                   {"share_of_run", "of run", "ratio"},
                   {"longest_handover", "", "count", false},
                   {"charged_by", "", "", false},
                   {"uncharged_ns", "", "nanoseconds", false},
                   {"mutex_profile_ns", "mutex profile", "nanoseconds", is_lock && profiles_.mutex != nullptr},
                   {"block_profile_ns", "block profile", "nanoseconds", profiles_.block != nullptr},
                   {"resource", "what", ""},
                   {"site", "waits in", ""},
                   {"holder", is_lock ? "held in" : "ended by", ""},
                   {"waiters", "", "", false},
                   {"holders", "", "", false}};
  for (const ContentionClass& row : contention_.classes) {
    if (IsLock(row.resource) != is_lock) continue;
    const auto& holders = row.holders;
    std::string holder = holders.empty() ? "" : Where(holders[0]);
    if (!holders.empty() && row.total_ns() != 0) holder += fmt::format(" ({})", Share(holders[0].ns, row.total_ns()));
    table.rows.push_back(
        {row.total_ns(),
         row.count(),
         row.waits.mean(),
         row.waits.Percentile(0.5),
         row.waits.Percentile(0.99),
         row.waits.max(),
         row.open,
         row.open_ns,
         row.began_before,
         row.goroutines,
         row.max_waiters,
         row.contended_ns,
         contention_.trace_ns == 0 ? 0.0 : static_cast<double>(row.contended_ns) / static_cast<double>(contention_.trace_ns),
         row.longest_handover,
         is_lock && row.is_one ? "time between unlocks" : "wait ended",
         row.uncharged_ns,
         Profiled(mutex_delay_, holders),
         Profiled(block_delay_, row.waiters),
         Name(row.resource),
         Where(row.waiters[0]),
         holder,
         Sites(row, row.waiters),
         Sites(row, holders)});
  }
  return table;
}

std::vector<std::string> Writer::Evidence(const ContentionClass& row) const {
  std::vector<std::string> lines;
  for (size_t i = 0; i < std::min<size_t>(row.waiters.size(), 4); ++i) {
    const ContentionSite& site = row.waiters[i];
    lines.push_back(fmt::format("{:>9} waited in {} ({} waits{})", Ns(site.ns), Where(site), model::FormatCount(site.count),
                                site.open == 0 ? "" : fmt::format(", {} not over", site.open)));
  }
  for (size_t i = 0; i < std::min<size_t>(row.holders.size(), 4); ++i) {
    const ContentionSite& site = row.holders[i];
    lines.push_back(fmt::format("{:>9} charged to {} ({}, unlocked {} times with someone waiting)", Ns(site.ns), Where(site),
                                Share(site.ns, row.total_ns()), model::FormatCount(site.count)));
  }
  if (row.uncharged_ns > 0)
    lines.push_back(fmt::format("{:>9} charged to nobody: not unlocked since, or not in the trace", Ns(row.uncharged_ns)));
  if (row.max_waiters > 1) {
    lines.push_back(fmt::format("at most {} waited at once; somebody waited during {} of the run", row.max_waiters,
                                Share(row.contended_ns, contention_.trace_ns)));
  }
  if (row.longest_handover > 2) {
    lines.push_back(
        fmt::format("convoy: the lock went {} times from one waiter straight to the next", row.longest_handover));
  }
  if (!row.is_one)
    lines.push_back("woken out of order: probably several locks of one kind; each wait is charged to what ended it");
  return lines;
}

model::Report Writer::Write(size_t rows_shown) {
  model::Report report{.title = "contention", .answer = Answer()};
  report.blocks.emplace_back(model::Data{"trace_ns", contention_.trace_ns});
  report.blocks.emplace_back(Table("locks", "Locks", true, rows_shown));
  constexpr size_t kExplained = 3;
  model::Findings explained{.key = "explained"};
  for (const ContentionClass& row : contention_.classes) {
    if (!IsLock(row.resource) || explained.rows.size() == kExplained) continue;
    explained.rows.push_back(
        {.severity = model::Severity::kNote,
         .title = fmt::format("{} waited for in {}", Name(row.resource), Function(row.waiters[0])),
         .evidence = Evidence(row),
         .data = model::ValueObject{{"site", Where(row.waiters[0])}, {"why", [&] {
                                                                        model::ValueList why;
                                                                        for (std::string& line : Evidence(row))
                                                                          why.emplace_back(std::move(line));
                                                                        return why;
                                                                      }()}}});
  }
  report.blocks.emplace_back(std::move(explained));
  report.blocks.emplace_back(
      Table("channels", "Channels, WaitGroups, Conds (also those that wait for work)", false, rows_shown));
  if (profiles_.mutex != nullptr || profiles_.block != nullptr) {
    report.blocks.emplace_back(model::Paragraph{
        "The runtime's profiles are shown beside, matched by line, never added: they know finished waits only, sampled, "
        "perhaps "
        "of another stretch of time; the mutex profile charges waits to the unlock, the block profile to the lock."});
  }
  return report;
}

}  // namespace

model::Report ContentionReport(const Contention& contention, const model::EventSource& source,
                               const ContentionProfiles& profiles, size_t rows_shown) {
  return Writer(contention, source, profiles).Write(rows_shown);
}

}  // namespace analysis
