#include "analysis/profile/sample_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "model/input_error.h"
#include "model/units.h"

namespace analysis {
namespace {

std::string TypeText(const model::Profile& profile, const model::ValueType& type) {
  return fmt::format("{}/{}", profile.symbols.text(type.type), profile.symbols.text(type.unit));
}

std::optional<size_t> FindType(const model::Profile& profile, std::string_view name) {
  for (size_t i = 0; i < profile.value_count(); ++i) {
    if (profile.symbols.text(profile.value_types[i].type) == name) return i;
  }
  return std::nullopt;
}

// Leaves the value types `indices`, in that order.
void KeepTypes(model::Profile& profile, const std::vector<size_t>& indices) {
  std::vector<size_t> all(profile.value_count());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  if (indices == all) return;
  std::vector<model::ValueType> types;
  std::vector<int64_t> values;
  for (const size_t i : indices) types.push_back(profile.value_types[i]);
  for (size_t row = 0; row < profile.sample_count(); ++row) {
    for (const size_t i : indices) values.push_back(profile.values(row)[i]);
  }
  const auto wanted = profile.default_value_type ? std::ranges::find(indices, *profile.default_value_type) : indices.end();
  profile.default_value_type = wanted == indices.end() ? 0 : static_cast<size_t>(wanted - indices.begin());
  profile.value_types = std::move(types);
  profile.sample_value = std::move(values);
}

void KeepCommonTypes(model::Profile& a, model::Profile& b) {
  std::vector<size_t> kept_of_a, kept_of_b;
  for (size_t i = 0; i < a.value_count(); ++i) {
    const auto at = FindType(b, a.symbols.text(a.value_types[i].type));
    if (!at) continue;
    kept_of_a.push_back(i);
    kept_of_b.push_back(*at);
  }
  if (kept_of_a.empty() && TypesText(a) != TypesText(b)) {
    throw model::UsageError(
        fmt::format("the profiles have no sample type in common: one has {}; another has {}", TypesText(a), TypesText(b)));
  }
  KeepTypes(a, kept_of_a);
  KeepTypes(b, kept_of_b);
}

// How many `to` one `from` is; nullopt where they don't measure the same.
std::optional<double> RatioOf(std::string_view from, std::string_view to) {
  if (from == to) return 1;
  const model::Scaled there = model::Scale(1, from, to);
  const model::Scaled back = model::Scale(1, to, from);
  const bool is_same_unit = there.value == 1 && back.value == 1;  // "ns" and "nanoseconds"
  if (is_same_unit && there.unit != model::Scale(1, to, to).unit) return std::nullopt;
  return std::abs(there.value * back.value - 1) < 1e-9 ? std::optional(there.value) : std::nullopt;
}

// Brings each value type to the finer one of both units.
void UseFinerUnits(model::Profile& a, model::Profile& b) {
  std::vector<double> scale_of_a, scale_of_b;
  for (size_t i = 0; i < a.value_count(); ++i) {
    const std::string unit_of_a(a.symbols.text(a.value_types[i].unit)), unit_of_b(b.symbols.text(b.value_types[i].unit));
    const auto ratio = RatioOf(unit_of_b, unit_of_a);
    if (!ratio) throw model::UsageError(fmt::format("samples in {} can't be added to samples in {}", unit_of_b, unit_of_a));
    const bool is_b_finer = *ratio < 1;
    scale_of_a.push_back(is_b_finer ? RatioOf(unit_of_a, unit_of_b).value_or(1) : 1);
    scale_of_b.push_back(is_b_finer ? 1 : *ratio);
    if (is_b_finer) a.value_types[i].unit = a.symbols.InternString(unit_of_b);
  }
  Scale(a, scale_of_a);
  Scale(b, scale_of_b);
}

void WantSamePeriodType(const model::Profile& a, const model::Profile& b) {
  const std::string type_of_a = TypeText(a, a.period_type), type_of_b = TypeText(b, b.period_type);
  if (type_of_a == type_of_b) return;
  throw model::UsageError(
      fmt::format("profiles of different kinds can't be added: period types {} and {}", type_of_a, type_of_b));
}

}  // namespace

std::string TypesText(const model::Profile& profile) {
  std::string text;
  for (const model::ValueType& type : profile.value_types) text += (text.empty() ? "" : ", ") + TypeText(profile, type);
  return text;
}

void AgreeOnTypes(model::Profile& a, model::Profile& b) {
  KeepCommonTypes(a, b);
  UseFinerUnits(a, b);
  WantSamePeriodType(a, b);
}

void Scale(model::Profile& profile, std::span<const double> ratios) {
  if (std::ranges::all_of(ratios, [](double ratio) { return ratio == 1; })) return;
  const size_t width = profile.value_count();
  size_t kept = 0;
  for (size_t row = 0; row < profile.sample_count(); ++row) {
    bool is_zero = true;
    for (size_t i = 0; i < width; ++i) {
      const int64_t value = profile.sample_value[row * width + i];
      const double scaled = std::round(static_cast<double>(value) * ratios[i]);
      const int64_t result = ratios[i] == 1 ? value : static_cast<int64_t>(std::clamp(scaled, -9.2e18, 9.2e18));
      profile.sample_value[kept * width + i] = result;
      is_zero &= result == 0;
    }
    if (is_zero) continue;
    profile.sample_stack[kept] = profile.sample_stack[row];
    profile.sample_labels[kept] = profile.sample_labels[row];
    ++kept;
  }
  profile.sample_stack.resize(kept);
  profile.sample_labels.resize(kept);
  profile.sample_value.resize(kept * width);
}

}  // namespace analysis
