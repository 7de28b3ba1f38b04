#include <doctest/doctest.h>

#include <map>
#include <string>

#include "proto/formats.h"
#include "tests/support/fixture.h"

namespace {

using model::EventKind;

std::map<std::string, int> CountByName(const std::string& fixture, EventKind kind) {
  const auto trace = proto::ReadTrace(test_support::FixturePath(fixture));
  std::map<std::string, int> counts;
  for (auto batch = trace->Next(); !batch.empty(); batch = trace->Next()) {
    for (const model::Event& event : batch) {
      if (event.kind == kind) ++counts[std::string(trace->symbols().text(event.name))];
    }
  }
  CHECK(trace->info().damage.empty());
  return counts;
}

// What the program does, by its source: eight checkouts, half of them from the cache, one refund that never ends.
TEST_CASE("tasks and logs of a program are there, as often as it made them, with every version of Go") {
  for (const char* go : {"go1.21", "go1.22", "go1.23", "go1.24", "go1.25", "go1.26", "go1.27"}) {
    CAPTURE(go);
    const std::string file = std::string("tasks/") + go + ".trace";
    CHECK(CountByName(file, EventKind::kTaskBegin) ==
          std::map<std::string, int>{{"checkout", 8}, {"payment", 8}, {"refund", 1}});
    CHECK(CountByName(file, EventKind::kTaskEnd) == std::map<std::string, int>{{"checkout", 8}, {"payment", 8}});
    CHECK(CountByName(file, EventKind::kLog) ==
          std::map<std::string, int>{{"order", 8}, {"cache.hit", 4}, {"fallback.exec", 1}, {"opened", 1}});
  }
}

TEST_CASE("events of an experiment are there, with the name that it gives them") {
  for (const char* file : {"experiment/go1.23.trace", "experiment/go1.26.trace"}) {
    CAPTURE(file);
    auto counts = CountByName(file, EventKind::kExperimental);
    CHECK(counts["SpanAlloc"] >= 100);
    CHECK(counts["HeapObjectAlloc"] >= 100);
    CHECK(CountByName(file, EventKind::kTaskBegin) == std::map<std::string, int>{{"fill shelf", 1}});
  }
}

TEST_CASE("time never goes back, and ids are of the trace's own tables") {
  for (const char* file : {"abba/go1.26.trace", "healthy_server/go1.22.trace", "old_versions/go1.11.trace",
                           "old_versions/go1.20.trace", "cpu_samples/go1.26.trace"}) {
    CAPTURE(file);
    const auto trace = proto::ReadTrace(test_support::FixturePath(file));
    model::Time last = -2;  // v1 begins at -1
    size_t events = 0;
    for (auto batch = trace->Next(); !batch.empty(); batch = trace->Next()) {
      for (const model::Event& event : batch) {
        REQUIRE(event.time > last);
        last = event.time;
        REQUIRE(trace->stacks().contains(event.stack));
        REQUIRE(trace->stacks().contains(event.subject_stack));
        REQUIRE(trace->symbols().strings().contains(event.name));
        REQUIRE(trace->symbols().strings().contains(event.reason_text));
        ++events;
      }
    }
    CHECK(events > 100);
    CHECK(trace->info().damage.empty());
  }
}

TEST_CASE("a v1 trace, which is read whole first, says how far its events are") {
  const auto trace = proto::ReadTrace(test_support::FixturePath("old_versions/go1.18.trace"));
  uint64_t last = 0;
  size_t steps = 0;
  for (auto batch = trace->Next(); !batch.empty(); batch = trace->Next()) {
    CHECK(trace->info().bytes_read >= last);
    steps += trace->info().bytes_read > last;
    last = trace->info().bytes_read;
  }
  CHECK(steps > 10);
  CHECK(last == trace->info().bytes_total);
}

// The runtime writes one frame of zeros for it; golang.org/x/exp/trace's facts have no name for it either.
TEST_CASE("a stack that could not be unwound has no frames, in both versions of traces") {
  for (const char* file : {"lock_across_send/go1.21.trace", "abba/go1.23.trace"}) {
    CAPTURE(file);
    const auto trace = proto::ReadTrace(test_support::FixturePath(file));
    size_t preempted_nowhere = 0;
    for (auto batch = trace->Next(); !batch.empty(); batch = trace->Next()) {
      for (const model::Event& event : batch) {
        preempted_nowhere += event.reason == model::BlockReason::kPreempted && event.stack == model::StackTrie::root();
      }
    }
    CHECK(preempted_nowhere > 0);
  }
}

// The program crosses two regions, and ends a task twice.
TEST_CASE("misused regions and tasks are warnings, not the end, in both versions of traces") {
  for (const char* file : {"misused_tasks/go1.21.trace", "misused_tasks/go1.26.trace"}) {
    CAPTURE(file);
    const auto trace = proto::ReadTrace(test_support::FixturePath(file));
    model::EventKind last = EventKind::kLog;
    for (auto batch = trace->Next(); !batch.empty(); batch = trace->Next()) last = batch.back().kind;
    CHECK(last == EventKind::kSync);
    CHECK(trace->info().damage.empty());
    std::map<std::string, uint64_t> warnings;
    for (const auto& kind : trace->info().warnings.kinds()) warnings[kind.name] = kind.count;
    CHECK(warnings == std::map<std::string, uint64_t>{{"region ended out of order", 1}, {"task ended twice", 1}});
  }
}

}  // namespace
