#include "analysis/statistics/change_points.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/places.h"

namespace {

std::vector<size_t> IndicesOf(const std::vector<analysis::ChangePoint>& points) {
  std::vector<size_t> indices;
  for (const analysis::ChangePoint& point : points) indices.push_back(point.index);
  return indices;
}

void CheckAgainst(const nlohmann::json& answers, const std::vector<analysis::ChangePoint>& points) {
  std::vector<size_t> wanted;
  for (const auto& answer : answers) wanted.push_back(answer["index"]);
  CHECK(IndicesOf(points) == wanted);
  if (wanted.size() != points.size()) return;
  for (size_t i = 0; i < points.size(); ++i) {
    CHECK(points[i].mean_before == doctest::Approx(answers[i]["before"].get<double>()));
    CHECK(points[i].mean_after == doctest::Approx(answers[i]["after"].get<double>()));
    CHECK(points[i].p_value == doctest::Approx(answers[i]["p_value"].get<double>()).epsilon(1e-6));
  }
}

}  // namespace

TEST_CASE("change points are those that Apache Otava finds in its own test series and in others") {
  std::ifstream in(std::string(test_support::kSourceDir) + "/tests/oracle/change_points/answers.json");
  const auto document = nlohmann::json::parse(in);
  REQUIRE(document["rows"].size() > 40);
  for (const auto& row : document["rows"]) {
    CAPTURE(row["name"].get<std::string>());
    const auto series = row["series"].get<std::vector<double>>();
    CheckAgainst(row["default"], analysis::FindChangePoints(series));
    CheckAgainst(row["small_window"],
                 analysis::FindChangePoints(series, {.window = 30, .max_p_value = 0.01, .min_change = 0.05}));
  }
}

TEST_CASE("what does not change has no change points") {
  CHECK(analysis::FindChangePoints(std::vector<double>{}).empty());
  CHECK(analysis::FindChangePoints(std::vector<double>{1}).empty());
  CHECK(analysis::FindChangePoints(std::vector<double>(200, 3.5)).empty());
}

TEST_CASE("a step without any noise is found where it is") {
  std::vector<double> series(60, 1.0);
  for (size_t i = 33; i < series.size(); ++i) series[i] = 2;
  const auto points = analysis::FindChangePoints(series);
  CHECK(IndicesOf(points) == std::vector<size_t>{33});
  CHECK(points.front().p_value == 0);
  CHECK(points.front().magnitude() == doctest::Approx(1));
}
