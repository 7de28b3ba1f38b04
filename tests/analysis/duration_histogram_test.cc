#include "analysis/duration_histogram.h"

#include <doctest/doctest.h>

TEST_CASE("a histogram has a bar a power of two, none left out in between, the longest of one length") {
  analysis::DurationDistribution d;
  for (const int64_t ns : {1024, 1500, 2047, 2047, 9000}) d.Add(ns);
  const model::Table table = analysis::HistogramTable("How long", "task", {{"pay", &d}}, 10);
  REQUIRE(table.rows.size() == 4);
  const auto row = [&](size_t at) { return std::get<std::string>(table.rows[at][3].kind()).size(); };
  CHECK(std::get<int64_t>(table.rows[0][0].kind()) == 1024);
  CHECK(std::get<int64_t>(table.rows[3][0].kind()) == 8192);
  CHECK(row(0) == 40);
  CHECK(row(1) == 0);
  CHECK(row(2) == 0);
  CHECK(row(3) == 10);
}

TEST_CASE("of nothing there is no histogram") {
  const analysis::DurationDistribution none;
  CHECK(analysis::HistogramTable("How long", "", {{"", &none}}, 10).rows.empty());
  CHECK(analysis::HistogramValue(none).empty());
}
