#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/profile/filter.h"
#include "model/call_graph.h"
#include "model/profile.h"
#include "model/warnings.h"

// What every report of a profile is made from: the profile after filters, the value it is about, the total that percentages
// are of. The options and the order in which they act are pprof's: docs/formats/pprof.md, "Options".
namespace analysis {

struct ViewOptions {
  std::string sample_index;  // a number or a sample type; empty = the profile's default
  bool mean = false;         // values divided by the first value of the sample
  double divide_by = 1;
  std::string unit = "minimum";  // one for the report; "auto" = each number its own
  std::optional<model::Granularity> granularity;
  bool inlines = true;
  bool columns = false;
  bool relative_percentages = false;  // the total is taken after the filters
  bool drop_negative = false;
  bool sort_by_cum = false;
  bool compact_labels = false;
  bool trim = true;
  int64_t node_count = -1;  // -1 = the report's own default
  double node_fraction = 0.005;
  double edge_fraction = 0.001;
  FilterOptions filters;
  std::string tag_root, tag_leaf;
  std::string trim_path, source_path;
};

class View {
 public:
  // Throws UsageError for a sample type that is not there and for filters that match nothing.
  View(model::Profile profile, const ViewOptions& options);

  const model::Profile& profile() const { return profile_; }
  size_t value() const { return value_; }
  std::optional<size_t> divisor() const { return options_.mean ? std::optional<size_t>(0) : std::nullopt; }
  int64_t total() const { return total_; }
  const std::string& type() const { return type_; }  // "cpu", "mean_delay"
  const std::string& unit() const { return unit_; }
  const ViewOptions& options() const { return options_; }
  double ratio() const { return 1 / options_.divide_by; }

  // Sample `row`'s value, its mean where means are asked for.
  int64_t SampleValue(size_t row) const;
  // A value of this report's type, in the unit of the report.
  std::string Format(int64_t value) const;
  // In one unit from here on, fit for the smallest of `values` and the total, unless the user has chosen one.
  void SelectUnit(const std::vector<int64_t>& values, bool integers_only = false);
  const std::string& output_unit() const { return output_unit_; }

  // File names without "./" and "//", as reports show them, and with kYes without what -trim_path names.
  enum class TrimPaths { kNo, kYes };
  void CleanFileNames(TrimPaths trim);

  // "File: ..", "Type: ..": what the profile says about itself, a line each.
  std::vector<std::string> Header() const;
  // The filters that were given, as the header of a report lists them.
  std::vector<std::string> ActiveFilters() const;

 private:
  model::Profile profile_;
  ViewOptions options_;
  size_t value_ = 0;
  int64_t total_ = 0;
  std::string type_, unit_, output_unit_;
};

// Index of the value type a user means by `wanted`; UsageError with the choice where there is none.
size_t FindValueType(const model::Profile& profile, const std::string& wanted);

// "12.50%" right-aligned in six characters, as the tables have it.
std::string PaddedPercent(int64_t value, int64_t total);

}  // namespace analysis
