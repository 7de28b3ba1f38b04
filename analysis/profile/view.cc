#include "analysis/profile/view.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <ctime>

#include "analysis/profile/file_names.h"
#include "analysis/profile/tag_frames.h"
#include "model/input_error.h"
#include "model/units.h"

namespace analysis {
namespace {

int64_t Absolute(int64_t value) { return value < 0 ? static_cast<int64_t>(0 - static_cast<uint64_t>(value)) : value; }

// Sum of absolute values, or of those alone that are marked as the base of a comparison.
int64_t TotalOf(const model::Profile& profile, size_t value, std::optional<size_t> divisor) {
  struct Sum {
    uint64_t value = 0, divisor = 0;
    int64_t mean() const {
      const auto by = static_cast<int64_t>(divisor);
      const auto sum = static_cast<int64_t>(value);
      return by == 0 || by == -1 ? sum : sum / by;
    }
  };
  std::vector<bool> is_base(profile.labels.size());
  for (uint32_t set = 0; set < is_base.size(); ++set) {
    is_base[set] = std::ranges::any_of(profile.labels[model::LabelSetId(set)], [&](const model::Label& label) {
      return !label.is_number && profile.symbols.text(label.key) == "pprof::base" &&
             profile.symbols.text(label.text) == "true";
    });
  }
  Sum all, base;
  for (size_t row = 0; row < profile.sample_count(); ++row) {
    const auto values = profile.values(row);
    const auto add = [&](Sum& sum) {
      sum.value += static_cast<uint64_t>(Absolute(values[value]));
      if (divisor) sum.divisor += static_cast<uint64_t>(values[*divisor]);
    };
    add(all);
    if (is_base[profile.sample_labels[row].index()]) add(base);
  }
  return static_cast<int64_t>(base.value) > 0 ? base.mean() : all.mean();
}

std::string LocalTime(int64_t unix_nanos) {
  const auto seconds = static_cast<std::time_t>(std::floor(static_cast<double>(unix_nanos) / 1e9));
  std::tm parts{};
  if (::localtime_r(&seconds, &parts) == nullptr) return std::to_string(unix_nanos);
  return fmt::format("{:%Y-%m-%d %H:%M:%S %Z}", parts);
}

}  // namespace

size_t FindValueType(const model::Profile& profile, const std::string& wanted) {
  if (profile.value_types.empty()) throw model::UsageError("the profile has no sample types, so there is nothing to report");
  if (wanted.empty()) return model::DefaultValueType(profile);
  size_t index = 0;
  const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), index);
  const bool is_number = error == std::errc() && end == wanted.data() + wanted.size();
  if (is_number && index < profile.value_count()) return index;
  const std::string without_inuse = wanted.starts_with("inuse_") ? wanted.substr(6) : wanted;
  std::string names;
  for (size_t i = 0; i < profile.value_count() && !is_number; ++i) {
    const std::string_view type = profile.symbols.text(profile.value_types[i].type);
    if (type == wanted || type == without_inuse) return i;
  }
  for (const model::ValueType& type : profile.value_types)
    names += (names.empty() ? "" : ", ") + std::string(profile.symbols.text(type.type));
  throw model::UsageError(fmt::format("no samples of type \"{}\"; this profile has: {}", wanted, names));
}

std::string PaddedPercent(int64_t value, int64_t total) {
  return fmt::format("{:>6}", model::FormatPercent(static_cast<double>(value), static_cast<double>(total)));
}

View::View(model::Profile profile, const ViewOptions& options) : profile_(std::move(profile)), options_(options) {
  if (options_.divide_by == 0 || !std::isfinite(options_.divide_by)) throw model::UsageError("-divide_by must not be 0");
  value_ = FindValueType(profile_, options_.sample_index);
  const model::ValueType& type = profile_.value_types[value_];
  type_ = (options_.mean ? "mean_" : "") + std::string(profile_.symbols.text(type.type));
  unit_ = profile_.symbols.text(type.unit);
  output_unit_ = options_.unit;
  AddTagFrames(profile_, options_.tag_root, options_.tag_leaf, options_.unit);
  if (options_.relative_percentages) Filter(profile_, options_.filters);
  total_ = TotalOf(profile_, value_, divisor());
  if (!options_.relative_percentages) Filter(profile_, options_.filters);
}

void View::CleanFileNames(TrimPaths trim) {
  model::Symbols& symbols = profile_.symbols;
  std::vector<model::StringId> cleaned(symbols.strings().size());
  for (uint32_t row = 1; row < symbols.functions().size(); ++row) {
    model::Function function = symbols.functions()[model::FunctionId(row)];
    if (function.file == model::StringId()) continue;
    model::StringId& file = cleaned[function.file.index()];
    if (file == model::StringId()) {
      const std::string_view whole = symbols.text(function.file);
      const std::string_view path =
          trim == TrimPaths::kYes ? TrimPath(whole, options_.trim_path, options_.source_path) : whole;
      file = symbols.InternString(path.empty() ? "" : CleanPath(path));
    }
    function.file = file;
    symbols.SetFunction(model::FunctionId(row), function);
  }
}

int64_t View::SampleValue(size_t row) const {
  const auto values = profile_.values(row);
  return model::Weight{values[value_], options_.mean ? values[0] : 0}.value();
}

std::string View::Format(int64_t value) const {
  if (ratio() > 0 && ratio() != 1) value = static_cast<int64_t>(static_cast<double>(value) * ratio());
  return model::FormatValueAs(value, unit_, output_unit_);
}

void View::SelectUnit(const std::vector<int64_t>& values, bool integers_only) {
  if (output_unit_ != "minimum" || values.empty()) return;
  int64_t smallest = 0;
  for (const int64_t value : values) {
    if (value != 0 && (smallest == 0 || Absolute(value) < smallest)) smallest = Absolute(value);
  }
  int64_t largest = total_;
  if (smallest == 0) smallest = largest;
  if (ratio() > 0 && ratio() != 1) {
    smallest = static_cast<int64_t>(static_cast<double>(smallest) * ratio());
    largest = static_cast<int64_t>(static_cast<double>(largest) * ratio());
  }
  const auto unit_of = [&](int64_t value) { return model::Scale(value, unit_, "minimum").unit; };
  const auto hundredfold = static_cast<int64_t>(static_cast<uint64_t>(smallest) * 100);
  std::string unit = unit_of(smallest);
  // Smaller than a hundredth of the largest: 0.01 of the larger unit will do for it.
  if (unit != unit_of(largest) && hundredfold < largest && !integers_only) unit = unit_of(hundredfold);
  output_unit_ = unit.empty() ? unit_ : unit;
}

std::vector<std::string> View::Header() const {
  const model::Symbols& symbols = profile_.symbols;
  std::vector<std::string> lines;
  if (profile_.main_mapping != model::MappingId()) {
    const model::Mapping& mapping = symbols.mappings()[profile_.main_mapping];
    const std::string_view file = symbols.text(mapping.file);
    if (!file.empty()) lines.push_back("File: " + std::string(file.substr(file.find_last_of('/') + 1)));
    if (mapping.build_id != model::StringId()) lines.push_back(fmt::format("Build ID: {}", symbols.text(mapping.build_id)));
  }
  for (const std::string& comment : profile_.comments) {
    if (!comment.starts_with('#')) lines.push_back(comment);
  }
  if (!type_.empty()) lines.push_back("Type: " + type_);
  if (!profile_.doc_url.empty()) lines.push_back("Doc: " + profile_.doc_url);
  if (profile_.time_nanos != 0) lines.push_back("Time: " + LocalTime(profile_.time_nanos));
  if (profile_.duration_nanos != 0) {
    const model::Scaled total = model::Scale(total_, unit_, "nanoseconds");
    std::string ratio_text;
    if (total.unit == "ns" && total.value != 0) {
      ratio_text = fmt::format("({})", PaddedPercent(static_cast<int64_t>(total.value), profile_.duration_nanos));
    }
    lines.push_back(fmt::format("Duration: {}, Total samples = {} {}",
                                model::FormatValue(profile_.duration_nanos, "nanoseconds"), Format(total_), ratio_text));
  }
  return lines;
}

std::vector<std::string> View::ActiveFilters() const {
  const FilterOptions& f = options_.filters;
  const std::vector<std::pair<const char*, const std::string*>> all = {{"focus", &f.focus},
                                                                       {"ignore", &f.ignore},
                                                                       {"hide", &f.hide},
                                                                       {"show", &f.show},
                                                                       {"show_from", &f.show_from},
                                                                       {"tagfocus", &f.tag_focus},
                                                                       {"tagignore", &f.tag_ignore},
                                                                       {"tagshow", &f.tag_show},
                                                                       {"taghide", &f.tag_hide}};
  std::vector<std::string> lines;
  for (const auto& [name, value] : all) {
    if (value->empty()) continue;
    const std::string line = fmt::format("{}={}", name, *value);
    lines.push_back("   " + (line.size() > 80 ? line.substr(0, 80) + "…" : line));
  }
  if (!lines.empty()) lines.insert(lines.begin(), "Active filters:");
  return lines;
}

}  // namespace analysis
