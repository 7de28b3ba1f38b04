#include "proto/folded/folded_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <iterator>
#include <string>

#include "model/input_error.h"
#include "proto/line_reader.h"

namespace proto {
namespace {

constexpr size_t kBlockBytes = size_t{8} << 20;
constexpr size_t kWrittenAtOnce = size_t{1} << 20;

// Sums stay at the end of their range instead of turning negative.
void AddTo(FoldedNumber& sum, const FoldedNumber& number) {
  sum.millionths += number.millionths;
  const int64_t carried = number.whole + sum.millionths / FoldedNumber::kMillion;
  sum.millionths = static_cast<int32_t>(sum.millionths % FoldedNumber::kMillion);
  if (__builtin_add_overflow(sum.whole, carried, &sum.whole)) sum.whole = std::numeric_limits<int64_t>::max();
}

// " 12", " 12.5"
void Append(std::string& text, const FoldedNumber& number) {
  const fmt::format_int whole(number.whole);
  text += ' ';
  text.append(whole.data(), whole.size());
  if (number.millionths == 0) return;
  std::string fraction = fmt::format(".{:06}", number.millionths);
  fraction.resize(fraction.find_last_not_of('0') + 1);
  text += fraction;
}

}  // namespace

void FoldedColumns::Add(Side side, const std::string& name, ByteSource& source) {
  constexpr size_t kShown = 80;
  bool any = false;
  for (LineReader lines(source); lines.Next();) {
    const std::string_view line = lines.line();
    if (line.empty() || line.starts_with("# ")) continue;
    const auto field = LastNumber(line);
    if (!field || field->before.empty()) {
      warnings_.Add("line without a stack and its count",
                    fmt::format("{}:{}: found \"{}\"", name, lines.number(), line.substr(0, kShown)));
      continue;
    }
    AddTo(RowOf(field->before).values[static_cast<size_t>(side)], field->number);
    any = true;
  }
  if (!any) throw model::InputError(name, "has no folded stacks: no line is frames joined by ';', a space and a number");
}

FoldedColumns::Row& FoldedColumns::RowOf(std::string_view stack) {
  const uint64_t hash = model::MixHash(std::hash<std::string_view>()(stack));
  const uint32_t row = index_.FindOrAdd(
      hash, [&](uint32_t known) { return rows_[known].stack == stack; },
      [&] {
        rows_.push_back({.stack = Store(stack), .values = {}});
        return static_cast<uint32_t>(rows_.size() - 1);
      });
  return rows_[row];
}

std::string_view FoldedColumns::Store(std::string_view stack) {
  if (stack.size() > block_left_) {
    block_left_ = std::max(kBlockBytes, stack.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_left_));
    block_at_ = blocks_.back().get();
  }
  char* const at = block_at_;
  std::memcpy(at, stack.data(), stack.size());
  block_at_ += stack.size();
  block_left_ -= stack.size();
  return {at, stack.size()};
}

long double FoldedColumns::Total(Side side) const {
  long double total = 0;
  for (const Row& row : rows_) {
    const FoldedNumber& value = row.values[static_cast<size_t>(side)];
    total += static_cast<long double>(value.whole) + static_cast<long double>(value.millionths) / FoldedNumber::kMillion;
  }
  return total;
}

void FoldedColumns::Normalize() {
  const long double before = Total(Side::kBefore), after = Total(Side::kAfter);
  if (before == 0 || before == after) return;
  for (Row& row : rows_) {
    FoldedNumber& value = row.values[static_cast<size_t>(Side::kBefore)];
    const long double exact =
        static_cast<long double>(value.whole) + static_cast<long double>(value.millionths) / FoldedNumber::kMillion;
    value = {.whole = static_cast<int64_t>(std::min<long double>(std::floor(exact * (after / before)), 9.2e18L))};
  }
}

void FoldedColumns::Write(const std::function<void(std::string_view)>& write) const {
  std::string text;
  for (const Row& row : rows_) {
    text += row.stack;
    for (const FoldedNumber& value : row.values) Append(text, value);
    text += '\n';
    if (text.size() < kWrittenAtOnce) continue;
    write(text);
    text.clear();
  }
  write(text);
}

}  // namespace proto
