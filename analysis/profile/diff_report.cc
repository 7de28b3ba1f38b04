#include "analysis/profile/diff_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "model/units.h"

namespace analysis {
namespace {

constexpr size_t kRowsShown = 25;
constexpr size_t kStacksShown = 5;

std::string Percent(int64_t change, int64_t before) {
  return before == 0 ? ""
                     : fmt::format("{:+.1f}%", 100.0 * static_cast<double>(change) / std::abs(static_cast<double>(before)));
}

model::Value Ratio(const FunctionChange& c) {
  if (c.flat_before == 0) return nullptr;
  return static_cast<double>(c.flat_change()) / std::abs(static_cast<double>(c.flat_before));
}

// " (+40.0%)"
std::string InBrackets(const std::string& text) { return text.empty() ? "" : " (" + text + ")"; }

const char* Verb(const Diff& diff, const FunctionChange& change) {
  const bool grew = change.flat_change() > 0;
  if (change.status == ChangeStatus::kNew) return "is new";
  if (change.status == ChangeStatus::kGone) return "is gone";
  if (diff.unit == "nanoseconds" && diff.type == "cpu") return grew ? "got slower" : "got faster";
  return grew ? "grew" : "shrank";
}

bool IsShown(const FunctionChange& change) { return !change.is_noise && change.flat_change() != 0; }

const FunctionChange* Largest(const Diff& diff) {
  const auto at = std::ranges::find_if(diff.functions, IsShown);
  return at == diff.functions.end() ? nullptr : &*at;
}

std::string Answer(const Diff& diff) {
  const FunctionChange* largest = diff.is_found ? Largest(diff) : nullptr;
  const bool is_all_same =
      std::ranges::all_of(diff.functions, [](const FunctionChange& change) { return change.status == ChangeStatus::kSame; });
  if (is_all_same) return "";
  const auto beyond_noise = static_cast<size_t>(std::ranges::count_if(diff.functions, IsShown));
  if (largest == nullptr && beyond_noise > 0) {
    return fmt::format("nothing changed by as much as {} of the total; {} function{} changed by less, beyond noise",
                       model::FormatPercent(diff.min_share, 1), beyond_noise, beyond_noise == 1 ? "" : "s");
  }
  if (largest == nullptr) {
    return fmt::format("nothing changed beyond noise (a function with 5% of the total would have had to change by {})",
                       model::FormatValue(std::llround(diff.smallest_detectable), diff.unit));
  }
  return fmt::format(
      "{} {}: {}{}, {} -> {}", largest->name, Verb(diff, *largest), model::FormatChange(largest->flat_change(), diff.unit),
      InBrackets(Percent(largest->flat_change(), largest->flat_before)), model::FormatValue(largest->flat_before, diff.unit),
      model::FormatValue(largest->flat_after, diff.unit));
}

const char* NoiseSource(const Diff& diff) {
  const size_t fewest = std::min(diff.runs_before, diff.runs_after);
  if (fewest >= 4) return "sampling error, and the spread and ranks of each side's profiles";
  return fewest >= 2 ? "sampling error, and the spread of each side's profiles"
                     : "sampling error alone; several profiles a side show the spread too";
}

model::Fields Totals(const Diff& diff) {
  const std::string total = fmt::format("{} -> {}, {}{}", model::FormatValue(diff.total_before, diff.unit),
                                        model::FormatValue(diff.total_after, diff.unit),
                                        model::FormatChange(diff.total_after - diff.total_before, diff.unit),
                                        InBrackets(Percent(diff.total_after - diff.total_before, diff.total_before)));
  const bool has_runs = diff.runs_before > 1 || diff.runs_after > 1;
  const auto count = [](size_t n) { return model::Value(static_cast<int64_t>(n)); };
  return {{{.key = "sample_type", .value = diff.type},
           {.key = "unit", .value = diff.unit},
           {.key = "total_before", .value = diff.total_before},
           {.key = "total_after", .value = diff.total_after},
           {.key = "normalized", .value = diff.normalized},
           {.key = "runs_before", .value = count(diff.runs_before)},
           {.key = "runs_after", .value = count(diff.runs_after)},
           {.key = "smallest_detectable", .value = static_cast<int64_t>(std::llround(diff.smallest_detectable))},
           {.label = "total " + diff.type, .value = total},
           {.label = "compared",
            .value = fmt::format(
                "{}{}",
                diff.normalized ? "shares: the after side is scaled to the total before" : "absolute values, not normalised",
                has_runs ? fmt::format("; means of {} profiles before, {} after", diff.runs_before, diff.runs_after) : "")},
           {.label = "noise",
            .value = fmt::format("{}; a function with 5% of the total is seen to change from {} on", NoiseSource(diff),
                                 model::FormatValue(std::llround(diff.smallest_detectable), diff.unit))}}};
}

model::Value Optional(const std::optional<double>& value) { return value ? model::Value(*value) : model::Value(nullptr); }

model::Table AllRows(const Diff& diff) {
  model::Table table{.key = "rows"};
  for (const char* key : {"name", "flat_before", "flat_after", "cum_before", "cum_after", "status", "p_value", "noise",
                          "p_adjusted", "rank_p", "was", "path", "inlining"}) {
    table.columns.push_back({.key = key, .show = false});
  }
  for (const FunctionChange& c : diff.functions) {
    table.rows.push_back({c.name, c.flat_before, c.flat_after, c.cum_before, c.cum_after, Name(c.status),
                          Optional(c.p_value), c.is_noise, Optional(c.p_adjusted), Optional(c.rank_p),
                          c.was.empty() ? model::Value(nullptr) : model::Value(c.was),
                          model::ValueList(c.path.begin(), c.path.end()),
                          c.inlining == InliningChange::kNone ? model::Value(nullptr) : model::Value(Name(c.inlining))});
  }
  return table;
}

model::Table ShownRows(const Diff& diff) {
  model::Table table{.title = "Functions that changed beyond noise (flat)",
                     .columns = {{.label = "change", .unit = diff.unit, .is_change = true},
                                 {.label = "percent", .unit = "ratio", .is_change = true},
                                 {.label = "before", .unit = diff.unit},
                                 {.label = "after", .unit = diff.unit},
                                 {.label = "p"},
                                 {.label = "function"}},
                     .rows_shown = kRowsShown,
                     .empty_text = "none"};
  for (const FunctionChange& c : diff.functions) {
    if (!IsShown(c)) continue;
    std::string name = c.name;
    if (c.status == ChangeStatus::kNew || c.status == ChangeStatus::kGone) name += fmt::format("  [{}]", Name(c.status));
    if (!c.was.empty()) name += fmt::format("  [was {}]", c.was);
    if (c.inlining != InliningChange::kNone) name += fmt::format("  [{}]", Name(c.inlining));
    table.rows.push_back(
        {c.flat_change(), Ratio(c), c.flat_before, c.flat_after, fmt::format("{:.2g}", c.p_adjusted.value_or(1)), name});
  }
  return table;
}

std::string Noise(const Diff& diff) {
  size_t count = 0;
  const FunctionChange* largest = nullptr;
  for (const FunctionChange& c : diff.functions) {
    if (!c.is_noise || c.flat_change() == 0) continue;
    if (count++ == 0) largest = &c;
  }
  if (count == 0) return "";
  return fmt::format("Within noise: {} function{}, the largest change {} in {}", count, count == 1 ? "" : "s",
                     model::FormatChange(largest->flat_change(), diff.unit), largest->name);
}

model::Lines Paths(const Diff& diff) {
  model::Lines paths;  // set apart from the table above
  for (const FunctionChange& c : diff.functions) {
    if (!IsShown(c) || c.path.size() < 2) continue;
    paths.lines.push_back(
        fmt::format("{} of it by way of {}", model::FormatChange(c.flat_change(), diff.unit), fmt::join(c.path, " -> ")));
    if (paths.lines.size() == 1) paths.lines.insert(paths.lines.begin(), "");
    if (paths.lines.size() > kStacksShown) break;
  }
  return paths;
}

model::Table Stacks(const Diff& diff) {
  model::Table table{.key = "stacks"};
  for (const char* key : {"stack", "before", "after", "status"}) table.columns.push_back({.key = key, .show = false});
  for (const StackChange& change : diff.stacks) {
    table.rows.push_back(
        {model::ValueList(change.frames.begin(), change.frames.end()), change.before, change.after, Name(change.status)});
  }
  return table;
}

model::Table Guesses(const Diff& diff) {
  model::Table table{
      .key = "guessed_matches",
      .title = diff.guesses.empty() ? "" : "Functions taken for the same under another name",
      .columns = {{.key = "before", .label = "before"}, {.key = "after", .label = "after"}, {.key = "why", .label = "why"}},
      .rows_shown = kRowsShown};
  for (const Diff::Guess& guess : diff.guesses) table.rows.push_back({guess.before, guess.after, guess.why});
  return table;
}

}  // namespace

model::Report DiffReport(const Diff& diff) {
  model::Report report{.title = "diff", .answer = Answer(diff), .found = diff.is_found};
  model::Fields totals = Totals(diff);
  const bool is_silent = report.answer.empty();
  if (is_silent) {
    for (model::Field& field : totals.rows) field.label.clear();
  }
  report.blocks.push_back(totals);
  report.blocks.push_back(AllRows(diff));
  report.blocks.push_back(Stacks(diff));
  const auto count = [](size_t n) { return model::Value(static_cast<int64_t>(n)); };
  report.blocks.push_back(model::Fields{{{.key = "stacks_changed", .value = count(diff.stacks_changed)}}});
  if (!is_silent) {
    report.blocks.push_back(ShownRows(diff));
    if (model::Lines paths = Paths(diff); !paths.lines.empty()) report.blocks.push_back(std::move(paths));
    if (const std::string noise = Noise(diff); !noise.empty()) report.blocks.push_back(model::Paragraph{noise});
    for (const std::string& note : diff.notes) report.blocks.push_back(model::Paragraph{"note: " + note});
  }
  report.blocks.push_back(Guesses(diff));
  return report;
}

namespace {

void AddMembers(const model::Fields& fields, model::ValueObject& object) {
  for (const model::Field& field : fields.rows) {
    if (!field.key.empty()) object.emplace_back(field.key, field.value);
  }
}

void AddMembers(const model::Table& table, model::ValueObject& object) {
  if (table.key.empty()) return;
  model::ValueList rows;
  for (const model::ValueList& row : table.rows) {
    model::ValueObject cells;
    for (size_t i = 0; i < row.size(); ++i) {
      if (!table.columns[i].key.empty()) cells.emplace_back(table.columns[i].key, row[i]);
    }
    rows.emplace_back(std::move(cells));
  }
  object.emplace_back(table.key, std::move(rows));
}

// What a diff of one type has in JSON, as one value.
model::Value AsValue(const model::Report& report) {
  model::ValueObject object = {{"answer", report.answer}, {"found", report.found}};
  for (const model::Block& block : report.blocks) {
    if (const auto* fields = std::get_if<model::Fields>(&block)) AddMembers(*fields, object);
    if (const auto* table = std::get_if<model::Table>(&block)) AddMembers(*table, object);
  }
  return object;
}

// The parts of a block that people see, without their names in JSON.
void AppendForPeople(model::Block block, std::vector<model::Block>& blocks) {
  if (auto* fields = std::get_if<model::Fields>(&block)) {
    std::erase_if(fields->rows, [](const model::Field& field) { return field.label.empty(); });
    for (model::Field& field : fields->rows) field.key.clear();
    if (fields->rows.empty()) return;
  }
  if (auto* table = std::get_if<model::Table>(&block)) {
    const bool is_hidden = std::ranges::none_of(table->columns, &model::TableColumn::show);
    if (is_hidden || (table->rows.empty() && table->empty_text.empty())) return;
    table->key.clear();
  }
  blocks.push_back(std::move(block));
}

}  // namespace

model::Report JoinedReport(const std::vector<model::Report>& reports, const std::vector<std::string>& types) {
  model::Report joined{.title = "diff"};
  model::ValueList values;
  std::vector<std::string> changed;
  bool is_silent = true;
  for (size_t i = 0; i < reports.size(); ++i) {
    const model::Report& report = reports[i];
    values.push_back(AsValue(report));
    joined.found |= report.found;
    joined.warnings.Absorb(report.warnings);
    is_silent &= report.answer.empty();
    if (report.found) changed.push_back(fmt::format("{}: {}", types[i], report.answer));
    joined.blocks.push_back(
        model::Lines{{fmt::format("== {} ==", types[i]), report.answer.empty() ? "no change" : report.answer}});
    for (const model::Block& block : report.blocks) AppendForPeople(block, joined.blocks);
  }
  if (is_silent) joined.blocks.clear();
  if (!is_silent) {
    joined.answer = changed.empty() ? fmt::format("nothing changed beyond noise in {} sample types", reports.size())
                                    : fmt::format("{}", fmt::join(changed, "; "));
  }
  joined.blocks.push_back(model::Data{"types", std::move(values)});
  return joined;
}

}  // namespace analysis
