#include "analysis/profile/check.h"

#include <doctest/doctest.h>

#include "tests/support/pprof_text.h"

namespace {

// A CPU profile of one stack, root first, beside 900 ms of plain work.
std::vector<analysis::CheckFinding> CheckStack(const std::vector<std::string>& frames, int64_t milliseconds) {
  model::Profile profile;
  profile.value_types = {{profile.symbols.InternString("cpu"), profile.symbols.InternString("nanoseconds")}};
  profile.period_type = profile.value_types[0];
  profile.period = 10'000'000;
  const auto add = [&](const std::vector<std::string>& stack, int64_t value) {
    model::StackId at;
    for (const std::string& frame : stack) at = profile.stacks.Child(at, profile.symbols.InternFrame(frame, "", 0));
    const int64_t nanos = value * 1'000'000;
    profile.AddSample(at, {&nanos, 1});
  };
  add({"runtime.main", "main.main", "main.work"}, 9000);
  add(frames, milliseconds);
  return analysis::CheckCosts({std::move(profile), analysis::ViewOptions()});
}

}  // namespace

TEST_CASE("time in a known pattern is a finding that names who causes it") {
  const auto findings = CheckStack(
      {"runtime.main", "main.main", "main.parse", "runtime.morestack", "runtime.newstack", "runtime.copystack"}, 1000);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == "stack-growth");
  CHECK(findings[0].share == doctest::Approx(0.1));
  REQUIRE(findings[0].evidence.size() == 1);
  CHECK(findings[0].evidence[0] == "1s (10.00%) by main.parse");
}

TEST_CASE("a pattern inside of itself counts once, and below its threshold not at all") {
  CHECK(CheckStack({"main.main", "runtime.mallocgc", "runtime.mallocgc"}, 3000)[0].share == doctest::Approx(0.25));
  CHECK(CheckStack({"main.main", "runtime.mallocgc"}, 500).empty());
}

TEST_CASE("names that only look like a pattern are none") {
  CHECK(CheckStack({"main.main", "example.com/runtime.newstackframe"}, 5000).empty());
  CHECK(CheckStack({"main.main", "main.reflectAll"}, 5000).empty());
}

TEST_CASE("stacks cut at Go's limit are told from whole ones") {
  const auto health = [](size_t depth, const char* root) {
    model::Profile profile;
    profile.value_types = {{profile.symbols.InternString("cpu"), profile.symbols.InternString("nanoseconds")}};
    model::StackId at = profile.stacks.Child({}, profile.symbols.InternFrame(root, "", 0));
    const int64_t one = 1;
    profile.AddSample(profile.stacks.Child({}, profile.symbols.InternFrame("runtime.main", "", 0)), {&one, 1});
    for (size_t i = 1; i < depth; ++i)
      at = profile.stacks.Child(at, profile.symbols.InternFrame("main.recurse", "", static_cast<int64_t>(i)));
    profile.AddSample(at, {&one, 1});
    std::vector<analysis::CheckedProfile> profiles;
    profiles.push_back({"x", {std::move(profile), analysis::ViewOptions()}});
    return analysis::CheckHealth(profiles);
  };
  REQUIRE(health(64, "main.recurse").size() == 1);
  CHECK(health(64, "main.recurse")[0].kind == "cut-stacks");
  CHECK(health(64, "runtime.main").empty());
  CHECK(health(63, "main.recurse").empty());
}
