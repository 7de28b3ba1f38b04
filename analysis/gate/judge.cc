#include "analysis/gate/judge.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <tuple>

#include "analysis/gate/default_checks.h"
#include "analysis/gate/trace_budgets.h"
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

// The total is one question, the functions are many, and budgets are asked for by name. Of what the functions may be wrong
// in, four fifths are left to flat, where slow code shows itself, and one to cum, where its callers show it again (p-values
// with weights: Genovese, Roeder and Wasserman, "False discovery control with p-value weighting", Biometrika 93, 2006).
constexpr double kFlatWeight = 0.8, kCumWeight = 0.2;

template <class Belongs>
void CorrectFamily(std::vector<Check>& checks, double weight, Belongs belongs) {
  std::vector<double> p_values;
  std::vector<Check*> family;
  for (Check& check : checks) {
    if (!belongs(check)) continue;
    p_values.push_back(check.numbers.p_value);
    family.push_back(&check);
  }
  const std::vector<double> adjusted = BenjaminiHochberg(p_values);
  for (size_t i = 0; i < family.size(); ++i)
    family[i]->p_adjusted = std::min(1.0, family[i]->numbers.dealt_p.value_or(adjusted[i]) / weight);
}

void Correct(std::vector<Check>& checks) {
  for (Check& check : checks) check.p_adjusted = check.numbers.p_value;
  const auto is_function = [](const Check& check) { return check.budget.empty() && check.name != "total"; };
  const auto is_cum = [](const Check& check) { return check.metric.ends_with(" cum"); };
  CorrectFamily(checks, kFlatWeight, [&](const Check& check) { return is_function(check) && !is_cum(check); });
  CorrectFamily(checks, kCumWeight, [&](const Check& check) { return is_function(check) && is_cum(check); });
  CorrectFamily(checks, 1, [](const Check& check) { return !check.budget.empty(); });
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

// Many runs can tell more by their ranks than few: from 8 a side on a burst in one or two of them is no longer enough.
double RankAlpha(Sides sides, const GateSettings& settings) {
  return sides.can_be_dealt() ? settings.rank_alpha / 5 : settings.rank_alpha;
}

// How often another deal of the runs makes some function look as bad.
std::string DealsLike(double p_value) {
  const auto deals = static_cast<int64_t>(std::llround(p_value * (kDeals + 1))) - 1;
  return fmt::format("in {} of {} other deals of these runs to two sides some function looks as bad", deals, kDeals);
}

void DecideOne(Check& check, Sides sides, const GateSettings& settings) {
  const Comparison& numbers = check.numbers;
  const bool is_large = check.limit ? ExceedsLimit(check) : IsLargeEnough(check, settings);
  if (!is_large) {
    check.outcome = Outcome::kFine;
    check.why = check.limit ? fmt::format("within its limit of {}", check.limit->text)
                : numbers.ratio < 1 || numbers.after <= numbers.before ? "did not grow"
                                                                       : "grew by less than is worth a word";
  } else if (numbers.dealt_p) {
    const bool is_clear = check.p_adjusted <= settings.alpha;
    check.outcome = is_clear ? Outcome::kBroken : Outcome::kNoise;
    check.why = fmt::format("{}: {}", is_clear ? "beyond noise" : "within noise", DealsLike(*numbers.dealt_p));
  } else if (check.p_adjusted > settings.alpha) {
    check.outcome = Outcome::kNoise;
    check.why = fmt::format("within noise: p = {:.2g}, {:.2g} after correction, wanted {:g}", numbers.p_value,
                            check.p_adjusted, settings.alpha);
  } else if (numbers.has_rank && numbers.rank_p > RankAlpha(sides, settings)) {
    check.outcome = Outcome::kNoise;
    check.why = fmt::format("not in most of the runs: rank test p = {:.2g}, wanted {:g}", numbers.rank_p,
                            RankAlpha(sides, settings));
  } else if (numbers.own_p > settings.own_alpha) {
    check.outcome = Outcome::kNoise;
    check.why = fmt::format("its runs differ as much among themselves: p = {:.2g} by its own spread, wanted {:g}",
                            numbers.own_p, settings.own_alpha);
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
    gate.reason = "nothing was compared: the rules name nothing that is in the input";
  } else if (!gate.value_type.empty() && std::min(gate.samples_before, gate.samples_after) < settings.min_samples) {
    gate.verdict = Verdict::kUnknown;
    gate.reason =
        fmt::format("need more samples: {:.0f} before and {:.0f} after, wanted {:.0f} a side; record longer or more often",
                    gate.samples_before, gate.samples_after, settings.min_samples);
  }
}

bool IsOfTrace(const Check& check, const GateRules& rules) {
  const auto budget = std::ranges::find(rules.budgets, check.budget, &Budget::name);
  return budget != rules.budgets.end() && IsAboutTraces(budget->subject);
}

// What the profiles say; nothing where there are none.
void CheckProfiles(Gate& gate, const RunTable& table, Sides sides, const GateRules& rules) {
  const GateSettings& settings = rules.settings;
  const size_t type = settings.value_type.empty() ? table.default_value_type() : table.FindValueType(settings.value_type);
  std::tie(gate.value_type, gate.unit) = table.value_types()[type];
  const Series total = TotalSeries(table, type);
  gate.samples_before = SamplesIn(total, 0, sides.before);
  gate.samples_after = SamplesIn(total, sides.before, sides.after);
  std::ranges::move(Oddities(table, sides, type), std::back_inserter(gate.notes));
  gate.typical = FindTypicalChange(SumFunctions(table, type), total, sides);
  gate.checks = DefaultChecks(table, sides, settings);
  std::vector<Check> budgets = BudgetChecks(table, sides, rules);
  std::erase_if(budgets, [&](const Check& check) {
    const bool is_absent = check.numbers.before == 0 && check.numbers.after == 0;
    if (is_absent) gate.notes.push_back(fmt::format("budget {}: nothing in the profiles is meant by it", check.budget));
    return is_absent;
  });
  std::ranges::move(budgets, std::back_inserter(gate.checks));
}

void ExplainProfiles(Gate& gate, const RunTable& table, Sides sides, const GateSettings& settings) {
  const size_t type = settings.value_type.empty() ? table.default_value_type() : table.FindValueType(settings.value_type);
  FoldCallers(gate.checks, table, sides, settings);
  ExplainTotal(gate.checks, table, sides, type);
  LocateBroken(gate.checks, table);
  const auto functions = std::ranges::count_if(gate.checks, [](const Check& check) { return check.budget.empty(); });
  const double alpha = settings.alpha / std::max(1.0, static_cast<double>(functions));
  gate.smallest_detectable = SmallestDetectableChange(0.05, gate.samples_before, gate.samples_after, 1, 2 * alpha, 0.9);
}

}  // namespace

Gate Judge(const RunTable& table, Sides sides, const GateRules& rules, const std::string& today) {
  return Judge(GateInput{.profiles = &table, .sides = sides}, rules, today);
}

Gate Judge(const GateInput& input, const GateRules& rules, const std::string& today) {
  const GateSettings& settings = rules.settings;
  Gate gate{.sides = input.sides, .trace_sides = input.trace_sides};
  if (input.profiles != nullptr) CheckProfiles(gate, *input.profiles, input.sides, rules);
  std::ranges::move(TraceChecks(input.traces, input.trace_sides, rules, gate.notes), std::back_inserter(gate.checks));
  Correct(gate.checks);
  for (Check& check : gate.checks) {
    const Sides sides = IsOfTrace(check, rules) ? input.trace_sides : input.sides;
    if (!check.is_decided) DecideOne(check, sides, settings);
  }
  for (Check& check : gate.checks) MarkImprovement(check, settings, gate.checks.size());
  if (input.profiles != nullptr) ExplainProfiles(gate, *input.profiles, input.sides, settings);
  ApplyExcuses(gate, rules, today);
  Sort(gate.checks);
  SetVerdict(gate, settings);
  return gate;
}

}  // namespace analysis
