#include "model/units.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <span>
#include <vector>

namespace model {
namespace {

struct Unit {
  std::string_view shown;
  double factor;                            // in the family's base unit
  std::vector<std::string_view> spellings;  // lower case, without a plural s
};
struct Family {
  std::vector<Unit> units;    // ascending
  std::string_view fallback;  // shown for values too small for the smallest unit
  double fallback_factor;
};

const std::vector<Family>& Families() {
  static const std::vector<Family> kFamilies = {
      {{{"B", 1, {"b", "byte"}},
        {"kB", 0x1p10, {"kb", "kbyte", "kilobyte"}},
        {"MB", 0x1p20, {"mb", "mbyte", "megabyte"}},
        {"GB", 0x1p30, {"gb", "gbyte", "gigabyte"}},
        {"TB", 0x1p40, {"tb", "tbyte", "terabyte"}},
        {"PB", 0x1p50, {"pb", "pbyte", "petabyte"}}},
       "B",
       1},
      {{{"ns", 1, {"ns", "nanosecond"}},
        {"us", 1e3, {"μs", "us", "microsecond"}},
        {"ms", 1e6, {"ms", "millisecond"}},
        {"s", 1e9, {"s", "sec", "second"}},
        {"hrs", 3600e9, {"hour", "hr"}}},
       "s",
       1e9},
      {{{"n*GCU", 1e-9, {"nanogcu"}},
        {"u*GCU", 1e-6, {"microgcu"}},
        {"m*GCU", 1e-3, {"milligcu"}},
        {"GCU", 1, {"gcu"}},
        {"k*GCU", 1e3, {"kilogcu"}},
        {"M*GCU", 1e6, {"megagcu"}},
        {"G*GCU", 1e9, {"gigagcu"}},
        {"T*GCU", 1e12, {"teragcu"}},
        {"P*GCU", 1e15, {"petagcu"}}},
       "GCU",
       1},
  };
  return kFamilies;
}

const Unit* FindIn(const Family& family, std::string_view name) {
  std::string key;
  for (const char c : name) key += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (key.size() > 2 && key.back() == 's') key.pop_back();
  for (const Unit& unit : family.units) {
    for (const std::string_view spelling : unit.spellings) {
      if (spelling == key) return &unit;
    }
  }
  return nullptr;
}

// Units that say no more than "a number of".
bool IsDull(std::string_view unit) {
  return unit == "count" || unit == "sample" || unit == "unit" || unit == "minimum" || unit == "auto";
}

std::string Number(double value) {
  std::string text = fmt::format("{:.2f}", value);
  if (text.ends_with(".00")) text.resize(text.size() - 3);
  return text == "-0" ? "0" : text;
}

std::string Label(const Scaled& scaled) {
  const std::string number = Number(scaled.value);
  return number == "0" ? number : number + scaled.unit;
}

Scaled AutoScale(const Family& family, double base_value) {
  const Unit* best = nullptr;
  for (const Unit& unit : family.units) {
    if (base_value / unit.factor >= 1.0) best = &unit;
  }
  if (best == nullptr) return {base_value / family.fallback_factor, std::string(family.fallback)};
  return {base_value / best->factor, std::string(best->shown)};
}

}  // namespace

Scaled Scale(int64_t value, std::string_view unit, std::string_view shown_unit) {
  if (value < 0 && value != INT64_MIN) {
    Scaled positive = Scale(-value, unit, shown_unit);
    positive.value = -positive.value;
    return positive;
  }
  const bool is_auto = shown_unit == "auto" || shown_unit == "minimum";
  for (const Family& family : Families()) {
    const Unit* from = FindIn(family, unit);
    if (from == nullptr) continue;
    const double base_value = static_cast<double>(value) * from->factor;
    if (is_auto) return AutoScale(family, base_value);
    const Unit* to = FindIn(family, shown_unit);
    if (to == nullptr) return {base_value / family.fallback_factor, std::string(family.fallback)};
    return {base_value / to->factor, std::string(to->shown)};
  }
  return {static_cast<double>(value), IsDull(shown_unit) ? "" : std::string(shown_unit)};
}

std::string FormatValue(int64_t value, std::string_view unit) { return Label(Scale(value, unit, "auto")); }

std::string FormatValueAs(int64_t value, std::string_view unit, std::string_view shown_unit) {
  return Label(Scale(value, unit, shown_unit));
}

std::string FormatChange(int64_t value, std::string_view unit) { return (value > 0 ? "+" : "") + FormatValue(value, unit); }

std::string FormatPercent(double value, double total) {
  const double percent = total == 0 ? 0 : std::abs(value / total) * 100;
  if (percent >= 99.95 && percent <= 100.05) return "100%";
  if (percent >= 1) return fmt::format("{:.2f}%", percent);
  return fmt::format("{:.2g}%", percent);
}

std::string FormatCount(uint64_t count) {
  std::string text = std::to_string(count);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

}  // namespace model
