#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "analysis/deadlock/deadlock.h"
#include "analysis/trace/state_spans.h"
#include "model/input_error.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"

// What must hold whatever the trace: every trace under fixtures/ of which something can be read.
namespace {

using model::Event;
using model::GoroutineId;

std::unique_ptr<model::EventSource> OpenFixture(const std::string& name) {
  try {
    return proto::ReadTrace(test_support::FixturePath(name));
  } catch (const model::InputError&) {
    return nullptr;
  }
}

std::vector<std::string> TraceFixtures() {
  std::vector<std::string> names;
  for (const std::string& folder : test_support::FixtureFolders()) {
    for (const std::string& name : test_support::FixtureFiles(folder, ".trace")) {
      if (OpenFixture(name) != nullptr) names.push_back(name);
    }
  }
  return names;
}

template <class Visit>
void ForEachEvent(model::EventSource& source, const Visit& visit) {
  for (auto batch = source.Next(); !batch.empty(); batch = source.Next()) {
    for (const Event& event : batch) visit(event);
  }
}

struct Tiling {
  model::Time begin = 0, end = 0, sum = 0;
};

// Each span begins where the goroutine's last one ended.
void Lay(std::map<GoroutineId, Tiling>& lives, const analysis::StateSpan& span) {
  REQUIRE(span.begin <= span.end);
  const auto [at, is_first] = lives.try_emplace(span.goroutine, Tiling{span.begin, span.begin, 0});
  REQUIRE(at->second.end == span.begin);
  at->second.end = span.end;
  at->second.sum += span.duration();
}

std::set<GoroutineId> GoroutinesOf(const std::string& name) {
  std::set<GoroutineId> ids;
  const auto source = OpenFixture(name);
  ForEachEvent(*source, [&](const Event& event) {
    if (event.kind == model::EventKind::kGoroutineState) ids.insert(event.subject);
  });
  return ids;
}

using Edges = std::map<analysis::deadlock::Row, std::set<analysis::deadlock::Row>>;

std::set<analysis::deadlock::Row> ReachableFrom(analysis::deadlock::Row from, const Edges& edges,
                                                const std::set<analysis::deadlock::Row>& inside) {
  std::set<analysis::deadlock::Row> reached;
  std::vector<analysis::deadlock::Row> open = {from};
  while (!open.empty()) {
    const auto at = open.back();
    open.pop_back();
    if (!edges.contains(at)) continue;
    for (const auto next : edges.at(at)) {
      if (inside.contains(next) && reached.insert(next).second) open.push_back(next);
    }
  }
  return reached;
}

}  // namespace

TEST_CASE("every trace of Go 1.22 and newer is read") {
  for (const std::string& folder : test_support::FixtureFolders()) {
    for (const std::string& name : test_support::FixtureFiles(folder, ".trace")) {
      const bool is_old = name.find("/go1.1") != std::string::npos || name.find("/go1.20") != std::string::npos ||
                          name.find("/go1.21") != std::string::npos;
      if (!is_old) CHECK_MESSAGE(OpenFixture(name) != nullptr, name);
    }
  }
}

TEST_CASE("times never go back, and every id leads somewhere") {
  for (const std::string& name : TraceFixtures()) {
    CAPTURE(name);
    const auto source = OpenFixture(name);
    std::optional<model::Time> last;
    ForEachEvent(*source, [&](const Event& event) {
      if (last) REQUIRE(event.time >= *last);
      last = event.time;
      REQUIRE(source->stacks().contains(event.stack));
      REQUIRE(source->stacks().contains(event.subject_stack));
      for (const model::StringId text : {event.name, event.text, event.reason_text}) {
        REQUIRE(text.index() < source->symbols().strings().size());
      }
    });
  }
}

TEST_CASE("the states of a goroutine tile its life") {
  for (const std::string& name : TraceFixtures()) {
    CAPTURE(name);
    const auto source = OpenFixture(name);
    analysis::StateSpans spans(*source);
    std::map<GoroutineId, Tiling> lives;
    std::map<GoroutineId, model::Time> ended;
    ForEachEvent(*source, [&](const Event& event) {
      const analysis::StateSpan* span = spans.See(event);
      if (span == nullptr) return;
      Lay(lives, *span);
      REQUIRE(span->end == event.time);
      if (spans.has_ended(span->goroutine)) ended[span->goroutine] = event.time;
    });
    for (const analysis::StateSpan& span : spans.Open()) {
      Lay(lives, span);
      CHECK(span.is_open);
      CHECK(span.end == spans.end());
      CHECK_FALSE(ended.contains(span.goroutine));
    }
    for (const auto& [goroutine, life] : lives) {
      CAPTURE(goroutine);
      CHECK(life.sum == life.end - life.begin);
      CHECK(life.begin >= spans.begin());
      CHECK(life.end == (ended.contains(goroutine) ? ended[goroutine] : spans.end()));
    }
  }
}

TEST_CASE(
    "a finding cites goroutines of the trace, each goroutine is in one finding, and every edge is of a wait that is on") {
  namespace deadlock = analysis::deadlock;
  for (const std::string& name : TraceFixtures()) {
    CAPTURE(name);
    const std::set<GoroutineId> ids = GoroutinesOf(name);
    const auto source = OpenFixture(name);
    const deadlock::Result result = deadlock::Analyse(*source);
    std::set<deadlock::Row> seen;
    for (const deadlock::Finding& finding : result.findings) {
      const std::set<deadlock::Row> own(finding.goroutines.begin(), finding.goroutines.end());
      for (const deadlock::Row row : finding.goroutines) {
        REQUIRE(row < result.facts->goroutines.size());
        CHECK(ids.contains(result.facts->at(row).id));
        CHECK_MESSAGE(seen.insert(row).second, "goroutine " << result.facts->at(row).id << " is in two findings");
      }
      for (const deadlock::WaitEdge& edge : finding.edges) {
        CHECK(own.contains(edge.waiter));
        REQUIRE(edge.holder < result.facts->goroutines.size());
        CHECK(result.facts->at(edge.waiter).wait.has_value());
        CHECK_FALSE(result.facts->at(edge.holder).has_ended);
      }
    }
  }
}

TEST_CASE("every ring is a cycle of its findings' edges") {
  namespace deadlock = analysis::deadlock;
  size_t rings = 0;
  for (const std::string& name : TraceFixtures()) {
    CAPTURE(name);
    const auto source = OpenFixture(name);
    const deadlock::Result result = deadlock::Analyse(*source);
    Edges shown;
    std::set<deadlock::Row> deadlocked;
    for (const deadlock::Finding& finding : result.findings) {
      for (const deadlock::WaitEdge& edge : finding.edges) shown[edge.waiter].insert(edge.holder);
      if (finding.verdict == deadlock::Verdict::kDeadlock)
        deadlocked.insert(finding.goroutines.begin(), finding.goroutines.end());
    }
    std::set<deadlock::Row> in_rings;
    for (const deadlock::Ring& ring : result.rings) {
      ++rings;
      const std::set<deadlock::Row> members(ring.members.begin(), ring.members.end());
      REQUIRE(!members.empty());
      for (const deadlock::Row member : members) CHECK(ReachableFrom(member, shown, members) == members);
      in_rings.insert(members.begin(), members.end());
    }
    CHECK(deadlocked == in_rings);
  }
  CHECK(rings > 10);
}
