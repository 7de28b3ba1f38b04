#include "analysis/profile/merge.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/pprof_text.h"

namespace {

// Locations 1 and 4 are one place that the file has twice; `callers` stand behind them in two samples.
model::Profile WithOnePlaceTwice(const std::string& leaf_of_first, const std::string& leaf_of_second) {
  return test_support::ReadPprof(test_support::PprofBytes(R"(
    sample_type { type: 1 unit: 2 }
    sample { location_id: [)" + leaf_of_first + R"(, 2, 3] value: 5 }
    sample { location_id: [)" + leaf_of_second + R"(, 2, 3] value: 7 }
    location { id: 1 address: 16 line { function_id: 1 line: 3 } }
    location { id: 2 address: 32 line { function_id: 2 line: 4 } }
    location { id: 3 address: 48 line { function_id: 3 line: 5 } }
    location { id: 4 address: 16 line { function_id: 1 line: 3 } }
    function { id: 1 name: 3 } function { id: 2 name: 4 } function { id: 3 name: 5 }
    string_table: ["", "cpu", "count", "leaf", "middle", "main"])"));
}

template <class... Profiles>
model::Profile MergedOf(Profiles... profiles) {
  std::vector<model::Profile> sources;
  (sources.push_back(std::move(profiles)), ...);
  return analysis::Merge(std::move(sources));
}

}  // namespace

TEST_CASE("a place that a file has twice is one location after a merge, and its stacks are one stack") {
  const auto twice = [] { return WithOnePlaceTwice("1", "4"); };
  const auto once = [] { return WithOnePlaceTwice("1", "1"); };
  const model::Profile sums[] = {MergedOf(twice(), twice()), MergedOf(once(), twice()), MergedOf(twice(), once())};
  for (const model::Profile& sum : sums) {
    CHECK(sum.symbols.location_count() == 3);
    CHECK(sum.stacks.size() == 4);  // with the root
    REQUIRE(sum.sample_count() == 1);
    CHECK(sum.values(0)[0] == 24);
  }
}

TEST_CASE("what one file has of a stack and another goes on with is one stack") {
  const auto with_callers = [](const std::string& locations) {
    return test_support::ReadPprof(test_support::PprofBytes(R"(
      sample_type { type: 1 unit: 2 }
      sample { location_id: [)" + locations + R"(] value: 1 }
      location { id: 1 address: 16 line { function_id: 1 } }
      location { id: 2 address: 32 line { function_id: 2 } }
      location { id: 3 address: 48 line { function_id: 3 } }
      function { id: 1 name: 3 } function { id: 2 name: 4 } function { id: 3 name: 5 }
      string_table: ["", "cpu", "count", "leaf", "middle", "main"])"));
  };
  const model::Profile sum =
      MergedOf(with_callers("2, 3"), with_callers("1, 2, 3"), with_callers("1, 2, 3"), with_callers("3"));
  CHECK(sum.stacks.size() == 4);
  REQUIRE(sum.sample_count() == 3);
  CHECK(sum.stacks.Depth(sum.sample_stack[0]) == 2);
  CHECK(sum.stacks.Depth(sum.sample_stack[1]) == 3);
  CHECK(sum.stacks.Depth(sum.sample_stack[2]) == 1);
  CHECK(sum.values(1)[0] == 2);
}

TEST_CASE("samples of one stack stay apart by their labels, and equal ones are added up") {
  const auto labelled = [](const std::string& samples) {
    return test_support::ReadPprof(test_support::PprofBytes(R"(
      sample_type { type: 1 unit: 2 })" + samples + R"(
      location { id: 1 address: 16 line { function_id: 1 } }
      function { id: 1 name: 3 }
      string_table: ["", "cpu", "count", "main", "tenant", "a", "b"])"));
  };
  const std::string plain = "sample { location_id: 1 value: 1 }";
  const std::string of_a = "sample { location_id: 1 value: 10 label { key: 4 str: 5 } }";
  const std::string of_b = "sample { location_id: 1 value: 100 label { key: 4 str: 6 } }";
  const model::Profile sum = MergedOf(labelled(of_a + plain + of_a), labelled(of_b + plain), labelled(of_b + of_a + of_b));
  CHECK(sum.stacks.size() == 2);
  CHECK(sum.sample_value == std::vector<int64_t>{30, 2, 300});
}
