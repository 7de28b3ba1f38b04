#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// The only place that prints "12.3ms". Rules and rounding are pprof's (internal/measurement), because its users
// compare our numbers with its: 1 kB = 1024 B; two decimals, ".00" cut; time in ns, us, ms, s, hrs.
namespace model {

// A value in the unit it is shown in. `shown_unit` "auto" or "minimum" picks the largest unit in which the value is at
// least 1, and nothing for a unit that is no size and no time.
struct Scaled {
  double value = 0;
  std::string unit;
};
Scaled Scale(int64_t value, std::string_view unit, std::string_view shown_unit);

// `value` in `unit` as people read it, in the unit that fits it: (1536, "bytes") -> "1.50kB", (61e9, "nanoseconds") ->
// "61s", (12, "count") -> "12".
std::string FormatValue(int64_t value, std::string_view unit);

// The same in a unit chosen by the caller ("ms", "MB"), for columns of one unit.
std::string FormatValueAs(int64_t value, std::string_view unit, std::string_view shown_unit);

// With a sign always: "+1.20s", "-3", "0".
std::string FormatChange(int64_t value, std::string_view unit);

// value/total as pprof prints percentages: "12.50%", " 1.2%" without padding: 5.2f from 1 %, 2 digits below, "100%". total 0
// -> "0%".
std::string FormatPercent(double value, double total);

std::string FormatCount(uint64_t count);  // "1,234,567"

}  // namespace model
