#include "analysis/store/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <unordered_map>

#include "analysis/store/history_schema.h"
#include "analysis/store/run_blob.h"
#include "model/input_error.h"

namespace analysis {
namespace {

constexpr const char* kRunColumns =
    "SELECT id, file, time_nanos, samples, commit_id, branch, machine, go_version, outcome, stacks, functions, "
    "duration_nanos, period, "
    "period_type, period_unit FROM run ";

int64_t Now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Numbers of names and stacks in the file, given out as they are met.
class Interner {
 public:
  explicit Interner(Database& database)
      : find_name_(database.Prepare("SELECT id FROM name WHERE text = ?")),
        add_name_(database.Prepare("INSERT INTO name (text) VALUES (?)")),
        find_stack_(database.Prepare("SELECT id FROM stack WHERE caller = ? AND name = ?")),
        add_stack_(database.Prepare("INSERT INTO stack (caller, name) VALUES (?, ?)")),
        database_(database) {}

  int64_t Name(std::string_view text) {
    return FindOrAdd(find_name_.Bind(1, text), [&]() -> Statement& { return add_name_.Bind(1, text); });
  }
  int64_t Stack(int64_t caller, int64_t name) {
    return FindOrAdd(find_stack_.Bind(1, caller).Bind(2, name),
                     [&]() -> Statement& { return add_stack_.Bind(1, caller).Bind(2, name); });
  }

 private:
  template <class Add>
  int64_t FindOrAdd(Statement& find, Add add) {
    if (find.Step()) {
      const int64_t id = find.Integer(0);
      find.Run();
      return id;
    }
    add().Run();
    return database_.LastRow();
  }

  Statement find_name_, add_name_, find_stack_, add_stack_;
  Database& database_;
};

// Rows sorted by stack, as PackRows wants them.
RunRows Sorted(size_t value_types, const std::map<uint32_t, std::vector<int64_t>>& by_number) {
  RunRows rows{.value_types = value_types};
  for (const auto& [number, values] : by_number) {
    rows.stack.push_back(number);
    rows.value.insert(rows.value.end(), values.begin(), values.end());
  }
  return rows;
}

uint32_t Number(int64_t id) { return static_cast<uint32_t>(id); }

std::string PackStacks(const RunTable& table, const Run& run, Interner& interner) {
  const size_t width = table.value_types().size();
  std::unordered_map<model::StackId, int64_t> ids = {{model::StackTrie::root(), 0}};
  std::map<uint32_t, std::vector<int64_t>> sums;
  for (size_t row = 0; row < run.stack.size(); ++row) {
    std::vector<model::StackId> missing;  // from the leaf up to a caller that is known
    for (model::StackId at = run.stack[row]; !ids.contains(at); at = table.stacks().caller(at)) missing.push_back(at);
    for (size_t i = missing.size(); i-- > 0;) {
      const int64_t name = interner.Name(table.strings()[table.function(missing[i])]);
      ids[missing[i]] = interner.Stack(ids.at(table.stacks().caller(missing[i])), name);
    }
    auto& values = sums[Number(ids.at(run.stack[row]))];
    values.resize(width);
    for (size_t i = 0; i < width; ++i) values[i] += run.value[row * width + i];
  }
  return PackRows(Sorted(width, sums));
}

std::string PackFunctions(const RunTable& table, size_t run, Interner& interner) {
  const size_t width = table.value_types().size();
  std::map<uint32_t, std::vector<int64_t>> sums;
  for (size_t type = 0; type < width; ++type) {
    for (const FunctionSeries& function : SumFunctions(table, type)) {
      if (function.cum.value[run] == 0 && function.flat.value[run] == 0) continue;
      auto& values = sums[Number(interner.Name(table.strings()[function.function]))];
      values.resize(2 * width);
      values[2 * type] = static_cast<int64_t>(function.flat.value[run]);
      values[2 * type + 1] = static_cast<int64_t>(function.cum.value[run]);
    }
  }
  return PackRows(Sorted(2 * width, sums));
}

RunRows Unpack(const Database& database, int64_t id, const std::string& blob) {
  RunRows rows;
  if (!UnpackRows(blob, rows)) throw model::InputError(database.path(), fmt::format("run {} is damaged", id));
  return rows;
}

}  // namespace

History::History(const std::string& path, OpenFor purpose) : database_(path, purpose) {
  CheckOwner(purpose);
  CheckWhole();
  if (purpose == OpenFor::kReading) return;
  database_.UseWriteAheadLog();
  MigrateHistory(database_);
}

void History::CheckOwner(OpenFor purpose) {
  // One statement sees one moment: another writer may be making the tables right now.
  Statement look = database_.Prepare(
      "SELECT (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_master), "
      "(SELECT user_version FROM pragma_user_version)");
  look.Step();
  const int64_t owner = look.Integer(0);
  const int64_t tables = look.Integer(1);
  const int64_t version = look.Integer(2);
  look.Run();
  const bool is_new = owner == 0 && tables == 0;
  if (is_new && purpose == OpenFor::kWriting) return;
  if (owner != kApplicationId)
    throw model::InputError(database_.path(),
                            "is no history of goprof, but a database of another program; nothing was changed");
  if (version > kSchemaVersion) {
    throw model::InputError(database_.path(),
                            fmt::format("was written by a newer goprof (format {}, this one knows {}); nothing was changed",
                                        version, kSchemaVersion));
  }
}

void History::CheckWhole() {
  Statement check = database_.Prepare("PRAGMA quick_check(1)");
  const std::string answer = check.Step() ? check.Text(0) : "no answer";
  if (answer != "ok") {
    throw model::InputError(
        database_.path(),
        fmt::format("is damaged ({}); restore a copy, or save what can be read with `sqlite3 FILE .recover`", answer));
  }
}

int64_t History::Add(const RunTable& table, size_t index, const RunTags& tags) {
  const Run& run = table.runs()[index];
  const size_t width = table.value_types().size();
  Database::Transaction transaction(database_);
  Interner interner(database_);
  const std::string stacks = PackStacks(table, run, interner);
  const std::string functions = PackFunctions(table, index, interner);
  Statement add = database_.Prepare(
      "INSERT INTO run (file, time_nanos, duration_nanos, period, period_type, period_unit, samples, commit_id, branch, "
      "machine, go_version, "
      "outcome, stacks, functions) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  add.Bind(1, run.name)
      .Bind(2, run.time_nanos != 0 ? run.time_nanos : Now())
      .Bind(3, run.duration_nanos)
      .Bind(4, run.period);
  add.Bind(5, run.period_type.first).Bind(6, run.period_type.second).Bind(7, run.samples);
  add.Bind(8, tags.commit).Bind(9, tags.branch).Bind(10, tags.machine).Bind(11, tags.go_version).Bind(12, tags.outcome);
  add.BindBlob(13, stacks).BindBlob(14, functions).Run();
  const int64_t id = database_.LastRow();

  Statement add_type = database_.Prepare("INSERT INTO run_type (run, position, type, unit, total) VALUES (?, ?, ?, ?, ?)");
  for (size_t i = 0; i < width; ++i) {
    int64_t total = 0;
    for (size_t row = 0; row < run.stack.size(); ++row) total += run.value[row * width + i];
    add_type.Bind(1, id)
        .Bind(2, static_cast<int64_t>(i))
        .Bind(3, table.value_types()[i].first)
        .Bind(4, table.value_types()[i].second);
    add_type.Bind(5, total).Run();
  }
  Statement add_label = database_.Prepare("INSERT OR IGNORE INTO run_label (run, key, text) VALUES (?, ?, ?)");
  for (const auto& [key, text] : tags.labels) add_label.Bind(1, id).Bind(2, key).Bind(3, text).Run();
  transaction.Commit();
  return id;
}

namespace {

StoredRun RunOf(Database& database, const Statement& row) {
  StoredRun run{.id = row.Integer(0), .file = row.Text(1), .time_nanos = row.Integer(2), .samples = row.Integer(3)};
  run.tags = {.commit = row.Text(4),
              .branch = row.Text(5),
              .machine = row.Text(6),
              .go_version = row.Text(7),
              .outcome = row.Text(8)};
  Statement types = database.Prepare("SELECT type, unit, total FROM run_type WHERE run = ? ORDER BY position");
  types.Bind(1, run.id);
  while (types.Step()) run.totals.push_back({{types.Text(0), types.Text(1)}, types.Integer(2)});
  Statement labels = database.Prepare("SELECT key, text FROM run_label WHERE run = ? ORDER BY key, text");
  labels.Bind(1, run.id);
  while (labels.Step()) run.tags.labels.emplace_back(labels.Text(0), labels.Text(1));
  return run;
}

size_t TypeIn(const StoredRun& run, const std::string& wanted) {  // SIZE_MAX = it has none such
  for (size_t i = 0; i < run.totals.size(); ++i) {
    const auto& [type, unit] = run.totals[i].first;
    if (wanted == type || wanted == type + "/" + unit) return i;
  }
  return wanted.empty() && !run.totals.empty() ? run.totals.size() - 1 : SIZE_MAX;
}

}  // namespace

std::vector<StoredRun> History::List(const std::string& branch) const {
  Statement rows = database_.Prepare(std::string(kRunColumns) + "WHERE ?1 = '' OR branch = ?1 ORDER BY time_nanos, id");
  rows.Bind(1, branch);
  std::vector<StoredRun> runs;
  while (rows.Step()) runs.push_back(RunOf(database_, rows));
  return runs;
}

std::optional<StoredRun> History::Find(int64_t id) const {
  Statement row = database_.Prepare(std::string(kRunColumns) + "WHERE id = ?");
  row.Bind(1, id);
  if (!row.Step()) return std::nullopt;
  return RunOf(database_, row);
}

std::vector<TrendPoint> History::Trend(const TrendQuery& query) const {
  int64_t name = 0;
  if (!query.function.empty()) {
    Statement find = database_.Prepare("SELECT id FROM name WHERE text = ?");
    find.Bind(1, query.function);
    if (!find.Step()) throw model::UsageError(fmt::format("{}: no run has a function {}", database_.path(), query.function));
    name = find.Integer(0);
  }
  Statement rows = database_.Prepare(std::string(kRunColumns) + "WHERE ?1 = '' OR branch = ?1 ORDER BY time_nanos, id");
  rows.Bind(1, query.branch);
  std::vector<TrendPoint> points;
  while (rows.Step()) {
    TrendPoint point{.run = RunOf(database_, rows)};
    const size_t type = TypeIn(point.run, query.value_type);
    if (type == SIZE_MAX) continue;
    const auto total = static_cast<double>(point.run.totals[type].second);
    point.value = total;
    if (name != 0) {
      const RunRows functions = Unpack(database_, point.run.id, rows.Blob(10));
      const auto at = std::ranges::lower_bound(functions.stack, Number(name));
      const bool is_there = at != functions.stack.end() && *at == Number(name);
      const size_t row = static_cast<size_t>(at - functions.stack.begin());
      const size_t column = 2 * type + (query.measure == Measure::kCum ? 1 : 0);
      point.value = is_there && column < functions.value_types
                        ? static_cast<double>(functions.value[row * functions.value_types + column])
                        : 0;
    }
    point.share = total != 0 ? point.value / total : 0;
    points.push_back(std::move(point));
  }
  return points;
}

std::vector<History::FunctionSum> History::Functions(int64_t id, const std::string& value_type) const {
  const std::optional<StoredRun> run = Find(id);
  if (!run) throw model::UsageError(fmt::format("{}: there is no run {}", database_.path(), id));
  const size_t type = TypeIn(*run, value_type);
  if (type == SIZE_MAX) throw model::UsageError(fmt::format("run {} has no samples of type \"{}\"", id, value_type));
  Statement row = database_.Prepare("SELECT functions FROM run WHERE id = ?");
  row.Bind(1, id);
  row.Step();
  const RunRows rows = Unpack(database_, id, row.Blob(0));
  Statement name = database_.Prepare("SELECT text FROM name WHERE id = ?");
  std::vector<FunctionSum> sums;
  for (size_t i = 0; i < rows.stack.size() && 2 * type + 1 < rows.value_types; ++i) {
    name.Bind(1, int64_t{rows.stack[i]}).Step();
    const int64_t* values = &rows.value[i * rows.value_types + 2 * type];
    sums.push_back({name.Text(0), values[0], values[1]});
    name.Run();
  }
  std::ranges::sort(sums, {},
                    [](const FunctionSum& sum) { return std::tuple(-std::abs(sum.flat), -std::abs(sum.cum), sum.name); });
  return sums;
}

size_t History::LoadBaseline(RunTable& table, const std::string& branch, size_t count) const {
  std::unordered_map<int64_t, std::pair<int64_t, int64_t>> stacks;  // caller, name
  Statement all = database_.Prepare("SELECT id, caller, name FROM stack");
  while (all.Step()) stacks[all.Integer(0)] = {all.Integer(1), all.Integer(2)};
  std::unordered_map<int64_t, std::string> names;
  Statement texts = database_.Prepare("SELECT id, text FROM name");
  while (texts.Step()) names[texts.Integer(0)] = texts.Text(1);

  Statement rows = database_.Prepare(std::string(kRunColumns) +
                                     "WHERE branch = ?1 AND outcome <> 'bad' ORDER BY time_nanos DESC, id DESC LIMIT ?2");
  rows.Bind(1, branch).Bind(2, static_cast<int64_t>(count));
  size_t loaded = 0;
  while (rows.Step()) {
    const StoredRun run = RunOf(database_, rows);
    const RunRows samples = Unpack(database_, run.id, rows.Blob(9));
    if (samples.value_types != run.totals.size())
      throw model::InputError(database_.path(), fmt::format("run {} is damaged", run.id));
    model::Profile profile;
    const auto type_of = [&](const ValueTypeName& type) {
      return model::ValueType{profile.symbols.InternString(type.first), profile.symbols.InternString(type.second)};
    };
    for (const auto& [type, total] : run.totals) profile.value_types.push_back(type_of(type));
    profile.time_nanos = run.time_nanos;
    profile.duration_nanos = rows.Integer(11);
    profile.period = rows.Integer(12);
    profile.period_type = type_of({rows.Text(13), rows.Text(14)});
    for (size_t row = 0; row < samples.stack.size(); ++row) {
      std::vector<model::LocationId> frames;  // leaf first
      for (int64_t at = samples.stack[row]; at != 0;) {
        const auto found = stacks.find(at);
        if (found == stacks.end() || frames.size() > stacks.size())
          throw model::InputError(database_.path(), fmt::format("run {} is damaged", run.id));
        frames.push_back(profile.symbols.InternFrame(names[found->second.second], "", 0));
        at = found->second.first;
      }
      profile.AddSample(profile.stacks.FromLeafFirst(frames),
                        std::span(samples.value).subspan(row * samples.value_types, samples.value_types));
    }
    table.Add(profile, fmt::format("run {}", run.id));
    ++loaded;
  }
  return loaded;
}

size_t History::Prune(size_t keep) {
  Database::Transaction transaction(database_);
  Statement remove = database_.Prepare(
      "DELETE FROM run WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY branch ORDER BY time_nanos "
      "DESC, id DESC) AS age "
      "FROM run) WHERE age > ?)");
  remove.Bind(1, static_cast<int64_t>(keep)).Run();
  const auto removed = static_cast<size_t>(database_.Changes());
  std::vector<bool> stack_used, name_used;
  const auto mark = [](std::vector<bool>& used, int64_t id) {
    if (static_cast<size_t>(id) >= used.size()) used.resize(static_cast<size_t>(id) + 1);
    used[static_cast<size_t>(id)] = true;
  };
  Statement rows = database_.Prepare("SELECT id, stacks, functions FROM run");
  while (rows.Step()) {
    for (const uint32_t stack : Unpack(database_, rows.Integer(0), rows.Blob(1)).stack) mark(stack_used, stack);
    for (const uint32_t name : Unpack(database_, rows.Integer(0), rows.Blob(2)).stack) mark(name_used, name);
  }
  const auto is_used = [](const std::vector<bool>& used, int64_t id) {
    return static_cast<size_t>(id) < used.size() && used[static_cast<size_t>(id)];
  };
  Statement stacks = database_.Prepare("SELECT id, caller, name FROM stack ORDER BY id DESC");  // callers have smaller ids
  Statement remove_stack = database_.Prepare("DELETE FROM stack WHERE id = ?");
  std::vector<int64_t> unused;
  while (stacks.Step()) {
    if (is_used(stack_used, stacks.Integer(0))) {
      mark(stack_used, stacks.Integer(1));
      mark(name_used, stacks.Integer(2));
    } else {
      unused.push_back(stacks.Integer(0));
    }
  }
  for (const int64_t id : unused) remove_stack.Bind(1, id).Run();
  unused.clear();
  Statement names = database_.Prepare("SELECT id FROM name");
  while (names.Step()) {
    if (!is_used(name_used, names.Integer(0))) unused.push_back(names.Integer(0));
  }
  Statement remove_name = database_.Prepare("DELETE FROM name WHERE id = ?");
  for (const int64_t id : unused) remove_name.Bind(1, id).Run();
  transaction.Commit();
  if (removed > 0) database_.Execute("VACUUM");
  return removed;
}

}  // namespace analysis
