#include "analysis/store/run_blob.h"

#include <algorithm>
#include <numeric>

namespace analysis {
namespace {

void PutVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

bool TakeVarint(std::string_view& in, uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

uint64_t ZigZag(int64_t value) { return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63); }
int64_t UnZigZag(uint64_t value) { return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1); }

struct Column {
  int64_t divisor = 1;
  bool is_as_before = false;
};

int64_t At(const RunRows& rows, size_t row, size_t column) { return rows.value[row * rows.value_types + column]; }

std::vector<Column> ColumnsOf(const RunRows& rows) {
  std::vector<Column> columns(rows.value_types);
  for (size_t i = 0; i < columns.size(); ++i) {
    uint64_t divisor = 0;
    for (size_t row = 0; row < rows.stack.size(); ++row) {
      const int64_t value = At(rows, row, i);
      divisor = std::gcd(divisor, value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value));
    }
    columns[i].divisor = divisor == 0 || divisor > INT64_MAX ? 1 : static_cast<int64_t>(divisor);
    columns[i].is_as_before = i > 0;
    for (size_t row = 0; columns[i].is_as_before && row < rows.stack.size(); ++row) {
      columns[i].is_as_before = At(rows, row, i) / columns[i].divisor == At(rows, row, i - 1) / columns[i - 1].divisor;
    }
  }
  return columns;
}

bool TakeColumns(std::string_view& bytes, std::vector<Column>& columns) {
  for (Column& column : columns) {
    uint64_t divisor = 0, is_as_before = 0;
    if (!TakeVarint(bytes, divisor) || !TakeVarint(bytes, is_as_before) || divisor == 0 || divisor > INT64_MAX) return false;
    column = {static_cast<int64_t>(divisor), is_as_before != 0};
  }
  return !columns.empty() && !columns[0].is_as_before;
}

}  // namespace

std::string PackRows(const RunRows& rows) {
  std::string out;
  PutVarint(out, rows.value_types);
  const std::vector<Column> columns = ColumnsOf(rows);
  for (const Column& column : columns) {
    PutVarint(out, static_cast<uint64_t>(column.divisor));
    PutVarint(out, column.is_as_before);
  }
  uint32_t last = 0;
  for (size_t row = 0; row < rows.stack.size(); ++row) {
    PutVarint(out, rows.stack[row] - last);
    last = rows.stack[row];
    for (size_t i = 0; i < columns.size(); ++i) {
      if (!columns[i].is_as_before) PutVarint(out, ZigZag(At(rows, row, i) / columns[i].divisor));
    }
  }
  return out;
}

bool UnpackRows(std::string_view bytes, RunRows& rows) {
  rows = {};
  uint64_t number = 0;
  if (!TakeVarint(bytes, number) || number == 0 || number > 1000) return false;
  rows.value_types = number;
  std::vector<Column> columns(number);
  if (!TakeColumns(bytes, columns)) return false;
  uint64_t last = 0;
  while (!bytes.empty()) {
    if (!TakeVarint(bytes, number) || number > UINT32_MAX || last + number > UINT32_MAX) return false;
    last += number;
    rows.stack.push_back(static_cast<uint32_t>(last));
    int64_t value = 0;
    for (const Column& column : columns) {
      if (!column.is_as_before) {
        if (!TakeVarint(bytes, number)) return false;
        value = UnZigZag(number);
      }
      rows.value.push_back(static_cast<int64_t>(static_cast<uint64_t>(value) * static_cast<uint64_t>(column.divisor)));
    }
  }
  return true;
}

}  // namespace analysis
