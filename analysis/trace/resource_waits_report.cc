#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include "analysis/frame_text.h"
#include "analysis/trace/resource_waits.h"
#include "model/units.h"

namespace analysis {
namespace {

using deadlock::ChainRoot;
using deadlock::Row;

constexpr size_t kLinksShown = 8;
constexpr size_t kIdsShown = 8;

std::string Ns(int64_t ns) { return model::FormatValue(ns, "nanoseconds"); }
std::string Count(uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", model::FormatCount(count), count == 1 ? one : many);
}
model::Value Ended(const DurationDistribution& waits, int64_t ns) {
  return waits.count() == 0 ? model::Value() : model::Value(ns);
}

class Writer {
 public:
  Writer(const ResourceWaits& waits, const model::EventSource& source)
      : waits_(waits), source_(source), end_(waits.contention.begin + waits.contention.trace_ns) {}

  model::Report Write(size_t rows_shown);

 private:
  std::string Answer() const;
  model::Table Inside(size_t rows_shown) const;
  model::Table Outside(OutsideKind kind, size_t rows_shown) const;
  model::Findings Starving() const;
  model::Findings Chains() const;
  model::Finding Chain(const ChainRoot& root) const;
  std::string LastWake(const ContentionClass& row) const;
  std::vector<const deadlock::WaitEdge*> Holders(const ContentionClass& row) const;
  std::string BehindWriter(const ContentionClass& row) const;
  std::string HeldBy(const ContentionClass& row) const;
  model::Value HeldByList(const ContentionClass& row) const;
  model::Value Waiting(const ContentionClass& row) const;

  std::string Where(model::LocationId where) const {
    const std::string text = FrameText(source_.symbols(), where);
    return text.empty() ? "(no stack recorded)" : text;
  }
  const deadlock::Facts& facts() const { return *waits_.stuck.facts; }
  std::string Names(const std::vector<Row>& rows) const;
  model::Value Ids(const std::vector<Row>& rows) const;
  std::string Place(Row row) const;

  const ResourceWaits& waits_;
  const model::EventSource& source_;
  const model::Time end_;
};

std::string Writer::Answer() const {
  std::array<std::pair<const char*, uint64_t>, 7> counts = {{{"locks", 0},
                                                             {"channels", 0},
                                                             {"WaitGroups", 0},
                                                             {"Conds", 0},
                                                             {"timers", 0},
                                                             {"the network", 0},
                                                             {"system calls", 0}}};
  for (const ContentionClass& row : waits_.contention.classes) {
    const size_t kind = IsLock(row.resource)                   ? 0
                        : row.resource == Resource::kWaitGroup ? 2
                        : row.resource == Resource::kCond      ? 3
                                                               : 1;
    counts[kind].second += row.open;
  }
  for (const OutsideWait& row : waits_.outside) counts[4 + static_cast<size_t>(row.kind)].second += row.open;
  std::string list;
  uint64_t total = 0;
  for (const auto& [name, count] : counts) {
    total += count;
    if (count > 0) list += fmt::format("{}{} for {}", list.empty() ? "" : ", ", model::FormatCount(count), name);
  }
  if (total == 0) return "Nobody waits at the end.";
  return fmt::format("{} at the end: {}.", total == 1 ? "1 goroutine waits" : fmt::format("{} goroutines wait", total),
                     list);
}

std::string Writer::LastWake(const ContentionClass& row) const {
  if (!row.last_wake) return "";
  return fmt::format("g{} {}, {} before the end", row.last_wake->waker, Where(row.last_wake->where),
                     Ns(end_ - std::min(row.last_wake->at, end_)));
}

// Readers that a writer keeps out which does not get its turn itself.
std::string Writer::BehindWriter(const ContentionClass& row) const {
  if (row.resource != Resource::kRwMutexRead) return "";
  const auto holders = Holders(row);
  const auto writer = std::ranges::find(holders, deadlock::EdgeRule::kPendingWriter, &deadlock::WaitEdge::rule);
  if (writer == holders.end()) return "";
  return fmt::format("{} behind the writer in goroutine {}, which waits itself",
                     Count(row.open, "reader waits", "readers wait"), facts().at((*writer)->holder).id);
}

// Whom those who wait at the end wait for, each holder once: what is surest of it.
std::vector<const deadlock::WaitEdge*> Writer::Holders(const ContentionClass& row) const {
  std::map<Row, const deadlock::WaitEdge*> of_holder;
  for (const ContentionWaiter& waiter : row.waiting) {
    const Row waiting = facts().RowOf(waiter.goroutine);
    if (waiting == deadlock::kNobody) continue;
    const auto edges = deadlock::EdgesOf(waits_.stuck.edges, waiting);
    for (const deadlock::WaitEdge& edge : edges) {
      const deadlock::WaitEdge*& best = of_holder[edge.holder];
      if (best == nullptr || edge.evidence > best->evidence) best = &edge;
    }
  }
  std::vector<const deadlock::WaitEdge*> holders;
  for (const auto& [holder, edge] : of_holder) holders.push_back(edge);
  std::ranges::stable_sort(holders, std::greater(), &deadlock::WaitEdge::evidence);
  return holders;
}

std::string Writer::HeldBy(const ContentionClass& row) const {
  const auto holders = Holders(row);
  if (holders.empty()) return "";
  std::string text = fmt::format("g{} ({})", facts().at(holders[0]->holder).id, Name(holders[0]->evidence));
  return holders.size() == 1 ? text : fmt::format("{} and {} more", text, holders.size() - 1);
}

model::Value Writer::HeldByList(const ContentionClass& row) const {
  model::ValueList list;
  for (const deadlock::WaitEdge* edge : Holders(row)) {
    list.emplace_back(model::ValueObject{{"goroutine", facts().at(edge->holder).id},
                                         {"evidence", Name(edge->evidence)},
                                         {"why", Explain(*waits_.stuck.scene, *edge)}});
  }
  return list;
}

model::Value Writer::Waiting(const ContentionClass& row) const {
  model::ValueList list;
  for (const ContentionWaiter& waiter : row.waiting) {
    list.emplace_back(model::ValueObject{{"goroutine", waiter.goroutine},
                                         {"resource", Name(waiter.resource)},
                                         {"site", Where(waiter.where)},
                                         {"waited_ns", end_ - waiter.since},
                                         {"began_before", waiter.began_before},
                                         {"overtaken", waiter.overtaken}});
  }
  return list;
}

// What each table says first of those who wait and waited.
std::vector<model::TableColumn> WithDurations(std::vector<model::TableColumn> others) {
  std::vector<model::TableColumn> columns = {
      {"waiting_now", "now", "count"},     {"longest_now_ns", "longest", "nanoseconds"},
      {"ended", "ended", "count"},         {"p50_ns", "p50", "nanoseconds"},
      {"p99_ns", "p99", "nanoseconds"},    {"max_ns", "max", "nanoseconds"},
      {"total_ns", "total", "nanoseconds"}};
  std::ranges::move(others, std::back_inserter(columns));
  return columns;
}

model::Table Writer::Inside(size_t rows_shown) const {
  model::Table table{.key = "resources",
                     .title = "Locks, channels, WaitGroups, Conds",
                     .rows_shown = rows_shown,
                     .empty_text = "nobody waited for any"};
  table.columns = WithDurations({{"resource", "what", ""},
                                 {"site", "waits in", ""},
                                 {"holder", "waits for", ""},
                                 {"last_woken_by", "woken last by", ""},
                                 {"holders", "", "", false},
                                 {"waiting", "", "", false},
                                 {"starvation", "", "", false}});
  std::vector<const ContentionClass*> rows;
  for (const ContentionClass& row : waits_.contention.classes) rows.push_back(&row);
  std::ranges::stable_sort(rows, {},
                           [](const ContentionClass* row) { return std::pair(row->open == 0, !IsLock(row->resource)); });
  for (const ContentionClass* row : rows) {
    model::ValueList starvation;
    for (std::string& line : Starvation(*row, end_)) starvation.emplace_back(std::move(line));
    table.rows.push_back({row->open, row->waiting.empty() ? model::Value() : model::Value(end_ - row->waiting[0].since),
                          row->waits.count(), Ended(row->waits, row->waits.Percentile(0.5)),
                          Ended(row->waits, row->waits.Percentile(0.99)), Ended(row->waits, row->waits.max()),
                          row->total_ns(), Name(row->resource), Where(row->waiters[0].where), HeldBy(*row), LastWake(*row),
                          HeldByList(*row), Waiting(*row), std::move(starvation)});
  }
  return table;
}

model::Table Writer::Outside(OutsideKind kind, size_t rows_shown) const {
  constexpr std::array<const char*, 3> kKeys = {"timers", "network", "syscalls"};
  constexpr std::array<const char*, 3> kTitles = {"Timers, by line", "Network, by operation and line",
                                                  "System calls, by call and line"};
  constexpr std::array<const char*, 3> kOperations = {"how", "operation", "call"};
  const auto at = static_cast<size_t>(kind);
  model::Table table{.key = kKeys[at], .title = kTitles[at], .rows_shown = rows_shown, .empty_text = "none"};
  table.columns = WithDurations({{"goroutines", "goroutines", "count"},
                                 {"lost_proc", "P handed on", "count", kind == OutsideKind::kSyscall},
                                 {"operation", kOperations[at], ""},
                                 {"site", "waits in", ""},
                                 {"waiting", "", "", false}});
  for (const OutsideWait& row : waits_.outside) {
    if (row.kind != kind) continue;
    model::ValueList waiting;
    for (const model::GoroutineId id : row.waiting) waiting.emplace_back(id);
    table.rows.push_back({row.open, row.open == 0 ? model::Value() : model::Value(row.longest_open_ns), row.waits.count(),
                          Ended(row.waits, row.waits.Percentile(0.5)), Ended(row.waits, row.waits.Percentile(0.99)),
                          Ended(row.waits, row.waits.max()), row.total_ns(), row.goroutines, row.lost_proc, row.operation,
                          Where(row.where), std::move(waiting)});
  }
  return table;
}

model::Findings Writer::Starving() const {
  model::Findings findings{.key = ""};
  for (const ContentionClass& row : waits_.contention.classes) {
    std::vector<std::string> lines = Starvation(row, end_);
    const std::string readers = BehindWriter(row);
    if (!readers.empty()) lines.push_back(readers);
    if (lines.empty()) continue;
    findings.rows.push_back(
        {.severity = model::Severity::kWarning,
         .title = fmt::format("starving: {} waited for in {}", Name(row.resource), Where(row.waiters[0].where)),
         .evidence = std::move(lines)});
  }
  return findings;
}

std::string Writer::Names(const std::vector<Row>& rows) const {
  std::string text = rows.size() == 1 ? "goroutine " : "goroutines ";
  for (size_t i = 0; i < std::min(rows.size(), kIdsShown); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : i + 1 == rows.size() ? " and " : ", ", facts().at(rows[i]).id);
  }
  return rows.size() > kIdsShown ? fmt::format("{} and {} more", text, rows.size() - kIdsShown) : text;
}

model::Value Writer::Ids(const std::vector<Row>& rows) const {
  model::ValueList ids;
  for (const Row row : rows) ids.emplace_back(facts().at(row).id);
  return ids;
}

std::string Writer::Place(Row row) const {
  const deadlock::OpenWait& wait = *facts().at(row).wait;
  const deadlock::Stacks& stacks = facts().stacks;
  return fmt::format("goroutine {} {}: {} in {}", facts().at(row).id, stacks.name(facts().at(row).start), Name(wait.kind),
                     stacks.PlaceName(stacks.leaf(wait.stack)));
}

model::Finding Writer::Chain(const ChainRoot& root) const {
  const std::string behind =
      root.behind.empty() ? "" : fmt::format("; {} behind", Count(root.behind.size(), "goroutine", "goroutines"));
  std::vector<std::string> lines;
  for (size_t i = 0; i < std::min(root.longest.size(), kLinksShown); ++i) {
    lines.push_back((i == 0 ? "" : "-> ") + Place(root.longest[i]));
  }
  if (root.longest.size() > kLinksShown) lines.push_back(fmt::format("-> {} more", root.longest.size() - kLinksShown));
  const char* what = root.is_ring ? (root.root.size() == 1 ? "waits for itself" : "wait for each other")
                                  : "waits for somebody who was not found";
  return {.severity = root.is_ring ? model::Severity::kError : model::Severity::kWarning,
          .title = fmt::format("chain: {} {}{}", Names(root.root), what, behind),
          .evidence = std::move(lines),
          .data = model::ValueObject{{"root", Ids(root.root)},
                                     {"is_ring", root.is_ring},
                                     {"behind", Ids(root.behind)},
                                     {"longest", Ids(root.longest)}}};
}

model::Findings Writer::Chains() const {
  model::Findings findings{.key = "chains"};
  for (const ChainRoot& root : waits_.chains) findings.rows.push_back(Chain(root));
  return findings;
}

model::Report Writer::Write(size_t rows_shown) {
  model::Report report{.title = "waits", .answer = Answer()};
  report.blocks.emplace_back(model::Data{"trace_ns", waits_.contention.trace_ns});
  report.blocks.emplace_back(Starving());
  report.blocks.emplace_back(Chains());
  report.blocks.emplace_back(Inside(rows_shown));
  for (const OutsideKind kind : {OutsideKind::kTimer, OutsideKind::kNetwork, OutsideKind::kSyscall}) {
    report.blocks.emplace_back(Outside(kind, rows_shown));
  }
  return report;
}

}  // namespace

model::Report ResourceWaitsReport(const ResourceWaits& waits, const model::EventSource& source, size_t rows_shown) {
  return Writer(waits, source).Write(rows_shown);
}

}  // namespace analysis
