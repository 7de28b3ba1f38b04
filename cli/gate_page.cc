#include "cli/gate_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/frame_profile.h"
#include "analysis/gate/run_profile.h"
#include "analysis/store/history.h"
#include "cli/history_trend.h"
#include "proto/gzip.h"
#include "render/html_data.h"
#include "render/html_page.h"
#include "render/html_report.h"
#include "render/trend_plot.h"

namespace cli {
namespace {

std::string Stacks(const analysis::RunTable& table, analysis::Sides sides) {
  analysis::FrameProfileBuilder builder({.granularity = model::Granularity::kFunctions}, table.default_value_type());
  builder.AddSide("before");
  for (size_t run = 0; run < table.runs().size(); ++run) {
    if (run == sides.before) builder.AddSide("after");
    builder.Add(analysis::ProfileOf(table, run));
  }
  return render::Base64(proto::Gzip(render::PageBytes(builder.Take(), render::Palette("go"))));
}

// Functions that were blamed, each once.
std::vector<std::string> BlamedFunctions(const analysis::Gate& gate) {
  std::vector<std::string> names;
  for (const analysis::Check& check : gate.checks) {
    const bool is_blamed = check.outcome == analysis::Outcome::kBroken && check.budget.empty() && check.name != "total";
    if (is_blamed && std::ranges::find(names, check.name) == names.end()) names.push_back(check.name);
  }
  return names;
}

// The history of the total and of what was blamed, with the runs of now at its end.
std::string Trends(const CommandLine& line, const analysis::Gate& gate, const analysis::RunTable& table) {
  const analysis::History history(line.Text("store"), analysis::OpenFor::kReading);
  std::vector<std::string> names = BlamedFunctions(gate);
  names.insert(names.begin(), "");
  std::string plots;
  for (const std::string& name : names) {
    Trend trend{.name = name, .unit = name.empty() ? table.value_types()[table.default_value_type()].second : "ratio"};
    const analysis::TrendQuery query{.function = name,
                                     .value_type = table.value_types()[table.default_value_type()].first,
                                     .branch = line.Text("branch")};
    for (const analysis::TrendPoint& point : history.Trend(query)) {
      trend.runs.push_back(point.run);
      trend.values.push_back(name.empty() ? point.value : point.share);
    }
    trend.changes = FindTrendChanges(name, trend.values, trend.runs, {});
    plots += render::TrendPlot(PlotOf(trend));
  }
  return plots;
}

}  // namespace

std::string GatePage(const CommandLine& line, const analysis::Gate& gate, const model::Report& report,
                     const GateFiles& files) {
  render::PageContent page{.title = report.title, .subtitle = report.answer};
  page.sections.push_back({"gate", "Gate", render::HtmlReport(report)});
  if (line.values().count("store") != 0) page.sections.push_back({"trend", "Trend", Trends(line, gate, files.table)});
  if (files.input.profiles != nullptr) page.stacks = Stacks(files.table, files.input.sides);
  for (const analysis::Run& run : files.table.runs()) page.made.push_back(run.name);
  for (const analysis::BudgetedTrace& run : files.input.traces) page.made.push_back(run.name);
  page.made.push_back("Made by goprof gate");
  return render::HtmlPage(page);
}

}  // namespace cli
