#include "analysis/gate/default_checks.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "analysis/gate/growth_path.h"

namespace analysis {
namespace {

constexpr double kExplainedShare = 0.7;

double Sum(const Series& series) { return std::accumulate(series.value.begin(), series.value.end(), 0.0); }

struct Candidate {
  const FunctionSeries* function;
  Measure measure;
  const Series& series() const { return measure == Measure::kFlat ? function->flat : function->cum; }
};

// Neither what is too small to be worth a word even if it doubled, nor what is so large that it can't grow enough as a
// share.
std::vector<Candidate> Candidates(const std::vector<FunctionSeries>& functions, Measure measure, double least, double most) {
  std::vector<Candidate> found;
  for (const FunctionSeries& function : functions) {
    const double flat = Sum(function.flat), cum = Sum(function.cum);
    if (measure == Measure::kCum && std::abs(cum - flat) <= 0.01 * std::abs(cum)) continue;  // the same numbers again
    const double sum = measure == Measure::kFlat ? flat : cum;
    if (sum >= least && sum <= most) found.push_back({&function, measure});
  }
  return found;
}

Dispersion PriorOf(const std::vector<Candidate>& candidates, const Series& exposure, Sides sides) {
  std::vector<double> estimates;
  double degrees = 0;
  for (const Candidate& candidate : candidates) {
    const std::vector<RunCount> counts = EffectiveCounts(candidate.series(), exposure);
    const Dispersion own =
        EstimateDispersion(std::span(counts).first(sides.before), std::span(counts).subspan(sides.before));
    estimates.push_back(own.value);
    degrees = own.degrees;
  }
  return FitPrior(estimates, degrees);
}

// What the others gain is nobody's fault: where the typical function's share changed, each one must have grown beside that,
// too.
std::vector<double> DealRuns(const std::vector<Candidate>& candidates, const Background& background, Sides sides) {
  std::vector<std::vector<RunCount>> family;
  for (const Candidate& candidate : candidates) family.push_back(EffectiveCounts(candidate.series(), background.exposure));
  std::vector<double> p_values = DealtAnew(family, sides.before);
  if (background.typical.of_total == 1) return p_values;
  for (std::vector<RunCount>& runs : family) {
    for (size_t run = sides.before; run < runs.size(); ++run) runs[run].total *= background.typical.of_total;
  }
  const std::vector<double> beside_typical = DealtAnew(family, sides.before);
  for (size_t i = 0; i < p_values.size(); ++i) p_values[i] = std::max(p_values[i], beside_typical[i]);
  return p_values;
}

}  // namespace

std::vector<Check> DefaultChecks(const RunTable& table, Sides sides, const GateSettings& settings) {
  const size_t type = settings.value_type.empty() ? table.default_value_type() : table.FindValueType(settings.value_type);
  const auto& [name, unit] = table.value_types()[type];
  const Series total = TotalSeries(table, type);
  std::vector<Check> checks;
  if (settings.check_total) {
    checks.push_back(
        {.name = "total", .metric = name, .unit = unit, .numbers = CompareAsValue(total, total, sides, settings)});
  }
  if (!settings.check_functions) return checks;
  const std::vector<FunctionSeries> functions = SumFunctions(table, type);
  Background background = BackgroundOf(functions, total, name, sides, settings);
  for (const Measure measure : {Measure::kFlat, Measure::kCum}) {
    const double most = IsState(name) ? Sum(total) : Sum(total) / (1 + settings.min_growth);
    const std::vector<Candidate> candidates = Candidates(functions, measure, Sum(total) * settings.min_share / 2, most);
    background.prior = PriorOf(candidates, background.exposure, sides);
    const auto dealt = sides.can_be_dealt() ? DealRuns(candidates, background, sides) : std::vector<double>();
    for (size_t i = 0; i < candidates.size(); ++i) {
      const Candidate& candidate = candidates[i];
      checks.push_back({.name = std::string(table.strings()[candidate.function->function]),
                        .metric = name + (measure == Measure::kFlat ? " flat" : " cum"),
                        .unit = unit,
                        .numbers = CompareAsShare(candidate.series(), background, sides)});
      if (!dealt.empty()) checks.back().numbers.dealt_p = dealt[i];
    }
  }
  return checks;
}

void FoldCallers(std::vector<Check>& checks, const RunTable& table, Sides sides, const GateSettings& settings) {
  const size_t type = settings.value_type.empty() ? table.default_value_type() : table.FindValueType(settings.value_type);
  const std::vector<double> growth = GrowthOfStacks(table, type, sides);
  std::map<std::string_view, model::StringId> ids;
  for (uint32_t id = 0; id < table.strings().size(); ++id)
    ids.emplace(table.strings()[model::StringId(id)], model::StringId(id));
  std::vector<bool> is_broken(table.strings().size());
  std::map<std::string, double> broken_flat;
  std::vector<Check*> callers;
  for (Check& check : checks) {
    if (check.outcome != Outcome::kBroken || !check.budget.empty() || !ids.contains(check.name) || !check.numbers.is_share)
      continue;
    const model::StringId id = ids.at(check.name);
    is_broken[id.index()] = true;
    check.path = GrowthPath(table, growth, id);
    if (check.metric.ends_with(" cum")) callers.push_back(&check);
    if (check.metric.ends_with(" flat")) broken_flat[check.name] = check.numbers.after - check.numbers.before;
  }
  std::ranges::sort(callers, {},
                    [](const Check* check) { return std::pair(check->numbers.before - check->numbers.after, check->name); });
  for (Check* check : callers) {
    const model::StringId id = ids.at(check->name);
    const auto flat = broken_flat.find(check->name);
    const double own = flat == broken_flat.end() ? 0 : flat->second;
    const double explained = own + GrowthThrough(table, growth, id, is_broken);
    if (explained < kExplainedShare * (check->numbers.after - check->numbers.before)) continue;
    check->outcome = Outcome::kExplained;
    check->why = "its growth is that of functions below it";
    if (own == 0) is_broken[id.index()] = false;
  }
}

void ExplainTotal(std::vector<Check>& checks, const RunTable& table, Sides sides, size_t value_type) {
  const auto total = std::ranges::find_if(checks, [](const Check& check) {
    return check.name == "total" && check.budget.empty() && check.outcome == Outcome::kBroken;
  });
  if (total == checks.end()) return;
  const auto growth_of = [&](const FunctionSeries& function) {
    double growth = 0;
    for (size_t run = 0; run < function.flat.value.size(); ++run) {
      growth += run < sides.before ? -function.flat.value[run] / static_cast<double>(sides.before)
                                   : function.flat.value[run] / static_cast<double>(sides.after);
    }
    return growth;
  };
  const std::vector<FunctionSeries> functions = SumFunctions(table, value_type);
  const auto most = std::ranges::max_element(functions, {}, growth_of);
  if (most == functions.end() || growth_of(*most) <= 0) return;
  total->path = GrowthPath(table, GrowthOfStacks(table, value_type, sides), most->function);
}

}  // namespace analysis
