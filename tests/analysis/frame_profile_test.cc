#include "analysis/frame_profile.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/folded.h"

using test_support::Folded;

namespace {

// "side frame labels: values" a line
std::string Rows(const model::FrameProfile& profile) {
  std::string rows;
  const size_t kinds = profile.value_kinds.size();
  for (size_t i = 0; i < profile.sample_frame.size(); ++i) {
    rows += fmt::format("{} {}", profile.sample_side[i], profile.tree.name(profile.sample_frame[i]));
    for (const auto& [key, value] : profile.label_sets[profile.sample_labels[i]]) rows += fmt::format(" {}={}", key, value);
    for (size_t kind = 0; kind < kinds; ++kind) rows += fmt::format(" {}", profile.sample_values[i * kinds + kind]);
    rows += "\n";
  }
  return rows;
}

model::Profile Labelled(int values) {
  model::Profile profile = Folded("a;b 1\n");
  const model::StringId key = profile.symbols.InternString("id");
  const int64_t one[] = {1};
  for (int i = 0; i < values; ++i) {
    const model::Label label{.key = key, .text = profile.symbols.InternString(std::to_string(i))};
    profile.AddSample(profile.sample_stack[0], one, profile.labels.Intern({&label, 1}));
  }
  return profile;
}

}  // namespace

TEST_CASE("samples of one frame, label set and side are one row") {
  analysis::FrameProfileBuilder builder({}, 0);
  builder.AddSide("before");
  builder.Add(Folded("a;b 1\na 2\n"));
  builder.Add(Folded("a;b 5\n"));
  builder.AddSide("after");
  builder.Add(Folded("a;b 7\nc 1\n"));
  builder.Add(Folded("a;b 1\n"));
  CHECK(Rows(builder.Take()) == "0 a 2\n0 b 6\n1 b 8\n1 c 1\n");
}

TEST_CASE("sides of different numbers of profiles are brought to the larger number") {
  analysis::FrameProfileBuilder builder({}, 0);
  builder.AddSide("before");
  builder.Add(Folded("a 10\n"));
  builder.AddSide("after");
  builder.Add(Folded("a 10\n"));
  builder.Add(Folded("a 30\n"));
  CHECK(Rows(builder.Take()) == "0 a 20\n1 a 40\n");
}

TEST_CASE("labels stay, but not those that are different in every sample") {
  analysis::FrameProfileBuilder few({}, 0), many({}, 0);
  few.Add(Labelled(2));
  CHECK(Rows(few.Take()) == "0 b 1\n0 b id=0 1\n0 b id=1 1\n");
  many.Add(Labelled(1000));
  CHECK(Rows(many.Take()) == "0 b 1001\n");
}
