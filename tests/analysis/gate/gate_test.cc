#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "analysis/gate/gate_report.h"
#include "analysis/gate/judge.h"
#include "model/input_error.h"
#include "tests/support/folded.h"

namespace {

using analysis::Outcome;
using analysis::Verdict;

constexpr const char* kToday = "2026-11-21";

// A program of ten equal functions, "main;f0" .. "main;f9", and what is said of some of them.
std::string Program(const std::string& others, int each = 100, int skip_below = 0) {
  std::string text = others;
  for (int i = skip_below; i < 10; ++i) text += "\nmain;work;f" + std::to_string(i) + " " + std::to_string(each);
  return text;
}

struct Side {
  std::vector<std::string> runs;
};

analysis::Gate Judge(const Side& before, const Side& after, const analysis::GateRules& rules = {}) {
  analysis::RunTable table;
  for (const Side* side : {&before, &after}) {
    for (const std::string& run : side->runs) table.Add(test_support::Folded(run), "run");
  }
  return analysis::Judge(table, {before.runs.size(), after.runs.size()}, rules, kToday);
}

std::vector<std::string> Names(const analysis::Gate& gate, Outcome outcome) {
  std::vector<std::string> names;
  for (const analysis::Check& check : gate.checks) {
    if (check.outcome == outcome) names.push_back(check.name + " " + check.metric);
  }
  return names;
}

using Texts = std::vector<std::string>;

analysis::GateRules With(analysis::Budget budget) {
  analysis::GateRules rules;
  budget.name = "ours";
  rules.budgets = {std::move(budget)};
  return rules;
}

}  // namespace

TEST_CASE("a function that got slower is named, with the path it grew by") {
  const auto gate = Judge({{Program("main;serve;encode 100")}}, {{Program("main;serve;encode 400")}});
  CHECK(gate.verdict == Verdict::kFail);
  CHECK(Names(gate, Outcome::kBroken) == Texts{"encode samples flat"});
  CHECK(gate.checks.front().path == Texts{"main", "serve", "encode"});
  CHECK(gate.checks.front().numbers.ratio == doctest::Approx(4).epsilon(0.02));
}

TEST_CASE("a caller whose growth is spread over small callees is named itself") {
  std::string before = Program(""), after = Program("");
  for (int i = 0; i < 60; ++i) {
    before += "\nmain;load;parse;p" + std::to_string(i) + " 2";
    after += "\nmain;load;parse;p" + std::to_string(i) + " 6";
  }
  const auto gate = Judge({{before}}, {{after}});
  CHECK(Names(gate, Outcome::kBroken) == Texts{"parse samples cum"});
}

TEST_CASE("what others gain when one function gets faster is not their fault") {
  const auto gate = Judge({{Program("main;slow 2000")}}, {{Program("main;slow 100")}});
  CHECK(gate.verdict == Verdict::kPass);
  CHECK(Names(gate, Outcome::kBroken).empty());
  CHECK(Names(gate, Outcome::kImproved) == Texts{"slow samples flat", "total samples"});
}

TEST_CASE("half the work is not twice the cost of what is constant") {
  const auto gate = Judge({{Program("main;idle 300", 200)}}, {{Program("main;idle 300", 100)}});
  CHECK(gate.verdict == Verdict::kPass);
}

TEST_CASE("twice the work is a larger total and nobody's fault") {
  const auto gate = Judge({{Program("", 100)}}, {{Program("", 200)}});
  CHECK(gate.verdict == Verdict::kFail);
  CHECK(Names(gate, Outcome::kBroken) == Texts{"total samples"});
}

TEST_CASE("the same profile on both sides passes") {
  const std::string run = Program("main;serve 100");
  CHECK(Judge({{run}}, {{run}}).verdict == Verdict::kPass);
  CHECK(Judge({{run, run, run, run}}, {{run, run, run, run}}).verdict == Verdict::kPass);
}

TEST_CASE("a handful of samples gives no verdict, but a reason") {
  const auto gate = Judge({{"main;a 10\nmain;b 20"}}, {{"main;a 11\nmain;b 19"}});
  CHECK(gate.verdict == Verdict::kUnknown);
  CHECK(gate.reason == "need more samples: 30 before and 30 after, wanted 100 a side; record longer or more often");
}

TEST_CASE("one wild run of five is not a regression") {
  const Side before{Texts(5, Program("main;gc 20"))};
  Side after = before;
  after.runs[3] = Program("main;gc 400");
  CHECK(Judge(before, after).verdict == Verdict::kPass);
}

TEST_CASE("profiles of different kinds can't be compared") {
  analysis::RunTable table;
  table.Add(test_support::Folded("main;a 10"), "a.folded");
  CHECK_THROWS_WITH_AS(
      table.Add(test_support::Folded("main;a 10 20"), "b.folded"),
      "b.folded can't be compared with a.folded: it has no samples of type samples/count, but before/count, after/count",
      model::UsageError);
}

TEST_CASE("time on the runtime's preemption mark belongs to the function it interrupted") {
  analysis::RunTable table;
  table.Add(test_support::Folded("main;work;runtime.asyncPreempt 5\nmain;work 7"), "run");
  const auto functions = analysis::SumFunctions(table, 0);
  CHECK(functions.size() == 2);
  CHECK(functions.back().flat.value == std::vector<double>{12});
}

TEST_CASE("a budget on a package holds its parts together, flat and cum") {
  const std::string before =
      Program("main;net/http.Serve;encoding/json.Marshal 50\nmain;net/http.Serve;encoding/json/v2.grow 50");
  const std::string after =
      Program("main;net/http.Serve;encoding/json.Marshal 150\nmain;net/http.Serve;encoding/json/v2.grow 160");
  analysis::Budget budget{.subject = analysis::Budget::Subject::kPackage, .pattern = "encoding/json"};
  budget.max = analysis::Limit{.value = 0.1, .is_relative = true, .text = "10%"};
  auto rules = With(budget);
  rules.settings.check_functions = rules.settings.check_total = false;
  const auto gate = Judge({{before}}, {{after}}, rules);
  CHECK(gate.verdict == Verdict::kFail);
  CHECK(gate.checks.front().numbers.before == 100);
  CHECK(gate.checks.front().numbers.after == 310);
  rules.budgets[0].subject = analysis::Budget::Subject::kPackage;
  rules.budgets[0].pattern = "encoding";
  CHECK(Judge({{before}}, {{after}}, rules).checks.front().numbers.after == 310);
  rules.budgets[0].pattern = "encoding/js";
  const auto none = Judge({{before}}, {{after}}, rules);
  CHECK(none.verdict == Verdict::kUnknown);
  CHECK(none.notes == Texts{"budget ours: nothing in the profiles is meant by it"});
}

TEST_CASE("a budget that is exceeded within noise does not fail") {
  analysis::Budget budget{.subject = analysis::Budget::Subject::kGroup, .pattern = "^enc"};
  budget.max = analysis::Limit{.value = 0.1, .is_relative = true, .text = "10%"};
  const auto gate = Judge({{Program("main;encode 110")}}, {{Program("main;encode 115")}}, With(budget));
  CHECK(gate.verdict == Verdict::kPass);
  CHECK(Names(gate, Outcome::kNoise) == Texts{"ours samples flat"});
}

TEST_CASE("a warning does not fail the gate, an exception that holds does not either") {
  const Side before{{Program("main;encode 100")}}, after{{Program("main;encode 400")}};
  analysis::GateRules rules;
  rules.excuses = {{"known", "encode", "being worked on", "2026-11-21"}};
  const auto excused = Judge(before, after, rules);
  CHECK(excused.verdict == Verdict::kPass);
  CHECK(Names(excused, Outcome::kExcused) == Texts{"encode samples flat"});
  rules.excuses[0].expires = "2026-11-20";
  const auto expired = Judge(before, after, rules);
  CHECK(expired.verdict == Verdict::kFail);
  CHECK(expired.notes == Texts{"exception known ran out on 2026-11-20"});

  analysis::Budget budget{
      .subject = analysis::Budget::Subject::kFunction, .pattern = "encode", .grade = analysis::Grade::kWarn};
  budget.max = analysis::Limit{.value = 150, .text = "150"};
  rules = With(budget);
  rules.settings.check_functions = rules.settings.check_total = false;
  const auto warned = Judge(before, after, rules);
  CHECK(warned.verdict == Verdict::kPass);
  CHECK(Names(warned, Outcome::kBroken) == Texts{"ours samples flat"});
}

TEST_CASE("random runs of the same program hardly ever fail the gate") {
  std::mt19937 random(7);
  int alarms = 0;
  constexpr int kGates = 400;
  for (int trial = 0; trial < kGates; ++trial) {
    const auto run = [&] {
      std::string text;
      for (int f = 0; f < 40; ++f) {
        const int hits = std::poisson_distribution<int>(200.0 / (f + 1))(random);
        if (hits > 0) text += "main;f" + std::to_string(f) + " " + std::to_string(hits) + "\n";
      }
      return text;
    };
    const size_t runs = 1 + static_cast<size_t>(trial) % 6;
    Side before, after;
    for (size_t i = 0; i < runs; ++i) before.runs.push_back(run());
    for (size_t i = 0; i < runs; ++i) after.runs.push_back(run());
    alarms += Judge(before, after).verdict == Verdict::kFail;
  }
  CHECK(alarms <= kGates / 200);
}

TEST_CASE("the report's JSON findings carry the contract's keys") {
  const auto gate = Judge({{Program("main;serve;encode 100")}}, {{Program("main;serve;encode 400")}});
  const model::Report report = analysis::GateReport(gate, analysis::Explain::kNo);
  CHECK(report.found);
  const auto& findings = std::get<model::Findings>(report.blocks.at(1));
  const auto& object = std::get<model::ValueObject>(findings.rows.at(0).data.kind());
  for (const char* key : {"name", "metric", "before", "after", "change", "p_value", "severity"}) {
    CHECK_MESSAGE(std::ranges::any_of(object, [&](const auto& member) { return member.first == key; }), key);
  }
}
