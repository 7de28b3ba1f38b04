#include "analysis/profile/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "analysis/frame_origin.h"
#include "analysis/profile/frame_owners.h"
#include "model/units.h"

namespace analysis {
namespace {

using model::FrameOrigin;
using model::LocationId;
using model::StackId;

// Where goroutines and threads that work for the runtime alone begin, or what they can't be without.
constexpr std::array<std::string_view, 6> kCollectorGlue = {"runtime.gcBgMarkWorker", "runtime.bgsweep",
                                                            "runtime.bgscavenge",     "runtime.gcStart",
                                                            "runtime.runfinq",        "runtime.runFinalizers"};
constexpr std::array<std::string_view, 12> kSchedulerGlue = {
    "runtime.mcall",   "runtime.schedule",    "runtime.findRunnable", "runtime.park_m",
    "runtime.sysmon",  "runtime.mstart",      "runtime.mstart1",      "runtime.gopreempt_m",
    "runtime.goexit0", "runtime.systemstack", "runtime.morestack",    "runtime.gcenable"};

std::string_view FunctionAt(const model::Symbols& symbols, const model::Line& line) {
  return symbols.function_name(line.function);
}

// What a location says about the stack it is in; nullopt: nothing.
std::optional<Account> AccountAt(const model::Symbols& symbols, LocationId id) {
  for (const model::Line& line : symbols.lines(id)) {
    const std::string_view name = FunctionAt(symbols, line);
    if (std::ranges::find(kCollectorGlue, name) != kCollectorGlue.end()) return Account::kCollector;
    if (std::ranges::find(kSchedulerGlue, name) != kSchedulerGlue.end()) return Account::kScheduler;
  }
  return std::nullopt;
}

// By stack row: somebody's own code makes it the program's; else the glue nearest to the root decides.
std::vector<Account> Accounts(const model::Profile& profile, const FrameOwners& owners) {
  std::vector<std::optional<Account>> at(profile.symbols.location_count());
  for (uint32_t row = 0; row < at.size(); ++row) at[row] = AccountAt(profile.symbols, LocationId(row));
  std::vector<Account> accounts(profile.stacks.size(), Account::kOther);
  for (uint32_t row = 1; row < accounts.size(); ++row) {
    const StackId stack(row);
    const Account above = accounts[profile.stacks.caller(stack).index()];
    accounts[row] = !owners.Of(stack).empty()  ? Account::kProgram
                    : above != Account::kOther ? above
                                               : at[profile.stacks.location(stack).index()].value_or(Account::kOther);
  }
  return accounts;
}

FrameOrigin OriginAt(const model::Symbols& symbols, LocationId id) {
  const std::string_view mapping = symbols.text(symbols.mappings()[symbols.location(id).mapping].file);
  const auto lines = symbols.lines(id);
  if (lines.empty()) return OriginOf({.mapping = mapping}, "");
  const model::Function& function = symbols.functions()[lines[0].function];
  return OriginOf({.function = symbols.text(function.name), .file = symbols.text(function.file), .mapping = mapping}, "");
}

double Share(int64_t value, int64_t total) {
  return total == 0 ? 0 : static_cast<double>(value) / static_cast<double>(total);
}

// "main.save (store.go:31) 62%": whom most of a layer was done for.
std::string MostlyFor(const Layers::Layer& layer) {
  const auto largest = std::ranges::max_element(layer.by_owner, {}, [](const auto& entry) { return entry.second; });
  if (largest == layer.by_owner.end() || largest->first.empty() || largest->second <= 0) return "";
  return fmt::format("{} {:.0f}%", largest->first, 100 * Share(largest->second, layer.self));
}

model::Table LayerTable(const Layers& layers, const std::string& unit) {
  model::Table table{.key = "layers",
                     .title = "Whose instructions were run",
                     .columns = {{.key = "self", .label = "self", .unit = unit},
                                 {.key = "share", .label = "share", .unit = "ratio"},
                                 {.key = "layer", .label = "layer"},
                                 {.key = "mostly_for", .label = "mostly for"}}};
  std::vector<size_t> order;
  for (size_t i = 0; i < layers.layers.size(); ++i) {
    if (layers.layers[i].self != 0) order.push_back(i);
  }
  std::ranges::stable_sort(order, std::ranges::greater(), [&](size_t i) { return layers.layers[i].self; });
  for (const size_t i : order) {
    const Layers::Layer& layer = layers.layers[i];
    const auto origin = static_cast<FrameOrigin>(i);
    const bool is_own = origin == FrameOrigin::kApplication;
    table.rows.push_back({layer.self, Share(layer.self, layers.total), model::Name(origin), is_own ? "" : MostlyFor(layer)});
  }
  return table;
}

model::Table AccountTable(const Layers& layers, const std::string& unit) {
  model::Table table{.key = "accounts",
                     .title = "On whose account",
                     .columns = {{.key = "value", .label = "self", .unit = unit},
                                 {.key = "share", .label = "share", .unit = "ratio"},
                                 {.key = "account", .label = "account"}}};
  for (size_t i = 0; i < kAccountCount; ++i) {
    if (layers.accounts[i] == 0) continue;
    table.rows.push_back({layers.accounts[i], Share(layers.accounts[i], layers.total), Name(static_cast<Account>(i))});
  }
  return table;
}

}  // namespace

const char* Name(Account account) {
  switch (account) {
    case Account::kProgram:
      return "goroutines and threads of the program";
    case Account::kCollector:
      return "the garbage collector in the background";
    case Account::kScheduler:
      return "the scheduler, between goroutines";
    case Account::kOther:
      return "others";
  }
  return "";
}

Layers SumByLayer(const View& view) {
  const model::Profile& profile = view.profile();
  const FrameOwners owners(profile);
  const std::vector<Account> accounts = Accounts(profile, owners);
  std::vector<FrameOrigin> origins;
  for (uint32_t row = 0; row < profile.symbols.location_count(); ++row)
    origins.push_back(OriginAt(profile.symbols, LocationId(row)));
  Layers layers;
  for (size_t row = 0; row < profile.sample_count(); ++row) {
    const StackId stack = profile.sample_stack[row];
    const int64_t value = profile.values(row)[view.value()];
    const bool is_empty = stack == model::StackTrie::root();
    const FrameOrigin origin = is_empty ? FrameOrigin::kOther : origins[profile.stacks.location(stack).index()];
    Layers::Layer& layer = layers.layers[static_cast<size_t>(origin)];
    layer.self += value;
    layer.by_owner[owners.Of(stack)] += value;
    layers.accounts[static_cast<size_t>(accounts[stack.index()])] += value;
    layers.total += value;
  }
  return layers;
}

model::Report LayersReport(const View& view) {
  const Layers layers = SumByLayer(view);
  model::Report report{.title = "layers", .warnings = view.profile().warnings};
  const auto own = layers.layers[static_cast<size_t>(FrameOrigin::kApplication)].self;
  report.answer = fmt::format("{} of {} of {} is the program's own code", model::FormatPercent(Share(own, layers.total), 1),
                              model::FormatValue(layers.total, view.unit()), view.type());
  report.blocks.push_back(model::Fields{{{.key = "sample_type", .value = view.type()},
                                         {.key = "unit", .value = view.unit()},
                                         {.key = "total", .value = layers.total}}});
  report.blocks.push_back(LayerTable(layers, view.unit()));
  report.blocks.push_back(AccountTable(layers, view.unit()));
  return report;
}

}  // namespace analysis
