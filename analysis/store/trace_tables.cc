#include "analysis/store/trace_tables.h"

#include <fmt/format.h>

#include <map>
#include <unordered_map>
#include <utility>

#include "analysis/trace/state_spans.h"
#include "analysis/trace/trace_notes.h"
#include "analysis/trace/wait_site.h"
#include "model/id_map.h"

namespace analysis {
namespace {

using model::Event;
using model::EventKind;

constexpr const char* kSchemaVersion = "1";

struct Nullable {
  int64_t number = 0;
  bool is_known = false;
};
Nullable Given(int64_t number) { return {.number = number, .is_known = true}; }
Nullable If(bool is_known, int64_t number) { return {.number = number, .is_known = is_known}; }
Nullable Known(model::StackId stack) { return If(stack != model::StackTrie::root(), stack.value); }

// An INSERT that is run again and again; values in the order of the columns.
class Insert {
 public:
  Insert(Database& database, const char* table, int columns) : statement_(database.Prepare(Sql(table, columns))) {}

  Insert& operator<<(int64_t value) { return statement_.Bind(++at_, value), *this; }
  Insert& operator<<(std::string_view text) { return statement_.BindKept(++at_, text), *this; }
  Insert& operator<<(Nullable value) {
    value.is_known ? statement_.Bind(++at_, value.number) : statement_.BindNull(++at_);
    return *this;
  }
  Insert& OrNull(std::string_view text) {
    text.empty() ? statement_.BindNull(++at_) : statement_.BindKept(++at_, text);
    return *this;
  }
  void Run() {
    statement_.Run();
    at_ = 0;
  }

 private:
  static std::string Sql(const char* table, int columns) {
    std::string sql = fmt::format("INSERT INTO {} VALUES (?", table);
    for (int at = 1; at < columns; ++at) sql += ",?";
    return sql + ")";
  }

  Statement statement_;
  int at_ = 0;
};

// Numbers that rows refer to: who has no row of his own in the end gets one that says no more.
class Mentioned {
 public:
  Nullable Of(int64_t id) {
    if (id < 0) return {};
    if (seen_.Add(static_cast<uint64_t>(id))) ids_.push_back(id);
    return Given(id);
  }
  const std::vector<int64_t>& ids() const { return ids_; }

 private:
  model::IdSet seen_;
  std::vector<int64_t> ids_;
};

class Writer {
 public:
  Writer(Database& database, model::EventSource& source)
      : database_(database), source_(source), spans_(source), sites_(source) {}

  void Write() {
    for (auto batch = source_.Next(); !batch.empty(); batch = source_.Next()) {
      for (const Event& event : batch) See(event);
    }
    for (const StateSpan& span : spans_.Open()) {
      WriteSpan(span);
      WriteGoroutine(span.goroutine);
    }
    for (const auto& [proc, span] : on_proc_) WriteProcSpan(proc, span, spans_.end(), true);
    for (const auto& [id, task] : tasks_) WriteTask(id, task, {});
    for (const auto& [goroutine, regions] : regions_) {
      for (const Event& region : regions) WriteRegion(region, Given(Since(region.time)), {});
    }
    for (const auto& [key, range] : ranges_) WriteRange(key, range, {});
    WriteMentioned();
    WriteStacks();
    WriteMeta();
  }

 private:
  using RangeKey = std::pair<std::pair<model::RangeScope, int64_t>, model::StringId>;
  struct OpenRange {
    Nullable begin;
    model::GoroutineId goroutine = model::kNoGoroutine;
  };
  struct ProcSpan {
    model::ProcState state = model::ProcState::kUndetermined;
    model::Time begin = 0;
  };

  int64_t Since(model::Time time) const { return time - spans_.begin(); }
  std::string_view Text(model::StringId id) const { return source_.symbols().text(id); }
  Nullable TaskOf(int64_t id) { return id > 0 ? mentioned_tasks_.Of(id) : Nullable{}; }

  void See(const Event& event) {
    if (const StateSpan* span = spans_.See(event)) WriteSpan(*span);
    if (event.kind == EventKind::kSync && event.wall_ns != 0 && begin_unix_ns_ == 0) {
      begin_unix_ns_ = event.wall_ns - Since(event.time);
    }
    switch (event.kind) {
      case EventKind::kGoroutineState:
        if (spans_.has_ended(event.subject)) WriteGoroutine(event.subject);
        return;
      case EventKind::kProcState:
        return SeeProc(event);
      case EventKind::kTaskBegin:
        tasks_.try_emplace(event.subject, event);
        return;
      case EventKind::kTaskEnd:
        return EndTask(event);
      case EventKind::kRegionBegin:
        regions_[event.goroutine].push_back(event);
        return;
      case EventKind::kRegionEnd:
        return EndRegion(event);
      case EventKind::kRangeBegin:
      case EventKind::kRangeActive:
        ranges_.try_emplace(KeyOf(event),
                            OpenRange{If(event.kind == EventKind::kRangeBegin, Since(event.time)), event.goroutine});
        return;
      case EventKind::kRangeEnd:
        return EndRange(event);
      default:
        return SeeMoment(event);
    }
  }

  void SeeMoment(const Event& event) {
    if (event.kind == EventKind::kLog) {
      log_ << ++logs_ << Since(event.time) << TaskOf(event.subject) << goroutines_.Of(event.goroutine) << Text(event.name)
           << Text(event.text) << Known(event.stack);
      log_.Run();
    } else if (event.kind == EventKind::kMetric) {
      metric_ << ++metrics_ << Since(event.time) << Text(event.name) << static_cast<int64_t>(event.value);
      metric_.Run();
    } else if (event.kind == EventKind::kCpuSample) {
      sample_ << ++samples_ << Since(event.time) << goroutines_.Of(event.goroutine) << procs_.Of(event.proc)
              << threads_.Of(event.thread) << Known(event.stack);
      sample_.Run();
    } else if (event.kind == EventKind::kLabel) {
      labels_[event.subject] = event.name;
    }
  }

  void WriteSpan(const StateSpan& span) {
    const bool is_wait = span.state == model::GoState::kWaiting;
    const WaitSite site = sites_.Of(span.stack, span.reason);
    span_ << ++spans_written_ << goroutines_.Of(span.goroutine) << std::string_view(model::Name(span.state));
    span_.OrNull(Text(span.reason_text)).OrNull(is_wait ? Name(site.resource) : "");
    span_ << Since(span.begin) << Since(span.end) << int64_t{span.is_open} << int64_t{span.began_before} << Known(span.stack)
          << Known(site.call) << goroutines_.Of(span.cause) << Known(span.cause_stack) << goroutines_.Of(span.ender)
          << Known(span.ender_stack) << procs_.Of(span.proc) << threads_.Of(span.thread)
          << If(span.lost_proc_at.has_value(), Since(span.lost_proc_at.value_or(0))) << Known(sites_.CallOf(span.ender_stack));
    span_.Run();
  }

  void WriteGoroutine(model::GoroutineId id) {
    const GoroutineOrigin* origin = spans_.origin(id);
    if (origin == nullptr || !with_row_.Add(static_cast<uint64_t>(id))) return;
    const auto label = labels_.find(id);
    goroutine_ << id << If(origin->start != model::FunctionId(), origin->start.value) << goroutines_.Of(origin->creator)
               << Known(origin->creator_stack) << Since(origin->first_seen)
               << If(origin->is_created_in_trace, Since(origin->first_seen))
               << If(origin->ended.has_value(), Since(origin->ended.value_or(0)));
    goroutine_.OrNull(label == labels_.end() ? "" : Text(label->second));
    goroutine_.Run();
    if (label != labels_.end()) labels_.erase(label);
  }

  void SeeProc(const Event& event) {
    ProcSpan& now = on_proc_[event.subject];
    if (now.state == event.proc_to) return;
    if (now.state != model::ProcState::kUndetermined) WriteProcSpan(event.subject, now, event.time, false);
    now = {.state = event.proc_to, .begin = event.time};
  }

  void WriteProcSpan(model::ProcId proc, const ProcSpan& span, model::Time end, bool is_open) {
    if (span.state != model::ProcState::kRunning && span.state != model::ProcState::kIdle) return;
    proc_span_ << ++proc_spans_ << procs_.Of(proc) << std::string_view(model::Name(span.state)) << Since(span.begin)
               << Since(end) << int64_t{is_open};
    proc_span_.Run();
  }

  void EndTask(const Event& event) {
    const auto at = tasks_.find(event.subject);
    if (at != tasks_.end()) {
      WriteTask(event.subject, at->second, Given(Since(event.time)));
      tasks_.erase(at);
    } else if (tasks_with_row_.Add(static_cast<uint64_t>(event.subject))) {  // begun before the trace
      task_ << event.subject;
      task_.OrNull(Text(event.name)) << Nullable{} << Nullable{} << Nullable{} << Given(Since(event.time));
      task_.Run();
    }
  }

  void WriteTask(int64_t id, const Event& begin, Nullable end) {
    if (!tasks_with_row_.Add(static_cast<uint64_t>(id))) return;
    task_ << id;
    task_.OrNull(Text(begin.name)) << TaskOf(static_cast<int64_t>(begin.parent_task)) << goroutines_.Of(begin.goroutine)
                                   << Since(begin.time) << end;
    task_.Run();
  }

  void EndRegion(const Event& event) {
    std::vector<Event>& open = regions_[event.goroutine];
    for (auto at = open.rbegin(); at != open.rend(); ++at) {
      if (at->name != event.name || at->subject != event.subject) continue;
      WriteRegion(*at, Given(Since(at->time)), Given(Since(event.time)));
      open.erase(std::next(at).base());
      if (open.empty()) regions_.erase(event.goroutine);
      return;
    }
    WriteRegion(event, {}, Given(Since(event.time)));
  }

  void WriteRegion(const Event& region, Nullable begin, Nullable end) {
    region_ << ++regions_written_ << Text(region.name) << TaskOf(region.subject) << goroutines_.Of(region.goroutine) << begin
            << end << Known(region.stack);
    region_.Run();
  }

  static RangeKey KeyOf(const Event& event) { return {{event.scope, event.subject}, event.name}; }

  void EndRange(const Event& event) {
    const auto at = ranges_.find(KeyOf(event));
    WriteRange(KeyOf(event), at == ranges_.end() ? OpenRange{{}, event.goroutine} : at->second, Given(Since(event.time)));
    if (at != ranges_.end()) ranges_.erase(at);
  }

  void WriteRange(const RangeKey& key, const OpenRange& range, Nullable end) {
    constexpr std::string_view kScopes[] = {"global", "goroutine", "proc", "thread"};
    const auto [scope, subject] = key.first;
    range_ << ++ranges_written_ << Text(key.second) << kScopes[static_cast<size_t>(scope)]
           << If(scope != model::RangeScope::kGlobal, subject) << goroutines_.Of(range.goroutine) << range.begin << end;
    range_.Run();
  }

  void WriteMentioned() {
    for (const int64_t id : goroutines_.ids()) {
      if (!with_row_.Add(static_cast<uint64_t>(id))) continue;
      goroutine_ << id << Nullable{} << Nullable{} << Nullable{} << int64_t{0} << Nullable{} << Nullable{} << Nullable{};
      goroutine_.Run();
    }
    for (const int64_t id : mentioned_tasks_.ids()) {
      if (!tasks_with_row_.Add(static_cast<uint64_t>(id))) continue;
      task_ << id << Nullable{} << Nullable{} << Nullable{} << Nullable{} << Nullable{};
      task_.Run();
    }
    Insert proc(database_, "procs", 1), thread(database_, "threads", 1);
    for (const int64_t id : procs_.ids()) (proc << id).Run();
    for (const int64_t id : threads_.ids()) (thread << id).Run();
  }

  void WriteStacks() {
    const model::Symbols& symbols = source_.symbols();
    const model::StackTrie& stacks = source_.stacks();
    Insert function(database_, "functions", 3), frame(database_, "frames", 4), stack(database_, "stacks", 4);
    for (uint32_t id = 1; id < symbols.functions().size(); ++id) {
      const model::Function& row = symbols.functions()[model::FunctionId(id)];
      (function << int64_t{id} << symbols.text(row.name) << symbols.text(row.file)).Run();
    }
    for (uint32_t id = 0; id < symbols.location_count(); ++id) {
      const auto lines = symbols.lines(model::LocationId(id));
      const bool is_named = !lines.empty() && lines[0].function != model::FunctionId();
      (frame << int64_t{id} << If(is_named, is_named ? lines[0].function.value : 0)
             << (lines.empty() ? int64_t{0} : lines[0].line)
             << static_cast<int64_t>(symbols.location(model::LocationId(id)).address))
          .Run();
    }
    std::vector<uint32_t> depth(stacks.size());
    for (uint32_t id = 1; id < stacks.size(); ++id) {
      const model::StackId caller = stacks.caller(model::StackId(id));
      depth[id] = depth[caller.index()] + 1;
      (stack << int64_t{id} << Known(caller) << int64_t{stacks.location(model::StackId(id)).value} << int64_t{depth[id]})
          .Run();
    }
  }

  void WriteMeta() {
    Insert meta(database_, "meta", 2), damage(database_, "damage", 4);
    const auto put = [&](std::string_view key, const std::string& value) { (meta << key << std::string_view(value)).Run(); };
    put("schema", kSchemaVersion);
    put("version", source_.info().version);
    put("duration_ns", fmt::format("{}", spans_.end() - spans_.begin()));
    put("lost_share", fmt::format("{}", LostShare(source_.info())));
    if (begin_unix_ns_ != 0) put("begin_unix_ns", fmt::format("{}", begin_unix_ns_));
    int64_t id = 0;
    for (const model::Damage& row : source_.info().damage) {
      (damage << ++id << static_cast<int64_t>(row.begin_byte) << static_cast<int64_t>(row.end_byte)
              << std::string_view(row.what))
          .Run();
    }
  }

  Database& database_;
  model::EventSource& source_;
  StateSpans spans_;
  WaitSites sites_;
  Insert span_{database_, "spans", 19}, goroutine_{database_, "goroutines", 8}, proc_span_{database_, "proc_spans", 6},
      task_{database_, "tasks", 6}, region_{database_, "regions", 7}, log_{database_, "logs", 7},
      range_{database_, "ranges", 7}, sample_{database_, "cpu_samples", 6}, metric_{database_, "metrics", 4};
  int64_t spans_written_ = 0, proc_spans_ = 0, regions_written_ = 0, ranges_written_ = 0, logs_ = 0, samples_ = 0,
          metrics_ = 0, begin_unix_ns_ = 0;
  Mentioned goroutines_, procs_, threads_, mentioned_tasks_;
  model::IdSet with_row_, tasks_with_row_;
  std::map<int64_t, Event> tasks_;
  std::map<model::GoroutineId, std::vector<Event>> regions_;
  std::map<RangeKey, OpenRange> ranges_;
  std::map<model::ProcId, ProcSpan> on_proc_;
  std::unordered_map<model::GoroutineId, model::StringId> labels_;
};

}  // namespace

void FillTraceTables(Database& database, model::EventSource& source, const Indexing& indexing) {
  database.Execute(kTraceSchema);
  database.Execute("BEGIN");
  Writer(database, source).Write();
  database.Execute("COMMIT");
  int done = 0;
  const auto tell = [&] {
    if (indexing) indexing(done, static_cast<int>(kTraceIndices.size()));
  };
  for (const char* index : kTraceIndices) {
    tell();
    database.Execute(index);
    ++done;
  }
  tell();
  database.Execute(kTraceViews);
}

}  // namespace analysis
