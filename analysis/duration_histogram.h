#pragma once

#include <string>
#include <utility>
#include <vector>

#include "analysis/duration_distribution.h"
#include "model/report.h"

// How durations are spread, by powers of two.
namespace analysis {

model::ValueList HistogramValue(const DurationDistribution& durations);  // {from_ns, count}, without empty rows

// For people: a bar a row, empty ones between the shortest and the longest too; the longest bar of each name is of one
// length. Empty distributions have no rows.
using NamedDurations = std::vector<std::pair<std::string, const DurationDistribution*>>;
model::Table HistogramTable(std::string title, std::string name_label, const NamedDurations& named, size_t rows_shown);

}  // namespace analysis
