#include "analysis/trace/contention.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "analysis/frame_text.h"
#include "tests/support/trace_script.h"

namespace {

std::string Classes(std::string_view script, analysis::TraceFilterOptions options = {}) {
  const auto source = test_support::TraceScript(script);
  analysis::TraceFilter filter(std::move(options), *source);
  const analysis::Contention contention = analysis::FindContention(*source, filter);
  std::string text;
  const auto sites = [&](const char* what, const std::vector<analysis::ContentionSite>& rows) {
    for (const auto& row : rows) {
      const std::string where = analysis::FrameText(source->symbols(), row.where);
      text += fmt::format("  {} {} {} {}ns\n", what, where.substr(0, where.find(' ')), row.count, row.ns);
    }
  };
  for (const auto& row : contention.classes) {
    text += fmt::format("{} {}ns {} waits, most {}, contended {}ns, uncharged {}ns\n", analysis::Name(row.resource),
                        row.total_ns(), row.count(), row.max_waiters, row.contended_ns, row.uncharged_ns);
    sites("waits", row.waiters);
    sites("holds", row.holders);
  }
  return text;
}

}  // namespace

TEST_CASE("the queue behind a slow holder is charged to the holder, not to the waiters that got the lock in turn") {
  // g1 holds from the start until 100; g2 and g3 queue at 10; g2 holds 101..103, g3 gets it then.
  CHECK(Classes(R"(
      0 sync
      0 g1 was running on p0
      0 g2 was running on p1
      0 g3 was running on p2
     10 g2 wait "sync" @ main.lookup;sync.(*Mutex).Lock
     10 g3 wait "sync" @ main.lookup;sync.(*Mutex).Lock
    100 g1 wake g2 @ main.refresh;sync.(*Mutex).Unlock
    101 g2 run on p1
    104 g2 wake g3 @ main.lookup.deferred;sync.(*Mutex).Unlock
    105 g3 run on p2
  )") == "mutex 184ns 2 waits, most 2, contended 94ns, uncharged 0ns\n"
         "  waits main.lookup 2 184ns\n"
         "  holds main.refresh 1 180ns\n"
         "  holds main.lookup.deferred 1 4ns\n");
}

TEST_CASE("lines that are woken by the same unlock are the same lock, others are not") {
  CHECK(Classes(R"(
      0 sync
      0 g1 was running on p0
      0 g2 was running on p1
      0 g3 was running on p2
      0 g4 was running on p3
     10 g2 wait "sync" @ main.a;sync.(*Mutex).Lock
     20 g1 wake g2 @ main.unlock;sync.(*Mutex).Unlock
     21 g2 run on p1
     30 g3 wait "sync" @ main.b;sync.(*Mutex).Lock
     50 g1 wake g3 @ main.unlock;sync.(*Mutex).Unlock
     60 g4 wait "sync" @ main.other;sync.(*RWMutex).RLock;sync.(*Mutex).Lock
    100 g1 preempt @ main.main
  )") == "rwmutex.rlock 40ns 1 waits, most 1, contended 40ns, uncharged 40ns\n"
         "  waits main.other 1 40ns\n"
         "mutex 30ns 2 waits, most 1, contended 30ns, uncharged 0ns\n"
         "  waits main.b 1 20ns\n"
         "  waits main.a 1 10ns\n"
         "  holds main.unlock 2 30ns\n");
}

TEST_CASE("where waiters are woken out of order the class is several locks, and each wait is its waker's") {
  CHECK(Classes(R"(
      0 sync
      0 g1 was running on p0
      0 g4 was running on p3
      0 g2 was running on p1
      0 g3 was running on p2
     10 g2 wait "sync" @ main.use;sync.(*Mutex).Lock
     20 g3 wait "sync" @ main.use;sync.(*Mutex).Lock
     30 g4 wake g3 @ main.quick;sync.(*Mutex).Unlock
     90 g1 wake g2 @ main.slow;sync.(*Mutex).Unlock
  )") == "mutex 90ns 2 waits, most 2, contended 80ns, uncharged 0ns\n"
         "  waits main.use 2 90ns\n"
         "  holds main.slow 1 80ns\n"
         "  holds main.quick 1 10ns\n");
}

TEST_CASE("a channel's sender ends the receiver's wait; a select is not joined with anything") {
  CHECK(Classes(R"(
      0 sync
      0 g1 was running on p0
      0 g2 was running on p1
      0 g3 was running on p2
     10 g2 wait "chan receive" @ main.receive;runtime.chanrecv1
     15 g3 wait "select" @ main.choose;runtime.selectgo
     20 g1 wake g2 @ main.send;runtime.chansend1
     21 g1 wake g3 @ main.send;runtime.chansend1
  )") == "recv 10ns 1 waits, most 1, contended 10ns, uncharged 0ns\n"
         "  waits main.receive 1 10ns\n"
         "  holds main.send 1 10ns\n"
         "select 6ns 1 waits, most 1, contended 6ns, uncharged 0ns\n"
         "  waits main.choose 1 6ns\n"
         "  holds main.send 1 6ns\n");
}

TEST_CASE("the program's first goroutine and C's threads are not the runtime's, its tracing and collecting are") {
  for (const char* start : {"runtime.main", "runtime.cgocallback", "main.main", ""})
    CHECK_FALSE(analysis::IsRuntimeGoroutine(start));
  for (const char* start :
       {"runtime.bgsweep", "runtime.traceStartReadCPU.func1", "runtime/trace.Start.func1", "os/signal.loop"})
    CHECK(analysis::IsRuntimeGoroutine(start));
}

TEST_CASE("a wait without a stack is at no line") {
  CHECK(Classes(R"(
      0 sync
      0 g1 was running on p0
      0 g2 was running on p1
     10 g1 sample @ main.first
     10 g2 wait "chan receive"
     20 g1 preempt @ main.first
  )") == "recv 10ns 1 waits, most 1, contended 10ns, uncharged 10ns\n"
         "  waits  1 10ns\n");
}

TEST_CASE("a goroutine of the runtime's own is nobody's wait") {
  CHECK(Classes(R"(
      0 sync
      0 g1 was running on p0
      2 g1 create g2 runtime.traceStartReadCPU.func1 @ main.main
      2 g1 create g3 main.receive @ main.main
      3 g2 run on p1
      3 g3 run on p2
     10 g2 wait "chan receive" @ runtime.traceStartReadCPU.func1;runtime.chanrecv1
     10 g3 wait "chan receive" @ main.receive;runtime.chanrecv1
     20 g1 preempt @ main.main
  )") == "recv 10ns 1 waits, most 1, contended 10ns, uncharged 10ns\n"
         "  waits main.receive 1 10ns\n");
}

TEST_CASE("a waiter that later ones overtook is told apart from the end of a queue") {
  const auto source = test_support::TraceScript(R"(
      0 sync
      0 g1 was running on p0
      0 g2 was running on p1
      0 g3 was running on p2
      0 g4 was running on p3
     10 g2 wait "chan send" @ main.send;runtime.chansend1
     20 g3 wait "chan send" @ main.send;runtime.chansend1
     30 g1 wake g3 @ main.take;runtime.chanrecv1
     31 g3 run on p2
     40 g3 wait "chan send" @ main.send;runtime.chansend1
     50 g1 wake g3 @ main.take;runtime.chanrecv1
     51 g3 run on p2
     60 g4 wait "chan send" @ main.send;runtime.chansend1
     70 g1 preempt @ main.main
  )");
  analysis::TraceFilter filter({}, *source);
  const analysis::Contention contention = analysis::FindContention(*source, filter);
  REQUIRE(contention.classes.size() == 1);
  const auto& waiting = contention.classes[0].waiting;
  REQUIRE(waiting.size() == 2);
  CHECK(waiting[0].goroutine == 2);
  CHECK(waiting[0].overtaken == 2);
  CHECK(waiting[1].goroutine == 4);
  CHECK(waiting[1].overtaken == 0);
  REQUIRE(contention.classes[0].last_wake);
  CHECK(contention.classes[0].last_wake->waker == 1);
  CHECK(contention.classes[0].last_wake->at == 50);
}

TEST_CASE("readers that queue behind a waiting writer are counted") {
  const auto source = test_support::TraceScript(R"(
      0 sync
      0 g1 was running on p0
      0 g2 was running on p1
      0 g3 was running on p2
      0 g4 was running on p3
      5 g3 wait "sync" @ main.read;sync.(*RWMutex).RLock
      6 g1 wake g3 @ main.write;sync.(*RWMutex).Unlock
      7 g3 run on p2
     10 g2 wait "sync" @ main.write;sync.(*RWMutex).Lock
     15 g1 wake g2 @ main.write;sync.(*RWMutex).Unlock
     16 g2 run on p1
     18 g2 wait "sync" @ main.write;sync.(*RWMutex).Lock
     20 g3 wait "sync" @ main.read;sync.(*RWMutex).RLock
     25 g4 wait "sync" @ main.read;sync.(*RWMutex).RLock
     70 g1 preempt @ main.main
  )");
  analysis::TraceFilter filter({}, *source);
  const analysis::Contention contention = analysis::FindContention(*source, filter);
  REQUIRE(contention.classes.size() == 1);
  CHECK(contention.classes[0].readers_behind_writers == 2);
  CHECK(contention.classes[0].writer_waits == 2);
  CHECK(contention.classes[0].longest_writer_wait_ns == 52);
}
