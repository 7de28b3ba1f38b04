#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "analysis/frame_merge.h"
#include "analysis/profile/diff.h"
#include "analysis/profile/merge.h"
#include "model/call_graph.h"
#include "model/profile.h"
#include "proto/formats.h"
#include "proto/pprof/writer.h"
#include "render/flame_layout.h"
#include "tests/support/fixture.h"
#include "tests/support/places.h"
#include "tests/support/pprof_text.h"

// What must come out equal whatever the profile: every recording under fixtures/ that can be read as one, of every format.
namespace {

using analysis::ChangeStatus;
using model::Profile;

bool IsProfile(const std::string& name) {
  return name.ends_with(".pb.gz") || name.ends_with(".perf.txt.gz") || name.ends_with(".inferno.txt.gz") ||
         name.find(".goroutines") != std::string::npos;
}

std::vector<std::string> ProfileFixtures() {
  namespace fs = std::filesystem;
  const fs::path root = fs::path(test_support::kSourceDir) / "fixtures";
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string name = fs::relative(entry.path(), root).string();
    if (IsProfile(name)) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

Profile Load(const std::string& name) { return proto::ReadProfile(test_support::FixturePath(name)); }

std::string TypeName(const Profile& profile, size_t index) {
  const model::ValueType& type = profile.value_types[index];
  return std::string(profile.symbols.text(type.type)) + "/" + std::string(profile.symbols.text(type.unit));
}

std::map<std::string, int64_t> Totals(const Profile& profile) {
  std::map<std::string, int64_t> totals;
  for (size_t i = 0; i < profile.value_count(); ++i) totals[TypeName(profile, i)] = model::Total(profile, i);
  return totals;
}

int64_t CumOfRoot(const Profile& profile, size_t value) {
  std::vector<int64_t> self(profile.stacks.size());
  for (size_t i = 0; i < profile.sample_count(); ++i) self[profile.sample_stack[i].index()] += profile.values(i)[value];
  profile.stacks.Accumulate(self);
  return self[0];
}

int64_t SumOfFlat(const Profile& profile, size_t value) {
  const model::PlaceTable places(profile.symbols, {});
  const model::CallGraph graph = model::Weigh(profile, places, {.value = value});
  int64_t flat = 0;
  for (const model::Node& node : graph.nodes) flat += node.flat.sum;
  for (size_t i = 0; i < profile.sample_count(); ++i) {
    if (profile.sample_stack[i] == model::StackTrie::root()) flat += profile.values(i)[value];
  }
  return flat;
}

// Children lie inside their caller, one behind the other.
void CheckLayout(const model::FrameTree& tree, const render::FlameLayout& layout) {
  std::map<uint32_t, render::FlameBox> box_of;
  std::map<uint32_t, int64_t> used_to;  // by caller: where its last child ended
  for (const render::FlameBox& box : layout.boxes) {
    REQUIRE((box.width > 0 || box.depth == 0));  // the root is there even where there is nothing
    if (box.depth > 0) {
      const uint32_t caller = tree.frames[box.frame.index()].caller.value;
      REQUIRE(box_of.contains(caller));
      const render::FlameBox& outer = box_of[caller];
      REQUIRE(box.depth == outer.depth + 1);
      REQUIRE(box.x >= (used_to.contains(caller) ? used_to[caller] : outer.x));
      REQUIRE(box.x + box.width <= outer.x + outer.width);
      used_to[caller] = box.x + box.width;
    }
    REQUIRE(box_of.emplace(box.frame.value, box).second);
  }
}

analysis::Diff DiffOf(const std::string& before, const std::string& after, size_t value) {
  const analysis::ViewOptions options{.sample_index = std::to_string(value)};
  std::vector<analysis::View> a, b;
  a.emplace_back(Load(before), options);
  b.emplace_back(Load(after), options);
  return analysis::Compare(a, b, {});
}

const std::vector<std::pair<std::string, std::string>> kPairs = {
    {"cpu_regression/go1.26.before.1.cpu.pb.gz", "cpu_regression/go1.26.after.1.cpu.pb.gz"},
    {"cpu_regression/go1.26.before.2.cpu.pb.gz", "cpu_regression/go1.26.before.3.cpu.pb.gz"},
    {"heap_leak/go1.26.before.heap.pb.gz", "heap_leak/go1.26.after.heap.pb.gz"},
    {"heap_leak/go1.26.before.allocs.pb.gz", "heap_leak/go1.26.after.allocs.pb.gz"},
    {"goroutine_leak/go1.26.early.goroutine.pb.gz", "goroutine_leak/go1.26.late.goroutine.pb.gz"},
    {"goroutine_leak/go1.26.early.goroutines.txt", "goroutine_leak/go1.26.late.goroutines.txt"},
};

ChangeStatus Mirrored(ChangeStatus status) {
  if (status == ChangeStatus::kNew) return ChangeStatus::kGone;
  return status == ChangeStatus::kGone ? ChangeStatus::kNew : status;
}

// What a flame graph has width for: values below zero have none.
struct Drawn {
  int64_t total = 0;
  uint64_t left_out = 0;
};
Drawn DrawnOf(const Profile& profile, size_t value) {
  Drawn drawn;
  for (size_t sample = 0; sample < profile.sample_count(); ++sample) {
    const int64_t one = profile.values(sample)[value];
    if (one < 0) ++drawn.left_out;
    drawn.total += std::max<int64_t>(one, 0);
  }
  return drawn;
}

}  // namespace

TEST_CASE("a parent in the tree of stacks is before its children") {
  for (const std::string& name : ProfileFixtures()) {
    CAPTURE(name);
    const Profile profile = Load(name);
    for (uint32_t row = 1; row < profile.stacks.size(); ++row)
      REQUIRE(profile.stacks.caller(model::StackId(row)).value < row);
  }
}

TEST_CASE(
    "the sum of the samples is the root's cum, the sum of flat and the width of the flame graph, for every value type") {
  const std::vector<std::string> names = ProfileFixtures();
  CHECK(names.size() > 150);
  for (const std::string& name : names) {
    CAPTURE(name);
    const Profile profile = Load(name);
    REQUIRE(profile.value_count() > 0);
    for (size_t value = 0; value < profile.value_count(); ++value) {
      CAPTURE(value);
      const int64_t total = model::Total(profile, value);
      CHECK(CumOfRoot(profile, value) == total);
      CHECK(SumOfFlat(profile, value) == total);
      const model::FrameTree tree = analysis::MergeFrames(profile, value);
      const Drawn drawn = DrawnOf(profile, value);
      CHECK(tree.negative_samples == drawn.left_out);
      const std::vector<int64_t> widths = model::TotalsOf(tree, tree.sides.at(0).self);
      CHECK(widths[0] == drawn.total);
      const render::FlameLayout layout = render::LayOutFlame(tree, widths, 1);
      CHECK(layout.boxes.at(0).width == drawn.total);
      CheckLayout(tree, layout);
    }
  }
}

TEST_CASE("a flame graph from the leaves is as wide as one from the root") {
  for (const std::string& name : ProfileFixtures()) {
    CAPTURE(name);
    const Profile profile = Load(name);
    const size_t value = model::DefaultValueType(profile);
    const model::FrameTree tree = analysis::MergeFrames(profile, value, {.from = analysis::MergeFrom::kLeaf});
    const std::vector<int64_t> widths = model::TotalsOf(tree, tree.sides.at(0).self);
    CHECK(widths[0] == DrawnOf(profile, value).total);
    CheckLayout(tree, render::LayOutFlame(tree, widths, 1));
  }
}

TEST_CASE("a profile that is written and read again is the same profile") {
  for (const std::string& name : ProfileFixtures()) {
    CAPTURE(name);
    const Profile profile = Load(name);
    const Profile again = test_support::ReadPprof(proto::pprof::Write(profile));
    CHECK(test_support::CanonicalText(again) == test_support::CanonicalText(profile));
  }
}

TEST_CASE("totals add when profiles are merged, in any order") {
  for (const auto& [first, second] : kPairs) {
    CAPTURE(first);
    std::map<std::string, int64_t> sum = Totals(Load(first));
    for (const auto& [type, total] : Totals(Load(second))) sum[type] += total;
    for (const bool is_swapped : {false, true}) {
      std::vector<Profile> sources;
      sources.push_back(Load(is_swapped ? second : first));
      sources.push_back(Load(is_swapped ? first : second));
      CHECK(Totals(analysis::Merge(std::move(sources))) == sum);
    }
  }
}

TEST_CASE("a profile less another has the difference of their totals") {
  for (const auto& [first, second] : kPairs) {
    CAPTURE(first);
    std::map<std::string, int64_t> difference = Totals(Load(second));
    for (const auto& [type, total] : Totals(Load(first))) difference[type] -= total;
    for (const auto how : {analysis::Subtraction::kBase, analysis::Subtraction::kDiffBase}) {
      CHECK(Totals(analysis::Subtract(Load(second), Load(first), how, analysis::Normalize::kNo)) == difference);
    }
  }
}

TEST_CASE("a profile compared with itself has not changed") {
  for (const std::string& name : ProfileFixtures()) {
    CAPTURE(name);
    const analysis::Diff diff = DiffOf(name, name, model::DefaultValueType(Load(name)));
    CHECK_FALSE(diff.is_found);
    CHECK(diff.total_before == diff.total_after);
    CHECK(diff.stacks_changed == 0);
    for (const analysis::FunctionChange& function : diff.functions) {
      REQUIRE(function.status == ChangeStatus::kSame);
      REQUIRE(function.flat_change() == 0);
      REQUIRE(function.cum_change() == 0);
    }
  }
}

TEST_CASE("the functions of a comparison add up to the totals, which are those of the profiles") {
  for (const auto& [first, second] : kPairs) {
    CAPTURE(first);
    const Profile before = Load(first), after = Load(second);
    for (size_t value = 0; value < before.value_count(); ++value) {
      CAPTURE(value);
      const analysis::Diff diff = DiffOf(first, second, value);
      int64_t flat_before = 0, flat_after = 0;
      for (const analysis::FunctionChange& function : diff.functions) {
        flat_before += function.flat_before;
        flat_after += function.flat_after;
      }
      CHECK(flat_before == model::Total(before, value));
      CHECK(flat_after == model::Total(after, value));
      CHECK(diff.total_before == model::Total(before, value));
      CHECK(diff.total_after == model::Total(after, value));
    }
  }
}

TEST_CASE("a comparison the other way round is the same one negated") {
  for (const auto& [first, second] : kPairs) {
    CAPTURE(first);
    const size_t value = model::DefaultValueType(Load(first));
    const analysis::Diff there = DiffOf(first, second, value), back = DiffOf(second, first, value);
    CHECK(there.is_found == back.is_found);
    CHECK(there.stacks_changed == back.stacks_changed);
    std::map<std::string, const analysis::FunctionChange*> by_name;
    for (const analysis::FunctionChange& function : back.functions) by_name[function.name] = &function;
    REQUIRE(by_name.size() == there.functions.size());
    for (const analysis::FunctionChange& function : there.functions) {
      CAPTURE(function.name);
      REQUIRE(by_name.contains(function.name));
      const analysis::FunctionChange& mirror = *by_name[function.name];
      CHECK(function.flat_change() == -mirror.flat_change());
      CHECK(function.cum_change() == -mirror.cum_change());
      CHECK(function.status == Mirrored(mirror.status));
      CHECK(function.is_noise == mirror.is_noise);
    }
  }
}
