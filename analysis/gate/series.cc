#include "analysis/gate/series.h"

#include <algorithm>

namespace analysis {
namespace {

// Calls each(run, row, value, variance) for every row of every run.
template <class Each>
void ForEachRow(const RunTable& table, size_t value_type, Each each) {
  const size_t width = table.value_types().size();
  for (size_t run = 0; run < table.runs().size(); ++run) {
    const Run& rows = table.runs()[run];
    for (size_t row = 0; row < rows.stack.size(); ++row) {
      each(run, row, static_cast<double>(rows.value[row * width + value_type]), rows.variance[row * width + value_type]);
    }
  }
}

Series Empty(const RunTable& table) {
  return {std::vector<double>(table.runs().size()), std::vector<double>(table.runs().size())};
}

void AddTo(Series& series, size_t run, double value, double variance) {
  series.value[run] += value;
  series.variance[run] += variance;
}

}  // namespace

Series TotalSeries(const RunTable& table, size_t value_type) {
  Series series = Empty(table);
  ForEachRow(table, value_type,
             [&](size_t run, size_t, double value, double variance) { AddTo(series, run, value, variance); });
  return series;
}

std::vector<FunctionSeries> SumFunctions(const RunTable& table, size_t value_type) {
  const model::StackTrie& stacks = table.stacks();
  std::vector<FunctionSeries> all(table.strings().size());
  std::vector<size_t> last_seen(all.size());  // the visit in which a function was last added to, from 1
  size_t visit = 0;
  const auto series = [&](model::StringId function) -> FunctionSeries& {
    FunctionSeries& found = all[function.index()];
    if (found.flat.value.empty()) found = {function, Empty(table), Empty(table)};
    return found;
  };
  ForEachRow(table, value_type, [&](size_t run, size_t row, double value, double variance) {
    const model::StackId leaf = table.runs()[run].stack[row];
    if (leaf == model::StackTrie::root() || value == 0) return;
    ++visit;
    AddTo(series(table.function(leaf)).flat, run, value, variance);
    for (const model::LocationId location : stacks.LeafFirst(leaf)) {
      const model::StringId function = RunTable::FunctionOf(location);
      if (std::exchange(last_seen[function.index()], visit) != visit) AddTo(series(function).cum, run, value, variance);
    }
  });
  std::erase_if(all, [](const FunctionSeries& function) { return function.flat.value.empty(); });
  return all;
}

namespace {

// Rows of a trie that are in a group: by their own name or, for cum, by a caller's.
std::vector<bool> RowsIn(const RunTable& table, const model::StackTrie& stacks, Measure measure,
                         const std::function<bool(std::string_view)>& is_in) {
  std::vector<bool> name_is_in(table.strings().size());
  for (uint32_t id = 0; id < name_is_in.size(); ++id) name_is_in[id] = is_in(table.strings()[model::StringId(id)]);
  std::vector<bool> row_is_in(stacks.size());
  for (uint32_t id = 1; id < stacks.size(); ++id) {  // callers come first
    const model::StackId row(id);
    const bool here = name_is_in[RunTable::FunctionOf(stacks.location(row)).index()];
    row_is_in[id] = here || (measure == Measure::kCum && row_is_in[stacks.caller(row).index()]);
  }
  return row_is_in;
}

}  // namespace

Series SumGroup(const RunTable& table, size_t value_type, Measure measure,
                const std::function<bool(std::string_view)>& is_in) {
  const std::vector<bool> row_is_in = RowsIn(table, table.stacks(), measure, is_in);
  Series series = Empty(table);
  ForEachRow(table, value_type, [&](size_t run, size_t row, double value, double variance) {
    if (row_is_in[table.runs()[run].stack[row].index()]) AddTo(series, run, value, variance);
  });
  return series;
}

Series SumLine(const RunTable& table, size_t value_type, Measure measure, std::string_view place) {
  const std::vector<bool> row_is_in = RowsIn(table, table.line_stacks(), measure, [&](std::string_view name) {
    return name.ends_with(place) && (name.size() == place.size() || name[name.size() - place.size() - 1] == '/');
  });
  Series series = Empty(table);
  ForEachRow(table, value_type, [&](size_t run, size_t row, double value, double variance) {
    if (row_is_in[table.runs()[run].lines[row].index()]) AddTo(series, run, value, variance);
  });
  return series;
}

Series SumLabel(const RunTable& table, size_t value_type, std::string_view key, std::string_view text) {
  std::vector<bool> set_is_in(table.labels().size());
  for (uint32_t set = 0; set < set_is_in.size(); ++set) {
    set_is_in[set] = std::ranges::any_of(table.labels()[model::LabelSetId(set)], [&](const model::Label& label) {
      const bool is_text = table.strings()[label.text] == text && !label.is_number;
      return table.strings()[label.key] == key && (is_text || (label.is_number && std::to_string(label.number) == text));
    });
  }
  Series series = Empty(table);
  ForEachRow(table, value_type, [&](size_t run, size_t row, double value, double variance) {
    if (set_is_in[table.runs()[run].labels[row].index()]) AddTo(series, run, value, variance);
  });
  return series;
}

}  // namespace analysis
