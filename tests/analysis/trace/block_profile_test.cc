#include "analysis/trace/block_profile.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "analysis/frame_text.h"
#include "tests/support/trace_script.h"

namespace {

using analysis::BlockKind;
using analysis::Count;

std::string Rows(std::string_view script, BlockKind kind, Count count, analysis::TraceFilterOptions options = {}) {
  const auto source = test_support::TraceScript(script);
  analysis::TraceFilter filter(std::move(options), *source);
  const auto profile = analysis::ProfileBlocking(*source, kind, count, filter);
  if (!filter.Unmet().empty()) return filter.Unmet();
  std::string text;
  for (const analysis::BlockRow& row : profile.rows) {
    text += fmt::format("{} {} closed {}ns, {} open {}ns, by {}\n",
                        analysis::LeafFunction(source->symbols(), source->stacks(), row.stack), row.waits.count(),
                        row.waits.total(), row.open, row.open_ns,
                        analysis::LeafFunction(source->symbols(), source->stacks(), row.other_stack));
  }
  return text;
}

// g2 waits for a lock of g1's and gets it; g3 waits for ever; g4 had been waiting before the trace and is let go in it.
constexpr const char* kWaits = R"(
   0 sync
   0 g1 was running on p0
   0 g4 was waiting @ main.old;runtime.chanrecv1
   5 g1 create g2 main.worker @ main.main;main.start
   5 g1 create g3 main.stuck @ main.main;main.start
   6 g2 run on p1
  10 g2 wait "sync" @ main.worker;main.lock;sync.(*Mutex).Lock
  30 g1 wake g2 @ main.main;main.unlock;sync.(*Mutex).Unlock
  32 g2 run on p1
  33 g1 wake g4 @ main.main;main.close;runtime.closechan
  40 g2 exit
  41 g3 run on p1
  50 g3 wait "chan receive" @ main.stuck;runtime.chanrecv1
 100 g1 preempt @ main.main
)";

}  // namespace

TEST_CASE("waits count whether they are over or not, with who ended them") {
  CHECK(Rows(kWaits, BlockKind::kSync, Count::kAll) ==
        "runtime.chanrecv1 0 closed 0ns, 1 open 50ns, by (no stack)\n"
        "runtime.chanrecv1 1 closed 33ns, 0 open 0ns, by runtime.closechan\n"
        "sync.(*Mutex).Lock 1 closed 20ns, 0 open 0ns, by sync.(*Mutex).Unlock\n");
}

TEST_CASE("closed-only leaves out what go tool trace leaves out") {
  CHECK(Rows(kWaits, BlockKind::kSync, Count::kClosedOnly) ==
        "sync.(*Mutex).Lock 1 closed 20ns, 0 open 0ns, by (no stack)\n");
  // The run queue before the first run does not count there, and the stack is the waker's.
  CHECK(Rows(kWaits, BlockKind::kSched, Count::kClosedOnly) ==
        "sync.(*Mutex).Unlock 1 closed 2ns, 0 open 0ns, by (no stack)\n");
}

TEST_CASE("a time window cuts waits, and what lies outside is gone") {
  CHECK(Rows(kWaits, BlockKind::kSync, Count::kAll, {.from_ns = 15, .to_ns = 60}) ==
        "runtime.chanrecv1 1 closed 18ns, 0 open 0ns, by runtime.closechan\n"
        "sync.(*Mutex).Lock 1 closed 15ns, 0 open 0ns, by sync.(*Mutex).Unlock\n"
        "runtime.chanrecv1 0 closed 0ns, 1 open 10ns, by (no stack)\n");
}

TEST_CASE("a filter that meets nothing says what there is") {
  CHECK(Rows(kWaits, BlockKind::kSync, Count::kAll, {.goroutines = {2}}) ==
        "sync.(*Mutex).Lock 1 closed 20ns, 0 open 0ns, by sync.(*Mutex).Unlock\n");
  CHECK(Rows(kWaits, BlockKind::kSync, Count::kAll, {.goroutines = {77}}) ==
        "--goroutine 77: no such goroutine in this trace");
  CHECK(Rows(kWaits, BlockKind::kSync, Count::kAll, {.region = "chekc"}) ==
        "--region chekc: no such region; types in this trace: none");
}

TEST_CASE("waits inside of a region, or for a task, are told from the others") {
  constexpr const char* kRegions = R"(
     0 sync
     0 g1 was running on p0
     1 g1 task 7 checkout
     2 g1 region 7 pay
     3 g1 wait "select" @ main.pay;runtime.selectgo
     9 - wake g1
    10 g1 run on p0
    11 g1 endregion 7 pay
    12 g1 wait "chan receive" @ main.after;runtime.chanrecv1
    20 - wake g1
    21 g1 run on p0
    22 g1 endtask 7
    23 g1 wait "chan receive" @ main.idle;runtime.chanrecv1
    99 - wake g1
  )";
  CHECK(Rows(kRegions, BlockKind::kSync, Count::kAll, {.region = "pay"}) ==
        "runtime.selectgo 1 closed 6ns, 0 open 0ns, by (no stack)\n");
  CHECK(Rows(kRegions, BlockKind::kSync, Count::kAll, {.task = "checkout"}) ==
        "runtime.chanrecv1 1 closed 8ns, 0 open 0ns, by (no stack)\n"
        "runtime.selectgo 1 closed 6ns, 0 open 0ns, by (no stack)\n");
}

TEST_CASE("as a profile: two values, and labels for what is open and who woke") {
  const auto source = test_support::TraceScript(kWaits);
  analysis::TraceFilter filter({}, *source);
  const model::Profile profile =
      ToProfile(analysis::ProfileBlocking(*source, BlockKind::kSync, Count::kAll, filter), *source);
  REQUIRE(profile.sample_count() == 3);
  CHECK(model::Total(profile, 0) == 3);
  CHECK(model::Total(profile, 1) == 103);
  const auto labels = profile.labels[profile.sample_labels[0]];
  REQUIRE(labels.size() == 1);
  CHECK(profile.symbols.text(labels[0].key) == "wait");
  CHECK(profile.symbols.text(labels[0].text) == "open");
}
