#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "analysis/frame_text.h"
#include "analysis/trace/contention.h"
#include "analysis/trace/profiled_contention.h"
#include "model/units.h"

namespace analysis {
namespace {

std::string Ns(int64_t ns) { return model::FormatValue(ns, "nanoseconds"); }
std::string Share(int64_t part, int64_t whole) {
  return model::FormatPercent(static_cast<double>(part), static_cast<double>(whole));
}

class Writer {
 public:
  Writer(const Contention& contention, const model::EventSource& source, const ContentionProfiles& profiles)
      : contention_(contention), source_(source), profiles_(profiles) {
    if (profiles.mutex != nullptr) mutex_ = ContentionBySite(*profiles.mutex);
    if (profiles.block != nullptr) block_ = ContentionBySite(*profiles.block);
  }

  model::Report Write(size_t rows_shown);

 private:
  std::string Where(const ContentionSite& site) const {
    const std::string text = FrameText(source_.symbols(), site.where);
    return text.empty() ? "(no stack recorded)" : text;
  }
  std::string Function(const ContentionSite& site) const {
    if (site.where == kNoFrame) return "(no stack recorded)";
    const auto lines = source_.symbols().lines(site.where);
    return lines.empty() ? "(no symbol)" : std::string(source_.symbols().function_name(lines.front().function));
  }
  std::string LockName(const ContentionClass& row) const {
    return fmt::format("{} waited for in {}", Name(row.resource), Function(row.waiters[0]));
  }
  std::string Answer() const;
  std::string Culprit(const ContentionClass& row) const;
  model::Table Table(const char* key, const char* title, bool is_lock, size_t rows_shown) const;
  model::Value Sites(const ContentionClass& row, const std::vector<ContentionSite>& sites) const;
  model::Value Profiled(const ProfiledContention& profile, const std::vector<ContentionSite>& sites) const;
  std::string SameLock(const std::string& site, const std::vector<ContentionSite> ContentionClass::*sites) const;
  model::Table ProfileTable(size_t rows_shown) const;
  std::vector<std::string> Evidence(const ContentionClass& row) const;

  const Contention& contention_;
  const model::EventSource& source_;
  const ContentionProfiles& profiles_;
  ProfiledContention mutex_, block_;
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
  return fmt::format("{} waits for the {} in {} cost {}{}{}{}.", model::FormatCount(lock->count()), Name(lock->resource),
                     Function(lock->waiters[0]), Ns(lock->total_ns()),
                     lock->open == 0 ? "" : fmt::format(" so far ({} not over)", model::FormatCount(lock->open)),
                     culprit.empty() ? "" : ", ", culprit);
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
        {"open_ns", site.open_ns},
        {"stack", StackValue(source_.symbols(), source_.stacks(), site.stack)}});
  }
  return list;
}

// Each line once, however many of the class's sites have it. null: not in the profile, or no profile was given.
model::Value Writer::Profiled(const ProfiledContention& profile, const std::vector<ContentionSite>& sites) const {
  ProfiledContention matched;
  for (const ContentionSite& site : sites) {
    const auto at = profile.find(Where(site));
    if (at != profile.end()) matched.insert(*at);
  }
  if (matched.empty()) return nullptr;
  int64_t sum = 0;
  for (const auto& [where, row] : matched) sum += row.delay_ns;
  return sum;
}

std::string Writer::SameLock(const std::string& site, const std::vector<ContentionSite> ContentionClass::*sites) const {
  for (const ContentionClass& row : contention_.classes) {
    const auto is_there = [&](const ContentionSite& one) { return Where(one) == site; };
    if (std::ranges::any_of(row.*sites, is_there)) return LockName(row);
  }
  return "";
}

// Row by row what the runtime's profiles have, and which lock of the trace it is about.
model::Table Writer::ProfileTable(size_t rows_shown) const {
  model::Table table{.key = "profiles", .title = "In the runtime's own profiles", .rows_shown = rows_shown};
  table.columns = {{"delay_ns", "delay", "nanoseconds"},
                   {"contentions", "waits", "count"},
                   {"profile", "profile", ""},
                   {"site", "charged to", ""},
                   {"same_as", "in the trace", ""}};
  const auto add = [&](const char* name, const ProfiledContention& profile, auto sites) {
    for (const auto& [site, row] : profile) {
      const std::string same = SameLock(site, sites);
      table.rows.push_back({row.delay_ns, row.contentions, name, site, same.empty() ? model::Value() : model::Value(same)});
    }
  };
  add("mutex", mutex_, &ContentionClass::holders);
  add("block", block_, &ContentionClass::waiters);
  std::ranges::stable_sort(table.rows, [](const model::ValueList& a, const model::ValueList& b) {
    return std::get<int64_t>(a[0].kind()) > std::get<int64_t>(b[0].kind());
  });
  return table;
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
    const auto ended = [&](int64_t ns) { return row.waits.count() == 0 ? model::Value() : model::Value(ns); };
    std::string holder = holders.empty() ? "" : Where(holders[0]);
    if (!holders.empty() && row.total_ns() != 0) holder += fmt::format(" ({})", Share(holders[0].ns, row.total_ns()));
    table.rows.push_back(
        {row.total_ns(),
         row.count(),
         ended(row.waits.mean()),
         ended(row.waits.Percentile(0.5)),
         ended(row.waits.Percentile(0.99)),
         ended(row.waits.max()),
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
         Profiled(mutex_, holders),
         Profiled(block_, row.waiters),
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
         .title = LockName(row),
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
    report.blocks.emplace_back(ProfileTable(rows_shown));
    report.blocks.emplace_back(
        model::Paragraph{"Profiles are matched by line and never added to the trace or to each other: they know finished "
                         "waits only, sampled, "
                         "perhaps of another stretch of time. The mutex profile charges a wait to the unlock that ended it, "
                         "the block profile "
                         "to the lock that waited: the same time, seen from both ends."});
  }
  return report;
}

}  // namespace

model::Report ContentionReport(const Contention& contention, const model::EventSource& source,
                               const ContentionProfiles& profiles, size_t rows_shown) {
  return Writer(contention, source, profiles).Write(rows_shown);
}

}  // namespace analysis
