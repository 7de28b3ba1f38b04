#include <fmt/format.h>
#include <re2/re2.h>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "analysis/gate/default_checks.h"
#include "analysis/gate/trace_budgets.h"
#include "model/input_error.h"

namespace analysis {
namespace {

// "net/http.(*conn).serve" -> "net/http": up to the first dot behind the last slash.
std::string_view PackageOf(std::string_view function) {
  const size_t name = function.substr(0, function.find('[')).rfind('/');
  return function.substr(0, function.find('.', name == std::string_view::npos ? 0 : name));
}

Series SeriesOf(const RunTable& table, size_t type, const Budget& budget) {
  switch (budget.subject) {
    case Budget::Subject::kTotal:
      return TotalSeries(table, type);
    case Budget::Subject::kFunction:
      return SumGroup(table, type, budget.measure, [&](std::string_view name) { return name == budget.pattern; });
    case Budget::Subject::kPackage:
      return SumGroup(table, type, budget.measure, [&](std::string_view name) {
        const std::string_view package = PackageOf(name);
        return package == budget.pattern || (package.starts_with(budget.pattern) && package[budget.pattern.size()] == '/');
      });
    case Budget::Subject::kLabel:
      return SumLabel(table, type, budget.label_key, budget.pattern);
    case Budget::Subject::kLine:
      return SumLine(table, type, budget.measure, budget.pattern);
    default:
      break;
  }
  const RE2 expression(budget.pattern, RE2::Quiet);
  if (!expression.ok())
    throw model::UsageError(fmt::format("budget {}: match = {}: {}", budget.name, budget.pattern, expression.error()));
  return SumGroup(table, type, budget.measure, [&](std::string_view name) {
    return RE2::PartialMatch({name.data(), name.size()}, expression);
  });
}

// The chance of such an `after` where the truth is exactly the limit; small = broken beyond noise.
double AboveLimit(const Comparison& numbers, const Series& series, const Series& total, Sides sides, const Limit& limit) {
  const auto n = static_cast<double>(sides.after);
  double sampling = 0, squares = 0, totals = 0;
  for (size_t run = sides.before; run < series.value.size(); ++run) {
    sampling += series.variance[run] / n / n;
    totals += total.value[run] / n;
    squares += (series.value[run] - numbers.after) * (series.value[run] - numbers.after);
  }
  const double allowed = limit.is_relative ? limit.value * totals : limit.value;
  if (numbers.after <= allowed) return 1;
  const double between = sides.after > 1 && !limit.is_relative ? squares / (n - 1) / n : 0;
  const double error = std::sqrt(std::max({sampling * numbers.dispersion, between, 1e-12}));
  const double z = (numbers.after - allowed) / error;
  if (sides.after < 2) return boost::math::cdf(boost::math::complement(boost::math::normal(), z));
  return boost::math::cdf(boost::math::complement(boost::math::students_t(n - 1), z));
}

}  // namespace

std::vector<Check> BudgetChecks(const RunTable& table, Sides sides, const GateRules& rules) {
  std::vector<Check> checks;
  for (const Budget& budget : rules.budgets) {
    if (IsAboutTraces(budget.subject)) continue;
    const size_t type = budget.value_type.empty() ? table.default_value_type() : table.FindValueType(budget.value_type);
    const auto& [type_name, unit] = table.value_types()[type];
    const Series series = SeriesOf(table, type, budget);
    const Series total = TotalSeries(table, type);
    const Background background = BackgroundOf(SumFunctions(table, type), total, type_name, sides, rules.settings);
    const bool is_total = budget.subject == Budget::Subject::kTotal;
    const bool is_whole = is_total || budget.subject == Budget::Subject::kLabel;
    Check check{.name = budget.name,
                .metric = type_name + (is_whole                           ? ""
                                       : budget.measure == Measure::kFlat ? " flat"
                                                                          : " cum"),
                .unit = unit,
                .budget = budget.name,
                .grade = budget.grade};
    if (budget.max_growth) {
      const bool as_share = budget.max_growth->is_relative && !is_total;
      check.metric += " growth";
      check.numbers =
          as_share ? CompareAsShare(series, background, sides) : CompareAsValue(series, total, sides, rules.settings);
      check.limit = *budget.max_growth;
      check.is_growth_limit = true;
      checks.push_back(check);
    }
    if (budget.max) {
      check.metric = type_name + (is_whole ? "" : budget.measure == Measure::kFlat ? " flat" : " cum");
      check.numbers = CompareAsShare(series, background, sides);
      check.numbers.is_share = budget.max->is_relative;
      check.numbers.has_rank = false;
      check.numbers.p_value = AboveLimit(check.numbers, series, total, sides, *budget.max);
      check.limit = *budget.max;
      check.is_growth_limit = false;
      checks.push_back(check);
    }
  }
  return checks;
}

}  // namespace analysis
