#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

// One line of a folded file taken apart, without a decision on what it means.
namespace proto {

// A count as folded files have it: digits, perhaps a point and more digits. Fractions are kept in millionths.
struct FoldedNumber {
  static constexpr int64_t kMillion = 1'000'000;
  int64_t whole = 0;
  int32_t millionths = 0;
};

// nullopt: not a number, or one that does not fit.
std::optional<FoldedNumber> ParseFoldedNumber(std::string_view text);

struct FoldedField {
  std::string_view before;  // the line up to the white space in front of the number
  FoldedNumber number;
};

// The number at the end of `line`. nullopt where the line has no number behind white space.
std::optional<FoldedField> LastNumber(std::string_view line);

}  // namespace proto
