#include <doctest/doctest.h>

#include "cli/gate_rules.h"
#include "model/input_error.h"

namespace {

std::string Complaint(const std::string& text) {
  try {
    cli::ParseGateRules(".goprof.ini", text);
  } catch (const model::UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a rules file says budgets, settings and exceptions") {
  const auto rules = cli::ParseGateRules("rules", R"(
# the team's budgets
[gate]
min_growth = 15%
functions = no
[budget quoting]
function = compress/flate.(*deflateFast).encode
sample_type = cpu
measure = cum
max = 20%
max_growth = 1.5ms
severity = warn
[budget tenant]
label = tenant=a=b
max = 64MB
[exception flate]
match = compress/flate\..*
reason = the new level is wanted
expires = 2027-01-31
)");
  CHECK(rules.settings.min_growth == doctest::Approx(0.15));
  CHECK_FALSE(rules.settings.check_functions);
  REQUIRE(rules.budgets.size() == 2);
  const analysis::Budget& quoting = rules.budgets[0];
  CHECK(quoting.name == "quoting");
  CHECK(quoting.pattern == "compress/flate.(*deflateFast).encode");
  CHECK(quoting.measure == analysis::Measure::kCum);
  CHECK(quoting.max->value == doctest::Approx(0.2));
  CHECK(quoting.max->is_relative);
  CHECK(quoting.max_growth->value == doctest::Approx(1.5e6));
  CHECK(quoting.grade == analysis::Grade::kWarn);
  CHECK(rules.budgets[1].label_key == "tenant");
  CHECK(rules.budgets[1].pattern == "a=b");
  CHECK(rules.budgets[1].max->value == 64 * 1024 * 1024);
  REQUIRE(rules.excuses.size() == 1);
  CHECK(rules.excuses[0].expires == "2027-01-31");
}

TEST_CASE("what a rules file has wrong is said with section and key") {
  CHECK(Complaint("[gate]\nmin_grwth = 1%\n") == ".goprof.ini: [gate] min_grwth: there is no such key");
  CHECK(Complaint("[gates]\na = 1\n") ==
        ".goprof.ini: [gates] a: there is no such section; wanted [gate], [budget NAME] or [exception NAME]");
  CHECK(Complaint("[gate]\nalpha = often\n") == ".goprof.ini: [gate] alpha: found \"often\", wanted a number");
  CHECK(Complaint("[gate]\nalpha = 2\n") ==
        ".goprof.ini: [gate] alpha: found \"2\", wanted a probability above 0 and below 1");
  CHECK(Complaint("[gate]\nalpha = 0.1\nalpha = 0.2\n") == ".goprof.ini: [gate] alpha: stands there twice");
  CHECK(Complaint("[budget a]\nfunction = f\nmax = 10 parsecs\n") ==
        ".goprof.ini: [budget a] max: found \"10 parsecs\": \"parsecs\" is no unit of time or size");
  CHECK(Complaint("[budget a]\nfunction = f\n") == ".goprof.ini: [budget a] max: wanted max, max_growth or both");
  CHECK(Complaint("[budget a]\nfunction = f\npackage = p\nmax = 1\n") ==
        ".goprof.ini: [budget a] package: a budget is about one thing: total, function, package, match, label, line, "
        "deadlock, leak, contention, task, region, gc or latency");
  CHECK(Complaint("[budget a]\nlatency = yes\nmax = 10%\n") ==
        ".goprof.ini: [budget a] max: found \"10%\", wanted a time; a share is for gc alone");
  CHECK(Complaint("[budget a]\ndeadlock = yes\n") ==
        ".goprof.ini: [budget a] deadlock: found \"yes\": wanted no, or leave the section out");
  CHECK(Complaint("[budget a]\ntask = t\npercentile = 100\nmax = 1s\n") ==
        ".goprof.ini: [budget a] percentile: found \"100\", wanted a percentile such as 99");
  CHECK(Complaint("[exception a]\nmatch = f\nreason = r\nexpires = soon\n") ==
        ".goprof.ini: [exception a] expires: found \"soon\", wanted a date such as 2027-01-31");
  CHECK(Complaint("[exception a]\nmatch = f\n") ==
        ".goprof.ini: [exception a] match: an exception needs match, reason and expires");
  CHECK(Complaint("budget\n") != "");
}
