#include "analysis/trace/state_spans.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <string>

#include "tests/support/trace_script.h"

namespace {

std::string Line(const analysis::StateSpan& span) {
  return fmt::format("g{} {} {}..{}{}{}\n", span.goroutine, model::Name(span.state), span.begin, span.end,
                     span.began_before ? " began before" : "", span.is_open ? " open" : "");
}

std::string Spans(std::string_view script) {
  const auto source = test_support::TraceScript(script);
  analysis::StateSpans spans(*source);
  std::string text;
  for (auto batch = source->Next(); !batch.empty(); batch = source->Next()) {
    for (const model::Event& event : batch) {
      if (const auto* span = spans.See(event)) text += Line(*span);
    }
  }
  for (const auto& span : spans.Open()) text += Line(span);
  return text;
}

constexpr const char* kLife = R"(
  0 sync
  2 g1 was running on p0
  5 g1 create g2 main.worker @ main.main;main.start
  6 g2 run on p1
  8 g2 wait "sync" @ main.worker;sync.(*Mutex).Lock
  9 g1 wake g2 @ main.main;sync.(*Mutex).Unlock
 12 g2 run on p1
 13 g2 exit
 20 g1 wait "forever" @ main.main
)";

}  // namespace

TEST_CASE("spans of a goroutine tile its life, from the generation's begin for those older than the trace") {
  CHECK(Spans(kLife) ==
        "g2 Runnable 5..6\n"
        "g2 Running 6..8\n"
        "g2 Waiting 8..9\n"
        "g2 Runnable 9..12\n"
        "g2 Running 12..13\n"
        "g1 Running 0..20 began before\n"
        "g1 Waiting 20..20 open\n");
}

TEST_CASE("a wait knows where it happened and who ended it, and the run queue who put it there") {
  const auto source = test_support::TraceScript(kLife);
  analysis::StateSpans spans(*source);
  std::map<std::string, analysis::StateSpan> seen;
  for (const model::Event& event : source->Next()) {
    if (const auto* span = spans.See(event)) seen[fmt::format("{}@{}", model::Name(span->state), span->begin)] = *span;
  }
  const analysis::StateSpan& wait = seen["Waiting@8"];
  CHECK(wait.ender == 1);
  CHECK(source->stacks().Depth(wait.stack) == 2);
  CHECK(wait.ender_stack != wait.stack);
  const analysis::StateSpan& queued = seen["Runnable@9"];
  CHECK(queued.cause == 1);
  CHECK(queued.cause_stack == wait.ender_stack);
  CHECK(queued.stack == wait.stack);
  CHECK(queued.begin_stack == wait.ender_stack);
}

TEST_CASE("a goroutine's origin is there while its last span is looked at, and gone afterwards") {
  const auto source = test_support::TraceScript(kLife);
  analysis::StateSpans spans(*source);
  for (const model::Event& event : source->Next()) {
    spans.See(event);
    if (event.time == 13) {
      REQUIRE(spans.has_ended(2));
      const analysis::GoroutineOrigin* origin = spans.origin(2);
      REQUIRE(origin != nullptr);
      CHECK(source->symbols().function_name(origin->start) == "main.worker");
      CHECK(origin->creator == 1);
      CHECK(origin->first_ran == 6);
    }
    if (event.time == 20) CHECK(spans.origin(2) == nullptr);
  }
}

TEST_CASE("a system call that loses its proc says when") {
  const auto source = test_support::TraceScript(R"(
    0 sync
    0 g1 was running on p0
    3 g1 syscall @ main.main;syscall.Read
    5 p0 idle
    9 g1 return on p1
  )");
  analysis::StateSpans spans(*source);
  for (const model::Event& event : source->Next()) {
    const auto* span = spans.See(event);
    if (span != nullptr && span->state == model::GoState::kSyscall) CHECK(span->lost_proc_at == 5);
  }
}
