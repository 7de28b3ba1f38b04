#include "proto/dump/count_profile.h"

#include <doctest/doctest.h>

#include "model/input_error.h"
#include "proto/dump/dump.h"
#include "proto/dump/dump_profile.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"
#include "tests/support/folded.h"
#include "tests/support/slow_source.h"

namespace {

model::Profile Read(std::string_view text, size_t step = 100) {
  test_support::SlowSource source(text, step);
  return proto::ReadCountProfile("test", source);
}

std::string LabelsOf(const model::Profile& profile, size_t sample) {
  std::string text;
  for (const model::Label& label : profile.labels[profile.sample_labels[sample]]) {
    text += std::string(profile.symbols.text(label.key)) + "=" + std::string(profile.symbols.text(label.text)) + " ";
  }
  return text;
}

const std::string kText =
    "goroutine profile: total 8\n"
    "7 @ 0x47ecee 0x4158ee 0x4e54f9 0x4853e1\n"
    "# labels: {\"reader\":\"night\", \"a\":\"\\\"\"}\n"
    "#\t0x4e54f8\tmain.read+0x18\tfixtures/profile_kinds/main.go:59\n"
    "\n"
    "1 @ 0x4e54f9 0x44d575\n"
    "#\t0x4e54f8\tmain.(*T).inlined+0x8\t\tmain.go:12\n"
    "#\t0x4e54f8\tmain.read+0x18\t\t\tmain.go:59\n"
    "#\t0x44d574\truntime.main+0x2d4\t\tproc.go:290\n"
    "\n";

}  // namespace

TEST_CASE("a goroutine profile as text has counts, labels, addresses and the names it gives") {
  const model::Profile profile = Read(kText);
  CHECK(profile.symbols.text(profile.value_types[0].type) == "goroutine");
  CHECK(test_support::FoldedRows(profile) ==
        std::map<std::string, int64_t>{{"main.read", 7}, {"runtime.main;main.read;main.(*T).inlined", 1}});
  CHECK(LabelsOf(profile, 0) == "reader=night a=\" ");
  CHECK(LabelsOf(profile, 1).empty());
  CHECK(profile.stacks.Depth(profile.sample_stack[0]) == 4);
  CHECK(profile.warnings.empty());
}

TEST_CASE("recorded text profiles add up to the total in their first line") {
  const auto files = test_support::FixtureFiles("profile_kinds", ".goroutines1.txt");
  CHECK(files.size() >= 5);
  for (const std::string& name : files) {
    INFO(name);
    const std::string text = test_support::ReadFixture(name);
    const model::Profile profile = Read(text);
    CHECK(model::Total(profile, 0) == std::stoi(text.substr(text.find("total ") + 6)));
    CHECK(profile.warnings.empty());
    const auto input = proto::ReadBytes(name, text);
    CHECK(std::holds_alternative<model::Profile>(input));
  }
}

TEST_CASE("a text profile cut at any byte is read up to there or refused") {
  for (size_t size = 0; size <= kText.size(); ++size) {
    try {
      const model::Profile profile = Read(std::string_view(kText).substr(0, size), 1 + size % 5);
      CHECK(profile.sample_count() <= 2);
    } catch (const model::InputError&) {
      CHECK(size < 27);
    }
  }
}

TEST_CASE("odd lines of a text profile are counted and survived") {
  const model::Profile profile = Read(
      "goroutine profile: total 3\nwhat?\n2 @ 0x10 0x0 zebra\n1 @ 0x10 0x0\n# labels: "
      "{\"a\":}\n#\t0xf\tmain.f\n#\t0xf\tmain.f+0x1\tf.go:7\n");
  CHECK(profile.warnings.kinds()[0].count == 4);
  CHECK(test_support::FoldedRows(profile) == std::map<std::string, int64_t>{{"main.f", 1}});
}

TEST_CASE("a dump is a goroutine profile: states and creators are labels") {
  test_support::SlowSource source(
      "goroutine 1 [select]:\nmain.f()\n\ta.go:1\n\ngoroutine 2 [select] {k: v}:\nmain.f()\n\ta.go:1\ncreated by main.main "
      "in goroutine 1\n\ta.go:9\n\n"
      "goroutine 3 [select]:\nmain.f()\n\ta.go:1\n",
      50);
  const model::Profile profile = proto::ProfileOf(proto::ReadGoroutineDumps("test", source)[0]);
  REQUIRE(profile.sample_count() == 2);
  CHECK(profile.values(0)[0] == 2);
  CHECK(LabelsOf(profile, 0) == "state=select ");
  CHECK(LabelsOf(profile, 1) == "k=v state=select creator=main.main ");
}
