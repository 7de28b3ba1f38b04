#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// A run's samples as bytes: the number of value types k; for each a divisor that all its values share, and whether it then
// equals the one before (CPU time is samples times the period); then per row the stack's number as a difference to the row
// before it, and its values, divided, as zigzag varints. Rows ascend by stack. A CPU profile takes about 3 bytes a row.
namespace analysis {

struct RunRows {
  size_t value_types = 0;
  std::vector<uint32_t> stack;  // numbers of the history's table of stacks, ascending
  std::vector<int64_t> value;   // row-major
};

std::string PackRows(const RunRows& rows);
bool UnpackRows(std::string_view bytes, RunRows& rows);  // false where the bytes make no sense

}  // namespace analysis
