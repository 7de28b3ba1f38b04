#include "analysis/store/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <unordered_map>

#include "analysis/store/history_schema.h"
#include "analysis/store/name_numbers.h"
#include "analysis/store/stored_run.h"

#include "model/input_error.h"

namespace analysis {
namespace {

int64_t Now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Rows sorted by stack, as PackRows wants them.
RunRows Sorted(size_t value_types, const std::map<uint32_t, std::vector<int64_t>>& by_number) {
  RunRows rows{.value_types = value_types};
  for (const auto& [number, values] : by_number) {
    rows.stack.push_back(number);
    rows.value.insert(rows.value.end(), values.begin(), values.end());
  }
  return rows;
}

std::string PackStacks(const RunTable& table, const Run& run, const std::unordered_map<model::StackId, int64_t>& numbers) {
  const size_t width = table.value_types().size();
  std::map<uint32_t, std::vector<int64_t>> sums;
  for (size_t row = 0; row < run.stack.size(); ++row) {
    auto& values = sums[Number(numbers.at(run.stack[row]))];
    values.resize(width);
    for (size_t i = 0; i < width; ++i) values[i] += run.value[row * width + i];
  }
  return PackRows(Sorted(width, sums));
}

std::string PackFunctions(const RunTable& table, size_t run, const std::vector<int64_t>& names) {
  const size_t width = table.value_types().size();
  std::map<uint32_t, std::vector<int64_t>> sums;
  for (size_t type = 0; type < width; ++type) {
    for (const FunctionSeries& function : SumFunctions(table, type)) {
      if (function.cum.value[run] == 0 && function.flat.value[run] == 0) continue;
      auto& values = sums[Number(names[function.function.index()])];
      values.resize(2 * width);
      values[2 * type] += static_cast<int64_t>(function.flat.value[run]);
      values[2 * type + 1] += static_cast<int64_t>(function.cum.value[run]);
    }
  }
  return PackRows(Sorted(2 * width, sums));
}

// Names in the run's stacks, by StringId.
std::vector<bool> NamesIn(const RunTable& table, const Run& run) {
  std::vector<bool> is_in(table.strings().size());
  for (const model::StackId stack : run.stack) {
    for (const model::LocationId location : table.stacks().LeafFirst(stack))
      is_in[RunTable::FunctionOf(location).index()] = true;
  }
  return is_in;
}

}  // namespace

History::History(const std::string& where, OpenFor purpose, std::chrono::milliseconds wait)
    : database_(OpenStore(where, purpose, wait)) {
  const std::optional<int64_t> version = database_->Version();
  if (version && *version > kSchemaVersion) {
    throw model::InputError(database_->name(),
                            fmt::format("was written by a newer goprof (format {}, this one knows {}); nothing was changed",
                                        *version, kSchemaVersion));
  }
  if (purpose == OpenFor::kReading) return;
  database_->PrepareForWriting();
  if (!version || *version < kSchemaVersion) MigrateHistory(*database_);
}

int64_t History::Add(const RunTable& table, size_t index, const RunTags& tags) {
  const Run& run = table.runs()[index];
  SqlTransaction transaction(*database_);
  const std::vector<int64_t> names = NumbersOfNames(*database_, table, NamesIn(table, run));
  const std::string stacks = PackStacks(table, run, NumbersOfStacks(*database_, table, run, names));
  const std::string functions = PackFunctions(table, index, names);
  const auto add = database_->Prepare(
      "INSERT INTO run (file, time_nanos, duration_nanos, period, period_type, period_unit, samples, commit_id, branch, "
      "machine, go_version, outcome, stacks, functions) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id");
  int at = 0;
  const auto bind_text = [&](const std::string& text) { add->Bind(++at, std::string_view(StorableText(text))); };
  bind_text(run.name);
  for (const int64_t number : {run.time_nanos != 0 ? run.time_nanos : Now(), run.duration_nanos, run.period})
    add->Bind(++at, number);
  bind_text(run.period_type.first);
  bind_text(run.period_type.second);
  add->Bind(++at, run.samples);
  for (const std::string* text : {&tags.commit, &tags.branch, &tags.machine, &tags.go_version, &tags.outcome})
    bind_text(*text);
  add->BindBlob(++at, stacks);
  add->BindBlob(++at, functions);
  add->Step();
  const int64_t id = add->Integer(0);
  add->Run();
  AddTypes(table, run, id);
  const auto add_label =
      database_->Prepare("INSERT INTO run_label (run, key, text) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  for (const auto& [key, text] : tags.labels) {
    add_label->Bind(1, id).Bind(2, std::string_view(StorableText(key))).Bind(3, std::string_view(StorableText(text)));
    add_label->Run();
  }
  transaction.Commit();
  return id;
}

void History::AddTypes(const RunTable& table, const Run& run, int64_t id) {
  const size_t width = table.value_types().size();
  const auto add = database_->Prepare("INSERT INTO run_type (run, position, type, unit, total) VALUES (?, ?, ?, ?, ?)");
  for (size_t i = 0; i < width; ++i) {
    const auto& [type, unit] = table.value_types()[i];
    int64_t total = 0;
    for (size_t row = 0; row < run.stack.size(); ++row) total += run.value[row * width + i];
    add->Bind(1, id).Bind(2, static_cast<int64_t>(i)).Bind(3, std::string_view(StorableText(type)));
    add->Bind(4, std::string_view(StorableText(unit))).Bind(5, total).Run();
  }
}

namespace {

size_t TypeIn(const StoredRun& run, const std::string& wanted) {  // SIZE_MAX = it has none such
  for (size_t i = 0; i < run.totals.size(); ++i) {
    const auto& [type, unit] = run.totals[i].first;
    if (wanted == type || wanted == type + "/" + unit) return i;
  }
  return wanted.empty() && !run.totals.empty() ? run.totals.size() - 1 : SIZE_MAX;
}

double ValueIn(const RunRows& functions, size_t row, size_t type, Measure measure) {
  const size_t column = 2 * type + (measure == Measure::kCum ? 1 : 0);
  return column < functions.value_types ? static_cast<double>(functions.value[row * functions.value_types + column]) : 0;
}

std::map<uint32_t, std::string> TextsOf(SqlStore& database, const std::vector<uint32_t>& numbers) {
  constexpr size_t kAtOnce = 500;
  std::map<uint32_t, std::string> texts;
  for (size_t i = 0; i < numbers.size(); i += kAtOnce) {
    const auto chunk = std::span(numbers).subspan(i, std::min(kAtOnce, numbers.size() - i));
    const auto rows = database.Prepare(fmt::format("SELECT id, text FROM name WHERE id IN ({})", fmt::join(chunk, ", ")));
    while (rows->Step()) texts[Number(rows->Integer(0))] = rows->Text(1);
  }
  return texts;
}

}  // namespace

std::vector<StoredRun> History::List(const std::string& branch) const {
  const auto rows = database_->Prepare(
      fmt::format("SELECT {} FROM run WHERE ?1 = '' OR branch = ?1 ORDER BY time_nanos, id", kRunColumns));
  rows->Bind(1, branch);
  std::vector<StoredRun> runs;
  while (rows->Step()) runs.push_back(RunOf(*database_, *rows));
  return runs;
}

std::optional<StoredRun> History::Find(int64_t id) const {
  const auto row = database_->Prepare(fmt::format("SELECT {} FROM run WHERE id = ?", kRunColumns));
  row->Bind(1, id);
  if (!row->Step()) return std::nullopt;
  return RunOf(*database_, *row);
}

std::vector<TrendPoint> History::Trend(const TrendQuery& query) const {
  int64_t name = 0;
  if (!query.function.empty()) {
    const auto find = database_->Prepare("SELECT id FROM name WHERE text = ?");
    find->Bind(1, std::string_view(StorableText(query.function)));
    if (!find->Step())
      throw model::UsageError(fmt::format("{}: no run has a function {}", database_->name(), query.function));
    name = find->Integer(0);
  }
  std::vector<TrendPoint> points;
  ForEachRun(query, [&](const StoredRun& run, size_t type, const RunRows& functions) {
    const auto total = static_cast<double>(run.totals[type].second);
    TrendPoint point{.run = run, .value = total};
    if (name != 0) {
      const auto at = std::ranges::lower_bound(functions.stack, Number(name));
      const bool is_there = at != functions.stack.end() && *at == Number(name);
      point.value =
          is_there ? ValueIn(functions, static_cast<size_t>(at - functions.stack.begin()), type, query.measure) : 0;
    }
    point.share = total != 0 ? point.value / total : 0;
    points.push_back(std::move(point));
  });
  return points;
}

FunctionTrends History::Trends(const TrendQuery& query, double least_share) const {
  FunctionTrends trends;
  std::map<uint32_t, std::vector<double>> series;
  std::vector<uint32_t> large;
  ForEachRun(query, [&](const StoredRun& run, size_t type, const RunRows& functions) {
    const auto total = static_cast<double>(run.totals[type].second);
    for (size_t row = 0; row < functions.stack.size(); ++row) {
      const double value = ValueIn(functions, row, type, query.measure);
      if (value >= least_share * total && value > 0) large.push_back(functions.stack[row]);
      auto& values = series[functions.stack[row]];
      values.resize(trends.runs.size());
      values.push_back(value);
    }
    trends.runs.push_back(run);
    trends.total.push_back(total);
  });
  std::ranges::sort(large);
  large.erase(std::unique(large.begin(), large.end()), large.end());
  for (const auto& [number, text] : TextsOf(*database_, large)) {
    trends.functions[text] = std::move(series[number]);
    trends.functions[text].resize(trends.runs.size());
  }
  return trends;
}

// Runs that lack the value type are left out.
void History::ForEachRun(const TrendQuery& query,
                         const std::function<void(const StoredRun&, size_t type, const RunRows& functions)>& each) const {
  const auto rows = database_->Prepare("SELECT functions FROM run WHERE id = ?");
  for (const StoredRun& run : List(query.branch)) {
    const size_t type = TypeIn(run, query.value_type);
    if (type == SIZE_MAX) continue;
    rows->Bind(1, run.id);
    if (!rows->Step()) continue;  // pruned by another process
    each(run, type, Unpack(*database_, run.id, rows->Blob(0)));
    rows->Run();
  }
}

std::vector<History::FunctionSum> History::Functions(int64_t id, const std::string& value_type) const {
  const std::optional<StoredRun> run = Find(id);
  if (!run) throw model::UsageError(fmt::format("{}: there is no run {}", database_->name(), id));
  const size_t type = TypeIn(*run, value_type);
  if (type == SIZE_MAX) throw model::UsageError(fmt::format("run {} has no samples of type \"{}\"", id, value_type));
  const auto row = database_->Prepare("SELECT functions FROM run WHERE id = ?");
  row->Bind(1, id);
  if (!row->Step()) return {};
  const RunRows rows = Unpack(*database_, id, row->Blob(0));
  std::map<uint32_t, std::string> texts = TextsOf(*database_, rows.stack);
  std::vector<FunctionSum> sums;
  for (size_t i = 0; i < rows.stack.size() && 2 * type + 1 < rows.value_types; ++i) {
    const int64_t* values = &rows.value[i * rows.value_types + 2 * type];
    sums.push_back({texts[rows.stack[i]], values[0], values[1]});
  }
  std::ranges::sort(sums, {},
                    [](const FunctionSum& sum) { return std::tuple(-std::abs(sum.flat), -std::abs(sum.cum), sum.name); });
  return sums;
}

}  // namespace analysis
