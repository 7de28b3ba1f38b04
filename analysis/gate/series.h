#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/gate/run_table.h"

// One number per run: of a function, of everything in a package, of all samples with a label. What rules speak about.
namespace analysis {

enum class Measure { kFlat, kCum };

struct Series {
  std::vector<double> value;     // one per run
  std::vector<double> variance;  // by sampling alone
};

struct FunctionSeries {
  model::StringId function;
  Series flat;
  Series cum;  // a function counts once per stack, however often it is in it
};

Series TotalSeries(const RunTable& table, size_t value_type);

// All functions that occur, in order of their ids. Time: O(rows * depth), memory: O(functions * runs).
std::vector<FunctionSeries> SumFunctions(const RunTable& table, size_t value_type);

// Functions for which `is_in` holds, taken as one. Flat: where the leaf is in; cum: where any frame is.
Series SumGroup(const RunTable& table, size_t value_type, Measure measure,
                const std::function<bool(std::string_view)>& is_in);

// Samples with a frame at "price.go:42" (flat: whose innermost frame is there); any end of the path will do, from a slash
// on.
Series SumLine(const RunTable& table, size_t value_type, Measure measure, std::string_view place);

// Samples that have the label `key` with that text.
Series SumLabel(const RunTable& table, size_t value_type, std::string_view key, std::string_view text);

}  // namespace analysis
