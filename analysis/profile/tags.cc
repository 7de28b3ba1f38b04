#include "analysis/profile/tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/profile/tag_filter.h"
#include "analysis/profile/top.h"
#include "model/units.h"

namespace analysis {
namespace {

struct Key {
  std::map<std::string, int64_t> values;
  int64_t total = 0;
};

void Add(int64_t& sum, int64_t value) {
  sum = static_cast<int64_t>(static_cast<uint64_t>(sum) + static_cast<uint64_t>(value));
}

std::map<std::string, Key> Sums(const View& view) {
  const model::Profile& profile = view.profile();
  const auto units = NumberUnits(profile);
  std::vector<int64_t> by_set(profile.labels.size());
  std::vector<bool> is_used(profile.labels.size());
  for (size_t row = 0; row < profile.sample_count(); ++row) {
    Add(by_set[profile.sample_labels[row].index()], profile.values(row)[view.value()]);
    is_used[profile.sample_labels[row].index()] = true;
  }
  std::map<std::string, Key> keys;
  for (uint32_t set = 0; set < by_set.size(); ++set) {
    if (!is_used[set]) continue;
    for (const model::Label& label : profile.labels[model::LabelSetId(set)]) {
      const std::string name(profile.symbols.text(label.key));
      Key& key = keys[name];
      const std::string value = label.is_number ? model::FormatValueAs(label.number, units.at(name), view.output_unit())
                                                : std::string(profile.symbols.text(label.text));
      Add(key.values[value], by_set[set]);
      Add(key.total, by_set[set]);
    }
  }
  return keys;
}

size_t Width(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}
std::string RightAligned(const std::string& text, size_t width) {
  return std::string(width - std::min(width, Width(text)), ' ') + text;
}

using Row = std::pair<std::string, int64_t>;

std::vector<Row> ByWeight(const Key& key) {
  std::vector<Row> rows(key.values.begin(), key.values.end());
  const auto weight = [](int64_t value) {
    return value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  };
  std::ranges::stable_sort(rows, [&](const Row& a, const Row& b) { return weight(a.second) > weight(b.second); });
  return rows;
}

}  // namespace

model::Report Tags(const View& view) {
  model::Lines text;
  model::ValueObject json;
  const auto percent = [&](int64_t value) {
    return view.total() > 0 ? fmt::format(" ({})", PaddedPercent(value, view.total())) : std::string();
  };
  for (const auto& [name, key] : Sums(view)) {
    const std::string head = name + ":";
    const size_t head_width = Width(head) + 1;
    const std::vector<Row> rows = ByWeight(key);
    size_t value_width = 0;
    std::vector<std::string> cells;
    model::ValueList values;
    for (const auto& [value, sum] : rows) {
      cells.push_back(fmt::format("{}{}:", view.Format(sum), percent(sum)));
      value_width = std::max(value_width, Width(cells.back()) + 1);
      values.push_back(model::ValueObject{{"value", value}, {"sum", sum}});
    }
    text.lines.push_back(fmt::format("{} Total {} of {}{}", RightAligned(head, head_width), view.Format(key.total),
                                     view.Format(view.total()), percent(key.total)));
    for (size_t i = 0; i < rows.size(); ++i) {
      text.lines.push_back(
          fmt::format("{}{} {}", std::string(head_width, ' '), RightAligned(cells[i], value_width), rows[i].first));
    }
    text.lines.emplace_back();
    json.emplace_back(name, model::ValueObject{{"total", key.total}, {"values", values}});
  }
  return {.title = "tags",
          .blocks = {text, ProfileFields(view), model::Data{"tags", json}},
          .warnings = view.profile().warnings};
}

}  // namespace analysis
