#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "analysis/profile/check.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"

namespace {

analysis::Diff Compare(const std::string& before, const std::string& after, const std::string& type) {
  const auto side = [&](const std::string& file) {
    std::vector<analysis::View> views;
    views.emplace_back(proto::ReadProfile(test_support::FixturePath("heap_leak/" + file)),
                       analysis::ViewOptions{.sample_index = type});
    return views;
  };
  return analysis::Compare(side(before), side(after), {});
}

analysis::HeapGrowth Growth(const std::string& before, const std::string& after) {
  const analysis::Diff space = Compare(before, after, "inuse_space");
  return {.first = before,
          .last = after,
          .candidates = analysis::LeakCandidates(space, Compare(before, after, "inuse_objects"),
                                                 Compare(before, after, "alloc_space")),
          .steps = {},
          .in_use = space.total_after};
}

constexpr const char* kBefore = "go1.26.before.heap.pb.gz";
constexpr const char* kAfter = "go1.26.after.heap.pb.gz";

}  // namespace

TEST_CASE("a heap that grew is a note for two profiles, a finding where it grew from each of three to the next") {
  analysis::HeapGrowth growth = Growth(kBefore, kAfter);
  auto findings = analysis::CheckHeapGrowth(growth);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == "heap-growth");
  CHECK(findings[0].title.ends_with("that main.(*Sessions).remember allocated"));
  CHECK(findings[0].severity == model::Severity::kNote);
  CHECK(findings[0].share > 0.5);

  const auto severity_with = [&](const char* second_before, const char* second_after) {
    growth.steps.clear();
    growth.steps.push_back(Compare(kBefore, kAfter, "inuse_space"));
    growth.steps.push_back(Compare(second_before, second_after, "inuse_space"));
    return analysis::CheckHeapGrowth(growth).at(0).severity;
  };
  CHECK(severity_with(kBefore, kAfter) == model::Severity::kWarning);
  CHECK(severity_with(kAfter, kBefore) == model::Severity::kNote);  // it fell in between
  CHECK(severity_with(kAfter, kAfter) == model::Severity::kNote);
}

TEST_CASE("a heap that shrank, or that another process has, says nothing") {
  CHECK(analysis::CheckHeapGrowth(Growth(kAfter, kBefore)).empty());
  CHECK(analysis::CheckHeapGrowth(Growth(kBefore, kBefore)).empty());
  analysis::HeapGrowth other = Growth(kBefore, kAfter);
  REQUIRE(other.candidates.size() == 1);
  other.candidates[0].allocated = 0;
  CHECK(analysis::CheckHeapGrowth(other).empty());
}
