#include "analysis/profile/function_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "analysis/profile/function_match.h"
#include "model/input_error.h"
#include "model/string_table.h"
#include "model/units.h"

namespace analysis {
namespace {

using model::NodeId;

constexpr uint32_t kNone = UINT32_MAX;

// One profile by function: numbers by NodeId of its own place table.
struct OneProfile {
  const View& view;
  model::PlaceTable places;
  model::CallGraph graph;
  std::vector<std::optional<model::StringId>> names;  // by NodeId; none for those without a value
  std::vector<uint32_t> function;                     // by NodeId: index in the common table

  explicit OneProfile(const View& of)
      : view(of),
        places(of.profile().symbols, {.inlines = of.options().inlines}),
        graph(model::Weigh(of.profile(), places, {.value = of.value(), .edges = false})),
        names(places.size()),
        function(places.size(), kNone) {}
};

// The functions of one side that have a value, by name, each with where it is defined as far as known.
class SideNames {
 public:
  struct Named {
    model::StringId name;  // in the common table
    std::string_view file;
    int64_t start_line = 0;
  };

  // Gives the profile's nodes their names in the common table.
  void Add(OneProfile& profile, model::StringTable& names) {
    const model::Symbols& symbols = profile.view.profile().symbols;
    for (uint32_t row = 0; row < symbols.location_count(); ++row) {
      const auto lines = symbols.lines(model::LocationId(row));
      const auto nodes = profile.places.nodes(model::LocationId(row));
      for (size_t i = 0; i < nodes.size(); ++i) {
        const model::Node& node = profile.graph.nodes[nodes[i].index()];
        auto& name = profile.names[nodes[i].index()];
        if (name || (node.flat.sum == 0 && node.cum.sum == 0)) continue;
        name = names.Intern(profile.places.Name(nodes[i]));
        if (Has(*name)) continue;
        has_.resize(std::max(has_.size(), names.size()));
        has_[name->index()] = true;
        Named function{.name = *name};
        if (i < lines.size()) {
          const model::Function& defined =
              symbols.functions()[lines[lines.size() == nodes.size() ? i : lines.size() - 1].function];
          function.file = symbols.text(defined.file);
          function.start_line = defined.start_line;
        }
        functions.push_back(function);
      }
    }
  }
  bool Has(model::StringId name) const { return name.index() < has_.size() && has_[name.index()]; }

  // Those that the other side does not have.
  std::vector<Named> Without(const SideNames& other) const {
    std::vector<Named> alone;
    std::ranges::copy_if(functions, std::back_inserter(alone), [&](const Named& named) { return !other.Has(named.name); });
    return alone;
  }

  std::vector<Named> functions;

 private:
  std::vector<bool> has_;  // by name
};

// How much of the value one sample stands for.
double SampleUnit(const std::vector<View>& side) {
  const View& view = side[0];
  const model::Profile& profile = view.profile();
  if (profile.value_types.empty()) return 1;
  const auto sum = [&](size_t type) {
    double total = 0;
    for (const View& each : side) {
      for (size_t row = 0; row < each.profile().sample_count(); ++row)
        total += std::abs(static_cast<double>(each.profile().values(row)[type]));
    }
    return total;
  };
  const double total = sum(view.value());
  const auto text = [&](model::StringId id) { return profile.symbols.text(id); };
  const model::ValueType& type = profile.value_types[view.value()];
  if (profile.period > 0 && text(type.type) == text(profile.period_type.type) &&
      text(type.unit) == text(profile.period_type.unit)) {
    return static_cast<double>(profile.period);
  }
  // Heap: one sample for each `period` bytes, whatever is counted.
  if (profile.period > 0 && text(profile.period_type.unit) == "bytes") {
    const std::string_view name = text(type.type);
    const std::string space = std::string(name.substr(0, name.find('_'))) + "_space";
    for (size_t i = 0; i < profile.value_count(); ++i) {
      const double bytes = text(profile.value_types[i].type) == space ? sum(i) : 0;
      if (bytes > 0 && total > 0) return std::max(1.0, total / std::max(1.0, bytes / static_cast<double>(profile.period)));
    }
  }
  // Contention: the first type counts the events.
  const double events = text(profile.value_types[0].unit) == "count" ? sum(0) : 0;
  return events > 0 && total > 0 ? std::max(1.0, total / events) : 1;
}

double Total(const View& view) { return static_cast<double>(model::Total(view.profile(), view.value())); }

class Builder {
 public:
  Builder(FunctionTable& table, const std::vector<View>& before, const std::vector<View>& after) : table_(table) {
    for (const View& view : before) before_.emplace_back(view);
    for (const View& view : after) after_.emplace_back(view);
  }

  void Run() {
    SideNames names_before, names_after;
    for (OneProfile& profile : before_) names_before.Add(profile, names_);
    for (OneProfile& profile : after_) names_after.Add(profile, names_);
    Number(names_before, names_after);
    for (size_t run = 0; run < before_.size(); ++run) AddValues(before_[run], run, true);
    for (size_t run = 0; run < after_.size(); ++run) AddValues(after_[run], run, false);
    for (OneProfile& profile : before_) AddStacks(profile, table_.stack_before);
    for (OneProfile& profile : after_) AddStacks(profile, table_.stack_after);
    table_.stack_before.resize(table_.stacks.size());
    table_.stack_after.resize(table_.stacks.size());
  }

 private:
  void Number(const SideNames& before, const SideNames& after) {
    before_index_.assign(names_.size(), kNone);
    after_index_.assign(names_.size(), kNone);
    const auto add = [&](model::StringId name) {
      table_.functions.push_back({.name = std::string(names_[name]),
                                  .flat_before = std::vector<double>(before_.size()),
                                  .flat_after = std::vector<double>(after_.size()),
                                  .cum_before = std::vector<double>(before_.size()),
                                  .cum_after = std::vector<double>(after_.size())});
      return static_cast<uint32_t>(table_.functions.size() - 1);
    };
    for (const SideNames::Named& function : after.functions) after_index_[function.name.index()] = add(function.name);
    Match(before.Without(after), after.Without(before));
    for (const SideNames::Named& function : before.functions) {
      uint32_t& row = before_index_[function.name.index()];
      const uint32_t same = after_index_[function.name.index()];
      if (same != kNone) row = same;
      if (row == kNone) row = add(function.name);
    }
  }

  void Match(const std::vector<SideNames::Named>& gone, const std::vector<SideNames::Named>& added) {
    const auto identities = [&](const std::vector<SideNames::Named>& functions) {
      std::vector<FunctionIdentity> result;
      for (const SideNames::Named& function : functions)
        result.push_back({std::string(names_[function.name]), std::string(function.file), function.start_line});
      return result;
    };
    for (const FunctionMatch& match : GuessMatches(identities(gone), identities(added))) {
      const model::StringId was = gone[match.before].name, is = added[match.after].name;
      const uint32_t row = after_index_[is.index()];
      table_.functions[row].was = names_[was];
      before_index_[was.index()] = row;
      table_.guesses.push_back({std::string(names_[was]), std::string(names_[is]), match.why});
    }
  }

  void AddValues(OneProfile& profile, size_t run, bool is_before) {
    const auto& index = is_before ? before_index_ : after_index_;
    for (uint32_t row = 0; row < profile.places.size(); ++row) {
      const model::Node& node = profile.graph.nodes[row];
      if (!profile.names[row]) continue;
      const uint32_t at = profile.function[row] = index[profile.names[row]->index()];
      FunctionTable::Function& function = table_.functions[at];
      (is_before ? function.flat_before : function.flat_after)[run] += static_cast<double>(node.flat.value());
      (is_before ? function.cum_before : function.cum_after)[run] += static_cast<double>(node.cum.value());
    }
    for (uint32_t row = 0; row < profile.view.profile().symbols.location_count(); ++row) {
      const auto nodes = profile.places.nodes(model::LocationId(row));
      for (size_t i = 0; i < nodes.size(); ++i) {
        const uint32_t at = profile.function[nodes[i].index()];
        if (at == kNone) continue;
        FunctionTable::Function& function = table_.functions[at];
        FunctionTable::Calls& calls = is_before ? function.calls_before : function.calls_after;
        (i + 1 < nodes.size() ? calls.inlined : calls.plain) = true;
      }
    }
  }

  void AddStacks(const OneProfile& profile, std::vector<double>& values) {
    const model::Profile& source = profile.view.profile();
    std::vector<model::StackId> mapped(source.stacks.size());
    for (uint32_t row = 1; row < mapped.size(); ++row) {
      model::StackId at = mapped[source.stacks.caller(model::StackId(row)).index()];
      const auto nodes = profile.places.nodes(source.stacks.location(model::StackId(row)));
      for (size_t i = nodes.size(); i > 0; --i) {
        const uint32_t function = profile.function[nodes[i - 1].index()];
        if (function != kNone) at = table_.stacks.Child(at, model::LocationId(function));
      }
      mapped[row] = at;
    }
    values.resize(std::max(values.size(), table_.stacks.size()));
    for (size_t row = 0; row < source.sample_count(); ++row) {
      values[mapped[source.sample_stack[row].index()].index()] +=
          static_cast<double>(source.values(row)[profile.view.value()]);
    }
  }

  FunctionTable& table_;
  std::vector<OneProfile> before_, after_;
  model::StringTable names_;                          // of both sides
  std::vector<uint32_t> before_index_, after_index_;  // by name
};

void WantSameType(const std::vector<View>& before, const std::vector<View>& after) {
  for (const auto* side : {&before, &after}) {
    for (const View& view : *side) {
      if (view.type() == before[0].type() && view.unit() == before[0].unit()) continue;
      throw model::UsageError(fmt::format("can't compare {} in {} with {} in {}; choose what both have with -sample_index",
                                          before[0].type(), before[0].unit(), view.type(), view.unit()));
    }
  }
}

double Seconds(const std::vector<View>& side) {
  double sum = 0;
  for (const View& view : side) sum += static_cast<double>(view.profile().duration_nanos) / 1e9;
  return sum / static_cast<double>(side.size());
}

void AddNotes(FunctionTable& table, const std::vector<View>& before, const std::vector<View>& after) {
  const double seconds_before = Seconds(before), seconds_after = Seconds(after);
  if (seconds_before > 0 && seconds_after > 0 &&
      std::max(seconds_before, seconds_after) > 2 * std::min(seconds_before, seconds_after)) {
    table.notes.push_back(fmt::format("the sides were recorded for {:.2f}s and {:.2f}s; --normalize compares shares",
                                      seconds_before, seconds_after));
  }
  if (before[0].profile().period != after[0].profile().period) {
    table.notes.push_back(fmt::format("the sides have different sampling periods: {} and {}", before[0].profile().period,
                                      after[0].profile().period));
  }
}

}  // namespace

FunctionTable::FunctionTable(const std::vector<View>& before, const std::vector<View>& after) {
  WantSameType(before, after);
  for (const View& view : before) total_before.push_back(Total(view));
  for (const View& view : after) total_after.push_back(Total(view));
  unit_before = SampleUnit(before);
  unit_after = SampleUnit(after);
  Builder(*this, before, after).Run();
  AddNotes(*this, before, after);
}

}  // namespace analysis
