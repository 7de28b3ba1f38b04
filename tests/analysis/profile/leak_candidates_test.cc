#include "analysis/profile/leak_candidates.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "proto/formats.h"
#include "tests/support/fixture.h"

namespace {

analysis::Diff Compare(const std::string& before, const std::string& after, const std::string& type) {
  analysis::ViewOptions options;
  options.sample_index = type;
  const auto side = [&](const std::string& file) {
    std::vector<analysis::View> views;
    views.emplace_back(proto::ReadProfile(test_support::FixturePath("heap_leak/" + file)), options);
    return views;
  };
  return analysis::Compare(side(before), side(after), {});
}

std::vector<analysis::LeakCandidate> Candidates(const std::string& before, const std::string& after) {
  return analysis::LeakCandidates(Compare(before, after, "inuse_space"), Compare(before, after, "inuse_objects"),
                                  Compare(before, after, "alloc_space"));
}

}  // namespace

TEST_CASE("of a program that forgets nothing, the function that remembers is the only leak candidate") {
  const auto expect = nlohmann::json::parse(test_support::ReadFixture("heap_leak/expect.json"));
  const auto candidates = Candidates("go1.26.before.heap.pb.gz", "go1.26.after.heap.pb.gz");
  REQUIRE(candidates.size() == 1);
  const analysis::LeakCandidate& leak = candidates[0];
  CHECK(leak.function == expect["leaking_function"]);
  CHECK(static_cast<double>(leak.bytes) ==
        doctest::Approx(expect["growth"].get<double>()).epsilon(expect["tolerance"].get<double>()));
  CHECK(leak.objects > 0);
  CHECK(leak.kept().value() > 0.9);
  CHECK(leak.path == expect["path"].get<std::vector<std::string>>());
}

TEST_CASE("memory that shrank is no leak") {
  CHECK(Candidates("go1.26.after.heap.pb.gz", "go1.26.before.heap.pb.gz").empty());
}
