#include "analysis/gate/judge.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/gate/default_checks.h"
#include "analysis/statistics/false_discovery.h"
#include "model/input_error.h"

namespace analysis {
namespace {

bool IsTime(std::string_view unit) { return unit.ends_with("seconds"); }

// What the total is worth in samples.
double SamplesIn(const Series& total, size_t first, size_t count) {
  double value = 0, variance = 0;
  for (size_t run = first; run < first + count; ++run) {
    value += total.value[run];
    variance += total.variance[run];
  }
  if (value <= 0) return 0;
  return variance > 0 ? std::min(value * value / variance, 1e6 * static_cast<double>(count))
                      : 1e6 * static_cast<double>(count);
}

// The total is one question, the functions are many.
void Correct(std::vector<Check>& checks) {
  std::vector<double> p_values;
  std::vector<Check*> corrected;
  for (Check& check : checks) {
    check.p_adjusted = check.numbers.p_value;
    if (check.name == "total" && check.budget.empty()) continue;
    p_values.push_back(check.numbers.p_value);
    corrected.push_back(&check);
  }
  const std::vector<double> adjusted = BenjaminiHochberg(p_values);
  for (size_t i = 0; i < corrected.size(); ++i) corrected[i]->p_adjusted = adjusted[i];
}

bool IsLargeEnough(const Check& check, const GateSettings& settings) {
  const Comparison& numbers = check.numbers;
  if (!numbers.is_share) {
    return numbers.ratio >= 1 + (IsTime(check.unit) ? settings.min_total_time_growth : settings.min_total_growth);
  }
  // Less work on the other side makes what is constant stand out; something must have been added, too.
  const bool did_grow = numbers.after >= numbers.before * (1 + settings.min_growth / 2);
  return numbers.added >= settings.min_share && did_grow && numbers.ratio >= 1 + settings.min_growth;
}

bool ExceedsLimit(const Check& check) {
  const Comparison& numbers = check.numbers;
  const Limit& limit = *check.limit;
  if (!check.is_growth_limit) return limit.is_relative ? numbers.share_after > limit.value : numbers.after > limit.value;
  return limit.is_relative ? numbers.ratio > 1 + limit.value : numbers.after - numbers.before > limit.value;
}

void DecideOne(Check& check, const GateSettings& settings) {
  const Comparison& numbers = check.numbers;
  const bool is_large = check.limit ? ExceedsLimit(check) : IsLargeEnough(check, settings);
  if (!is_large) {
    check.outcome = Outcome::kFine;
    check.why = check.limit ? fmt::format("within its limit of {}", check.limit->text)
                : numbers.ratio < 1 || numbers.after <= numbers.before ? "did not grow"
                                                                       : "grew by less than is worth a word";
  } else if (check.p_adjusted > settings.alpha) {
    check.outcome = Outcome::kNoise;
    check.why = fmt::format("within noise: p = {:.2g}, {:.2g} after correction, wanted {:g}", numbers.p_value,
                            check.p_adjusted, settings.alpha);
  } else if (numbers.has_rank && numbers.rank_p > settings.rank_alpha) {
    check.outcome = Outcome::kNoise;
    check.why =
        fmt::format("not in most of the runs: rank test p = {:.2g}, wanted {:g}", numbers.rank_p, settings.rank_alpha);
  } else {
    check.outcome = Outcome::kBroken;
    check.why = fmt::format("beyond noise: p = {:.2g}, {:.2g} after correction{}", numbers.p_value, check.p_adjusted,
                            numbers.has_rank ? fmt::format(", rank test {:.2g}", numbers.rank_p) : "");
  }
}

// The mirror image of a finding, held against the strictest correction: nobody is hurt by a missed improvement.
void MarkImprovement(Check& check, const GateSettings& settings, size_t tests) {
  const Comparison& numbers = check.numbers;
  if (check.outcome != Outcome::kFine || check.limit || numbers.p_shrink > settings.alpha / static_cast<double>(tests))
    return;
  const bool is_worthwhile = !numbers.is_share || -numbers.added >= settings.min_share;
  if (!is_worthwhile || numbers.after > numbers.before || numbers.ratio > 1 / (1 + settings.min_growth)) return;
  check.outcome = Outcome::kImproved;
  check.why = "shrank beyond noise";
}

void ApplyExcuses(Gate& gate, const GateRules& rules, const std::string& today) {
  for (const Excuse& excuse : rules.excuses) {
    const RE2 expression(excuse.pattern, RE2::Quiet);
    if (!expression.ok())
      throw model::UsageError(fmt::format("exception {}: match = {}: {}", excuse.name, excuse.pattern, expression.error()));
    const bool holds = today <= excuse.expires;
    bool is_used = false;
    for (Check& check : gate.checks) {
      if (check.outcome != Outcome::kBroken || !RE2::FullMatch(check.name, expression)) continue;
      is_used = true;
      if (!holds) continue;
      check.outcome = Outcome::kExcused;
      check.why += fmt::format("; excused until {}: {}", excuse.expires, excuse.reason);
    }
    if (!holds) {
      gate.notes.push_back(fmt::format("exception {} ran out on {}{}", excuse.name, excuse.expires,
                                       is_used ? "" : " and is no longer needed"));
    }
  }
}

// For a total or a group: where the function at the end of its path is.
void LocateBroken(std::vector<Check>& checks, const RunTable& table) {
  for (Check& check : checks) {
    if (check.outcome != Outcome::kBroken) continue;
    const RunTable::Source source = table.source(check.path.empty() ? check.name : check.path.back());
    check.file = table.strings()[source.file];
    check.line = source.line;
  }
}

int Rank(Outcome outcome) {
  switch (outcome) {
    case Outcome::kBroken:
      return 0;
    case Outcome::kExcused:
      return 1;
    case Outcome::kUnknown:
      return 2;
    case Outcome::kNoise:
      return 3;
    case Outcome::kImproved:
      return 4;
    case Outcome::kExplained:
      return 5;
    case Outcome::kFine:
      return 6;
  }
  return 7;
}

void Sort(std::vector<Check>& checks) {
  std::ranges::stable_sort(checks, {}, [](const Check& check) {
    return std::tuple(Rank(check.outcome), -std::abs(check.numbers.after - check.numbers.before), check.name, check.metric);
  });
}

void SetVerdict(Gate& gate, const GateSettings& settings) {
  const auto is_failing = [](const Check& check) {
    return check.outcome == Outcome::kBroken && check.grade == Grade::kFail;
  };
  if (std::ranges::any_of(gate.checks, is_failing)) {
    gate.verdict = Verdict::kFail;
  } else if (gate.checks.empty()) {
    gate.verdict = Verdict::kUnknown;
    gate.reason = "nothing was compared: the rules name nothing that is in the profiles";
  } else if (std::min(gate.samples_before, gate.samples_after) < settings.min_samples) {
    gate.verdict = Verdict::kUnknown;
    gate.reason =
        fmt::format("need more samples: {:.0f} before and {:.0f} after, wanted {:.0f} a side; record longer or more often",
                    gate.samples_before, gate.samples_after, settings.min_samples);
  }
}

}  // namespace

Gate Judge(const RunTable& table, Sides sides, const GateRules& rules, const std::string& today) {
  const GateSettings& settings = rules.settings;
  const size_t type = settings.value_type.empty() ? table.default_value_type() : table.FindValueType(settings.value_type);
  Gate gate{.sides = sides, .value_type = table.value_types()[type].first, .unit = table.value_types()[type].second};
  const Series total = TotalSeries(table, type);
  gate.samples_before = SamplesIn(total, 0, sides.before);
  gate.samples_after = SamplesIn(total, sides.before, sides.after);
  gate.notes = Oddities(table, sides, type);
  gate.typical = FindTypicalChange(SumFunctions(table, type), total, sides);

  gate.checks = DefaultChecks(table, sides, settings);
  std::vector<Check> budgets = BudgetChecks(table, sides, rules);
  std::erase_if(budgets, [&](const Check& check) {
    const bool is_absent = check.numbers.before == 0 && check.numbers.after == 0;
    if (is_absent) gate.notes.push_back(fmt::format("budget {}: nothing in the profiles is meant by it", check.budget));
    return is_absent;
  });
  std::ranges::move(budgets, std::back_inserter(gate.checks));

  Correct(gate.checks);
  for (Check& check : gate.checks) DecideOne(check, settings);
  for (Check& check : gate.checks) MarkImprovement(check, settings, gate.checks.size());
  FoldCallers(gate.checks, table, sides, settings);
  ExplainTotal(gate.checks, table, sides, type);
  LocateBroken(gate.checks, table);
  ApplyExcuses(gate, rules, today);
  Sort(gate.checks);
  const double alpha = settings.alpha / static_cast<double>(std::max<size_t>(1, gate.checks.size()));
  gate.smallest_detectable = SmallestDetectableChange(0.05, gate.samples_before, gate.samples_after, 1, 2 * alpha, 0.9);
  SetVerdict(gate, settings);
  return gate;
}

}  // namespace analysis
