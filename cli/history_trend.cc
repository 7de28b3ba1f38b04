#include "cli/history_trend.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>
#include <ctime>

#include "analysis/gate/comparison.h"
#include "cli/command_line.h"
#include "cli/output_file.h"
#include "model/input_error.h"
#include "model/units.h"
#include "render/html_page.h"
#include "render/html_report.h"

namespace cli {
namespace {

constexpr const char* kExplanation =
    "Shows how the total, or one function, went from run to run, and between which commits its level changed (E-divisive\n"
    "means, as Apache Otava). With --every, the changes of the total and of every function that ever had 1 % of it.";

void AddOptions(po::options_description& options) {
  const auto text = [](const char* fallback, const char* name) {
    return po::value<std::string>()->default_value(fallback)->value_name(name);
  };
  options.add_options()("store", text("goprof-history.db", "FILE|URL"), "the history: a file, or postgresql://..")(
      "branch", text("", "NAME"), "only this branch")("function", text("", "NAME"), "function (default: the total)")(
      "every", po::bool_switch(), "look for changes of every function")(
      "type", text("", "NAME"), "sample type (default: the last one)")("cum", po::bool_switch(), "cum instead of flat")(
      "by", text("", "value|share"),
      "what to look for changes in (default: share of the total for functions, the value for the total and for what is in "
      "use)")("p", po::value<double>()->default_value(0.001, "0.001")->value_name("P"),
              "chance of a change where there is none")("window", po::value<size_t>()->default_value(50)->value_name("N"),
                                                        "runs that are looked at together")(
      "min-change", po::value<double>()->default_value(0)->value_name("PERCENT"), "smallest change of level that counts")(
      "html", po::value<std::string>()->value_name("FILE"), "write it as a page with plots, too");
}

analysis::ChangePointSettings SettingsOf(const CommandLine& line) {
  const analysis::ChangePointSettings settings{.window = line.values()["window"].as<size_t>(),
                                               .max_p_value = line.values()["p"].as<double>(),
                                               .min_change = line.values()["min-change"].as<double>() / 100};
  if (!(settings.max_p_value > 0 && settings.max_p_value < 1))
    throw model::UsageError("--p: wanted a probability above 0 and below 1");
  if (settings.window < 4) throw model::UsageError("--window: wanted 4 or more");
  return settings;
}

std::pair<std::string, std::string> TypeOf(const analysis::StoredRun& run, const std::string& wanted) {
  for (const auto& [type, total] : run.totals) {
    if (wanted == type.first || wanted == type.first + "/" + type.second) return type;
  }
  return run.totals.back().first;
}

bool AsShare(const CommandLine& line, bool is_total, const std::string& type) {
  const std::string by = line.Text("by");
  if (!by.empty() && by != "value" && by != "share")
    throw model::UsageError(fmt::format("--by {}: wanted value or share", by));
  return by.empty() ? !is_total && !analysis::IsState(type) : by == "share";
}

std::string Level(double value, const std::string& unit) {
  return unit == "ratio" ? fmt::format("{:.2f} %", value * 100) : model::FormatValue(std::llround(value), unit);
}

std::string ChangeText(const analysis::TrendChange& change, const std::string& unit) {
  const std::string text =
      fmt::format("{}, {} -> {}", CommitRange(change), Level(change.before, unit), Level(change.after, unit));
  if (!(change.before > 0)) return text;
  return fmt::format("{} ({:+.1f} %)", text, (change.after / change.before - 1) * 100);
}

model::ValueObject AsData(const analysis::TrendChange& change, const std::vector<analysis::StoredRun>& runs,
                          const std::string& unit) {
  return {{"name", change.name.empty() ? "total" : change.name},
          {"run", runs[change.index].id},
          {"after_commit", change.last_good},
          {"commit", change.first_new},
          {"before", change.before},
          {"after", change.after},
          {"unit", unit},
          {"p_value", change.p_value}};
}

model::Findings ChangesBlock(const std::vector<analysis::TrendChange>& changes, const std::vector<analysis::StoredRun>& runs,
                             const std::function<std::string(const analysis::TrendChange&)>& unit_of) {
  model::Findings block{.key = "changes", .empty_text = "No change of level."};
  for (const analysis::TrendChange& change : changes) {
    const std::string unit = unit_of(change);
    block.rows.push_back(
        {.severity = change.after > change.before ? model::Severity::kWarning : model::Severity::kNote,
         .title = fmt::format("{} changed {}", change.name.empty() ? "total" : change.name, ChangeText(change, unit)),
         .evidence = {fmt::format("from run {} on, {}; p = {:.2g}", runs[change.index].id,
                                  When(runs[change.index].time_nanos), change.p_value)},
         .data = AsData(change, runs, unit)});
  }
  return block;
}

model::Table PointsTable(const std::vector<analysis::TrendPoint>& points, const std::string& unit) {
  model::Table table{.key = "points"};
  table.columns = {{.key = "run", .label = "run"},
                   {.key = "time", .label = "recorded (UTC)"},
                   {.key = "commit", .label = "commit"},
                   {.key = "value", .label = "value", .unit = unit},
                   {.key = "share", .label = "share", .unit = "ratio"}};
  for (const analysis::TrendPoint& point : points) {
    table.rows.push_back({point.run.id, When(point.run.time_nanos), point.run.tags.commit,
                          static_cast<int64_t>(std::llround(point.value)), point.share});
  }
  return table;
}

void WritePage(const CommandLine& line, const model::Report& report, const std::vector<Trend>& trends) {
  if (line.values().count("html") == 0) return;
  std::string plots;
  for (const Trend& trend : trends) plots += render::TrendPlot(PlotOf(trend));
  WriteOutput(
      line.Text("html"),
      render::HtmlPage({.title = report.title,
                        .subtitle = report.answer,
                        .sections = {{"trend", "Trend", plots}, {"text", "As text", render::HtmlReport(report)}},
                        .made = {fmt::format("Made by goprof history trend from {} runs", trends.front().runs.size())}}));
}

int OneTrend(const CommandLine& line, const analysis::History& history, const analysis::TrendQuery& query) {
  const auto points = history.Trend(query);
  if (points.empty()) throw model::UsageError(fmt::format("{}: no runs to show a trend of", line.Text("store")));
  const auto [type, unit] = TypeOf(points.front().run, query.value_type);
  const bool as_share = AsShare(line, query.function.empty(), type);
  Trend trend{.name = query.function, .unit = as_share ? "ratio" : unit};
  for (const analysis::TrendPoint& point : points) {
    trend.runs.push_back(point.run);
    trend.values.push_back(as_share ? point.share : point.value);
  }
  trend.changes = FindTrendChanges(trend.name, trend.values, trend.runs, SettingsOf(line));
  model::Report report{.title = "Trend",
                       .answer = fmt::format("{}, {} runs: {} -> {}", query.function.empty() ? "total" : query.function,
                                             points.size(), model::FormatValue(std::llround(points.front().value), unit),
                                             model::FormatValue(std::llround(points.back().value), unit))};
  if (!trend.changes.empty()) report.answer += fmt::format("; changed {}", ChangeText(trend.changes.back(), trend.unit));
  report.blocks.push_back(ChangesBlock(trend.changes, trend.runs, [&](const auto&) { return trend.unit; }));
  report.blocks.push_back(PointsTable(points, unit));
  WritePage(line, report, {trend});
  return line.Emit(report);
}

// The plots of a page: the total, then each function that changed.
std::vector<Trend> Plotted(const analysis::FunctionTrends& trends, const std::vector<analysis::TrendChange>& changes,
                           const std::string& unit, bool as_share) {
  constexpr size_t kPlots = 100;
  std::vector<Trend> plotted = {{.unit = unit, .runs = trends.runs, .values = trends.total}};
  for (const analysis::TrendChange& change : changes) {
    auto at = std::ranges::find(plotted, change.name, &Trend::name);
    if (at == plotted.end()) {
      if (plotted.size() == kPlots) continue;
      Trend trend{.name = change.name,
                  .unit = as_share ? "ratio" : unit,
                  .runs = trends.runs,
                  .values = trends.functions.at(change.name)};
      for (size_t i = 0; as_share && i < trend.values.size(); ++i) trend.values[i] /= std::max(1.0, trends.total[i]);
      at = plotted.insert(plotted.end(), std::move(trend));
    }
    at->changes.push_back(change);
  }
  return plotted;
}

int EveryTrend(const CommandLine& line, const analysis::History& history, const analysis::TrendQuery& query) {
  constexpr double kLeastShare = 0.01;
  const analysis::FunctionTrends trends = history.Trends(query, kLeastShare);
  if (trends.runs.empty()) throw model::UsageError(fmt::format("{}: no runs to show a trend of", line.Text("store")));
  const auto [type, unit] = TypeOf(trends.runs.front(), query.value_type);
  const bool as_share = AsShare(line, false, type);
  const auto changes = FindAllTrendChanges(trends, as_share, SettingsOf(line));
  model::Report report{.title = "Trends",
                       .answer = fmt::format("{} changes of level in {} runs, of the total and {} functions", changes.size(),
                                             trends.runs.size(), trends.functions.size())};
  const std::string value_unit = unit;
  report.blocks.push_back(ChangesBlock(changes, trends.runs, [&](const analysis::TrendChange& change) {
    return change.name.empty() || !as_share ? value_unit : std::string("ratio");
  }));
  WritePage(line, report, Plotted(trends, changes, unit, as_share));
  return line.Emit(report);
}

}  // namespace

std::string When(int64_t nanos) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(nanos / 1'000'000'000)));
}

render::TrendLine PlotOf(const Trend& trend) {
  render::TrendLine plot{.name = trend.name.empty() ? "total" : trend.name, .unit = trend.unit};
  for (size_t i = 0; i < trend.runs.size(); ++i) {
    const analysis::StoredRun& run = trend.runs[i];
    plot.points.push_back({.value = trend.values[i],
                           .label = run.tags.commit.empty() ? fmt::format("run {}", run.id) : run.tags.commit,
                           .is_odd = run.tags.outcome == "bad"});
  }
  for (const analysis::TrendChange& change : trend.changes) {
    plot.steps.push_back(
        {.index = change.index, .before = change.before, .after = change.after, .label = ChangeText(change, trend.unit)});
  }
  return plot;
}

int RunHistoryTrend(Arguments arguments) {
  CommandLine line("goprof", "history trend [--function NAME | --every]", kExplanation);
  AddOptions(line.options());
  if (!line.Parse(arguments)) return kClean;
  line.Inputs(0, 0);
  if (line.Flag("every") && !line.Text("function").empty())
    throw model::UsageError("--every and --function: give one of them");
  const analysis::History history(line.Text("store"), analysis::OpenFor::kReading);
  const analysis::TrendQuery query{.function = line.Text("function"),
                                   .value_type = line.Text("type"),
                                   .branch = line.Text("branch"),
                                   .measure = line.Flag("cum") ? analysis::Measure::kCum : analysis::Measure::kFlat};
  return line.Flag("every") ? EveryTrend(line, history, query) : OneTrend(line, history, query);
}

}  // namespace cli
