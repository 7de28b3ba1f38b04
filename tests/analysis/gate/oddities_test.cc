// What makes two sides hard to compare is noticed, on recordings that differ in just that.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "analysis/gate/judge.h"
#include "proto/formats.h"
#include "tests/support/places.h"

namespace {

model::Profile Recording(const std::string& name) {
  return proto::ReadProfile(std::string(test_support::kSourceDir) + "/fixtures/" + name);
}

std::vector<std::string> Notes(const analysis::RunTable& table) {
  return analysis::Judge(table, {1, table.runs().size() - 1}, {}, "2026-11-21").notes;
}

std::vector<std::string> NotesOf(const model::Profile& before, const model::Profile& after) {
  analysis::RunTable table;
  table.Add(before, "before");
  table.Add(after, "after");
  return Notes(table);
}

bool Says(const std::vector<std::string>& notes, const std::string& beginning) {
  return std::ranges::any_of(notes, [&](const std::string& note) { return note.starts_with(beginning); });
}

const std::string kBefore = "cpu_regression/go1.26.before.1.cpu.pb.gz";

}  // namespace

TEST_CASE("two builds by one Go on one machine are nothing to remark on") {
  const auto notes = NotesOf(Recording(kBefore), Recording("cpu_regression/go1.26.after.1.cpu.pb.gz"));
  CHECK_FALSE(Says(notes, "built"));
  CHECK_FALSE(Says(notes, "recorded on"));
  CHECK_FALSE(Says(notes, "sampling rates"));
}

TEST_CASE("different Go versions are seen, whether or not their profiles say where functions begin") {
  const std::vector<std::string> versions = {"1.11", "1.18", "1.21", "1.26", "1.27"};
  for (const std::string& before : versions) {
    for (const std::string& after : versions) {
      CAPTURE(before);
      CAPTURE(after);
      const auto notes = NotesOf(Recording("profile_kinds/go" + before + ".cpu.pb.gz"),
                                 Recording("profile_kinds/go" + after + ".cpu.pb.gz"));
      CHECK(Says(notes, "built with different Go versions") == (before != after));
    }
  }
}

TEST_CASE("different processors are seen, and not taken for different Go versions") {
  const auto notes = NotesOf(Recording(kBefore), Recording("cpu_regression/go1.26.386.cpu.pb.gz"));
  CHECK(Says(notes, "built for different processors: amd64 before, 386 after"));
  CHECK_FALSE(Says(notes, "built with different Go versions"));
}

TEST_CASE("different sampling rates are seen") {
  model::Profile faster = Recording(kBefore);
  faster.period /= 5;
  CHECK(Says(NotesOf(Recording(kBefore), faster), "sampling rates differ: one sample in 2ms, 10ms of cpu"));
}

TEST_CASE("machines and Go versions that the user named are compared") {
  analysis::RunTable table;
  table.Add(Recording(kBefore), "before");
  table.Add(Recording("cpu_regression/go1.26.after.1.cpu.pb.gz"), "after");
  table.Describe(0, "old runner", "go1.25");
  table.Describe(1, "new runner", "go1.26");
  const auto notes = Notes(table);
  CHECK(Says(notes, "recorded on different machines: old runner before, new runner after"));
  CHECK(Says(notes, "built with different Go versions: go1.25 before, go1.26 after"));
}
