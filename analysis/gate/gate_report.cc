#include "analysis/gate/gate_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "model/units.h"

namespace analysis {
namespace {

int64_t Rounded(double value) { return std::llround(value); }
std::string Percent(double share) { return fmt::format("{:.1f} %", share * 100); }
std::string Amount(double value, const std::string& unit) {
  return unit == "ratio" ? Percent(value) : model::FormatValue(Rounded(value), unit);
}
// Shares stay what they are, everything else is a whole number of its unit.
model::Value Exact(double value, const std::string& unit) {
  if (unit == "ratio") return value;
  return Rounded(value);
}

// "0.34s -> 0.81s a run, 17.2 % -> 38.1 % of all"
std::string Change(const Check& check) {
  const Comparison& numbers = check.numbers;
  if (check.is_decided || !(numbers.before > 0 || numbers.is_share)) return Amount(numbers.after, check.unit);
  std::string text = fmt::format("{} -> {} a run", Amount(numbers.before, check.unit), Amount(numbers.after, check.unit));
  if (numbers.is_share)
    text += fmt::format(", {} -> {} of all", Percent(numbers.share_before), Percent(numbers.share_after));
  return text;
}

std::string Certainty(const Gate& gate, const Check& check) {
  const Comparison& numbers = check.numbers;
  if (!(numbers.before > 0) || check.is_decided) return check.why;
  return fmt::format("{:.2f} times what it was{}, 95 % interval {:.2f} to {:.2f}; {}", numbers.ratio,
                     numbers.is_share && !IsState(gate.value_type) ? ", beside the rest of the program" : "",
                     numbers.ratio_low, numbers.ratio_high, check.why);
}

std::string PathText(const std::vector<std::string>& path) {
  constexpr size_t kShown = 8;  // the nearest callers say most
  const size_t first = path.size() > kShown ? path.size() - kShown : 0;
  std::string text = first > 0 ? ".. > " : "";
  for (size_t i = first; i < path.size(); ++i) text += (i > first ? " > " : "") + path[i];
  return text;
}

model::Value RankP(const Comparison& numbers) {
  if (!numbers.has_rank) return nullptr;
  return numbers.rank_p;
}
model::Value BudgetName(const Check& check) {
  if (check.budget.empty()) return nullptr;
  return check.budget;
}

model::ValueObject Numbers(const Check& check) {
  const Comparison& numbers = check.numbers;
  return {{"name", check.name},
          {"metric", check.metric},
          {"unit", check.unit},
          {"before", Exact(numbers.before, check.unit)},
          {"after", Exact(numbers.after, check.unit)},
          {"change", check.unit == "ratio" ? model::Value(numbers.after - numbers.before)
                                           : model::Value(Rounded(numbers.after) - Rounded(numbers.before))},
          {"share_before", numbers.share_before},
          {"share_after", numbers.share_after},
          {"ratio", numbers.ratio},
          {"ratio_low", numbers.ratio_low},
          {"ratio_high", numbers.ratio_high},
          {"p_value", numbers.p_value},
          {"p_adjusted", check.p_adjusted},
          {"rank_p", RankP(numbers)},
          {"dispersion", numbers.dispersion},
          {"smallest_detectable", numbers.smallest_detectable},
          {"severity", check.grade == Grade::kFail ? "fail" : "warn"},
          {"outcome", Name(check.outcome)},
          {"budget", BudgetName(check)},
          {"why", check.why}};
}

model::Value AsData(const Check& check) {
  model::ValueObject object = Numbers(check);
  model::ValueList path;
  for (const std::string& function : check.path) path.emplace_back(function);
  object.emplace_back("path", std::move(path));
  if (!check.file.empty()) {
    object.emplace_back("file", check.file);
    object.emplace_back("line", check.line);
  }
  return object;
}

model::Findings FindingsOf(const Gate& gate) {
  model::Findings findings{.key = "findings"};
  for (const Check& check : gate.checks) {
    if (check.outcome != Outcome::kBroken) continue;
    model::Finding finding{.severity = check.grade == Grade::kFail ? model::Severity::kError : model::Severity::kWarning,
                           .title = fmt::format("{} {}: {}", check.name, check.metric, Change(check)),
                           .data = AsData(check)};
    if (check.limit)
      finding.evidence.push_back(
          fmt::format("the budget allows {}{}", check.limit->text, check.is_growth_limit ? " more" : ""));
    finding.evidence.push_back(Certainty(gate, check));
    if (check.path.size() > 1)
      finding.evidence.push_back((check.numbers.is_share ? "grew by way of " : "most of it by way of ") +
                                 PathText(check.path));
    findings.rows.push_back(std::move(finding));
  }
  return findings;
}

model::Table ChecksOf(const Gate& gate, Explain explain) {
  model::Table table{.key = "checks", .title = explain == Explain::kYes ? "Everything that was checked" : ""};
  const bool show = explain == Explain::kYes;
  table.columns = {{.key = "outcome", .label = "outcome", .show = show},
                   {.key = "change", .label = "before and after", .show = show},
                   {.key = "before", .show = false},
                   {.key = "after", .show = false},
                   {.key = "share_before", .label = "share", .unit = "ratio", .show = show},
                   {.key = "share_after", .label = "after", .unit = "ratio", .show = show},
                   {.key = "ratio", .label = "times", .show = show},
                   {.key = "p_value", .show = false},
                   {.key = "p_adjusted", .show = false},
                   {.key = "severity", .show = false},
                   {.key = "unit", .show = false},
                   {.key = "metric", .label = "metric", .show = show},
                   {.key = "name", .label = "name", .show = show},
                   {.key = "why", .label = "why", .show = show}};
  for (const Check& check : gate.checks) {
    const Comparison& numbers = check.numbers;
    table.rows.push_back({Name(check.outcome),
                          fmt::format("{} -> {}", Amount(numbers.before, check.unit), Amount(numbers.after, check.unit)),
                          Exact(numbers.before, check.unit), Exact(numbers.after, check.unit), numbers.share_before,
                          numbers.share_after, numbers.ratio, numbers.p_value, check.p_adjusted,
                          check.grade == Grade::kFail ? "fail" : "warn", check.unit, check.metric, check.name, check.why});
  }
  return table;
}

size_t CountOf(const Gate& gate, Outcome outcome) {
  return static_cast<size_t>(std::ranges::count(gate.checks, outcome, &Check::outcome));
}

// "5 runs before, 5 after", "5 runs before, 5 after; 1 trace after"
std::string SidesText(const Gate& gate) {
  const auto side_text = [](Sides sides, const char* what) {
    if (sides.before == 0) return fmt::format("{} {}{} after", sides.after, what, sides.after == 1 ? "" : "s");
    return fmt::format("{} {}{} before, {} after", sides.before, what, sides.before == 1 ? "" : "s", sides.after);
  };
  std::string text = gate.sides.after > 0 ? side_text(gate.sides, "run") : "";
  if (gate.trace_sides.after > 0) text += (text.empty() ? "" : "; ") + side_text(gate.trace_sides, "trace");
  return text;
}

std::string Answer(const Gate& gate) {
  const std::string runs = SidesText(gate);
  if (gate.verdict == Verdict::kUnknown) return fmt::format("unknown: {} ({})", gate.reason, runs);
  const size_t broken = CountOf(gate, Outcome::kBroken);
  if (broken == 0)
    return fmt::format("pass: {} checks, nothing grew beyond noise by a worthwhile amount ({})", gate.checks.size(), runs);
  const Check& first = gate.checks.front();
  return fmt::format("{}: {} {}, {}{} ({})", Name(gate.verdict), first.name, first.metric, Change(first),
                     broken > 1 ? fmt::format(", and {} more", broken - 1) : "", runs);
}

void AddOutcome(model::Report& report, const Gate& gate, Outcome outcome, const char* title) {
  std::vector<std::string> lines;
  for (const Check& check : gate.checks) {
    if (check.outcome == outcome)
      lines.push_back(fmt::format("  {} {}: {}{}", check.name, check.metric, Change(check),
                                  outcome == Outcome::kExcused ? "; " + check.why : ""));
  }
  if (lines.empty()) return;
  report.blocks.push_back(model::Paragraph{title});
  report.blocks.push_back(model::Lines{lines});
}

std::string Reach(const Gate& gate) {
  return fmt::format(
      "{:.0f} samples before, {:.0f} after: a function with 5 % of the total is found in 9 of 10 cases if it grows by "
      "{:.1f} points.",
      gate.samples_before, gate.samples_after, gate.smallest_detectable * 100);
}

}  // namespace

const char* Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "pass";
    case Verdict::kFail:
      return "fail";
    case Verdict::kUnknown:
      return "unknown";
  }
  return "";
}

const char* Name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kFine:
      return "fine";
    case Outcome::kNoise:
      return "noise";
    case Outcome::kBroken:
      return "broken";
    case Outcome::kExplained:
      return "explained";
    case Outcome::kExcused:
      return "excused";
    case Outcome::kImproved:
      return "improved";
    case Outcome::kUnknown:
      return "unknown";
  }
  return "";
}

model::Report GateReport(const Gate& gate, Explain explain) {
  model::Report report{.title = "Performance gate", .answer = Answer(gate), .found = gate.verdict == Verdict::kFail};
  report.blocks.push_back(
      model::Fields{{{.key = "verdict", .value = Name(gate.verdict)},
                     {.key = "reason", .value = gate.reason},
                     {.key = "sample_type", .value = gate.value_type.empty() ? "" : gate.value_type + "/" + gate.unit},
                     {.key = "runs_before", .value = static_cast<uint64_t>(gate.sides.before)},
                     {.key = "runs_after", .value = static_cast<uint64_t>(gate.sides.after)},
                     {.key = "traces_before", .value = static_cast<uint64_t>(gate.trace_sides.before)},
                     {.key = "traces_after", .value = static_cast<uint64_t>(gate.trace_sides.after)},
                     {.key = "samples_before", .value = Rounded(gate.samples_before)},
                     {.key = "samples_after", .value = Rounded(gate.samples_after)},
                     {.key = "smallest_detectable", .value = gate.smallest_detectable}}});
  report.blocks.push_back(FindingsOf(gate));
  AddOutcome(report, gate, Outcome::kExcused, "Excused:");
  AddOutcome(report, gate, Outcome::kImproved, "Improved beyond noise:");
  report.blocks.push_back(ChecksOf(gate, explain));
  if (!gate.value_type.empty()) report.blocks.push_back(model::Paragraph{Reach(gate)});
  model::ValueList notes;
  model::Lines lines;
  for (const std::string& note : gate.notes) {
    lines.lines.push_back("note: " + note);
    notes.emplace_back(note);
  }
  report.blocks.push_back(std::move(lines));
  report.blocks.push_back(model::Data{"notes", std::move(notes)});
  return report;
}

}  // namespace analysis
