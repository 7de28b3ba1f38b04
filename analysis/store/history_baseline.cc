#include <fmt/format.h>

#include <unordered_map>

#include "analysis/store/history.h"
#include "analysis/store/stored_run.h"

namespace analysis {
namespace {

// All stacks of the history, to be walked from the leaf to the root.
class StoredStacks {
 public:
  explicit StoredStacks(SqlStore& database) {
    const auto all = database.Prepare("SELECT id, caller, name FROM stack");
    while (all->Step()) frames_[Number(all->Integer(0))] = {Number(all->Integer(1)), Number(all->Integer(2))};
    const auto texts = database.Prepare("SELECT id, text FROM name");
    while (texts->Step()) names_[Number(texts->Integer(0))] = texts->Text(1);
  }
  // False where the database makes no sense.
  template <class Each>
  bool Walk(uint32_t leaf, Each each) const {
    size_t depth = 0;
    for (uint32_t at = leaf; at != 0;) {
      const auto frame = frames_.find(at);
      if (frame == frames_.end() || ++depth > frames_.size()) return false;
      const auto name = names_.find(frame->second.name);
      if (name == names_.end()) return false;
      each(name->second);
      at = frame->second.caller;
    }
    return true;
  }

 private:
  struct Frame {
    uint32_t caller, name;
  };
  std::unordered_map<uint32_t, Frame> frames_;
  std::unordered_map<uint32_t, std::string> names_;
};

}  // namespace

Baseline History::LoadBaseline(RunTable& table, const std::string& branch, size_t count) const {
  const StoredStacks stacks(*database_);
  const auto rows = database_->Prepare(fmt::format(
      "SELECT {}, stacks FROM run WHERE branch = ? AND outcome <> 'bad' ORDER BY time_nanos DESC, id DESC LIMIT ?",
      kRunColumns));
  rows->Bind(1, branch).Bind(2, static_cast<int64_t>(count));
  Baseline baseline;
  while (rows->Step()) {
    const StoredRun run = RunOf(*database_, *rows);
    const RunRows samples = Unpack(*database_, run.id, rows->Blob(kNextColumn));
    if (samples.value_types != run.totals.size()) ThrowDamaged(*database_, run.id);
    model::Profile profile;
    const auto type_of = [&](const ValueTypeName& type) {
      return model::ValueType{profile.symbols.InternString(type.first), profile.symbols.InternString(type.second)};
    };
    for (const auto& [type, total] : run.totals) profile.value_types.push_back(type_of(type));
    profile.time_nanos = run.time_nanos;
    profile.duration_nanos = rows->Integer(9);
    profile.period = rows->Integer(10);
    profile.period_type = type_of({rows->Text(11), rows->Text(12)});
    for (size_t row = 0; row < samples.stack.size(); ++row) {
      std::vector<model::LocationId> frames;  // leaf first
      if (!stacks.Walk(samples.stack[row],
                       [&](const std::string& name) { frames.push_back(profile.symbols.InternFrame(name, "", 0)); }))
        ThrowDamaged(*database_, run.id);
      profile.AddSample(profile.stacks.FromLeafFirst(frames),
                        std::span(samples.value).subspan(row * samples.value_types, samples.value_types));
    }
    table.Add(profile, fmt::format("run {}", run.id));
    table.Describe(table.runs().size() - 1, run.tags.machine, run.tags.go_version);
    baseline.runs.push_back(run);
  }
  return baseline;
}

}  // namespace analysis
