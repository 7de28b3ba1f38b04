#pragma once

#include <string>

#include "model/event_source.h"

// An event of a trace as one line of text, what `gotrace dump` prints. Words are separated by spaces; names that could hold
// one are quoted, and control characters in them escaped.
//
//   SECONDS [mTHREAD] [pPROC] [gGOROUTINE] WHAT [@ STACK] [=> STACK]
//
//   0.000000000 sync 1 clock_ns 2087167993472             generation 1 begins; unix_ns is the wall clock, where it is known
//   0.000000125 m7 p0 goroutine 1 Undetermined->Running
//   0.000000130 m7 p0 g1 goroutine 2 NotExist->Runnable @ main.main main.go:8 => main.worker main.go:20
//   0.000000140 m8 p1 g2 goroutine 2 Running->Waiting "chan receive" @ main.worker main.go:22
//   0.000000150 m7 proc 1 Idle->Running
//   0.000000160 m7 p0 g1 range-begin "GC mark assist" goroutine 1
//   0.000000170 m7 p0 g1 task-begin 5 "checkout" of 3
//   0.000000180 m7 p0 g1 region-end 5 "check"
//   0.000000190 m7 p0 g1 log 5 "order" "12"
//   0.000000200 m7 p0 metric "/gc/heap/goal:bytes" 4194304
//   0.000000210 m7 p0 g4 label 4 "GC (idle)"
//   0.000000220 m7 p0 g1 cpu-sample @ main.spin main.go:30 < main.main main.go:8
//
// `@` is where the goroutine on the left was, leaf first; `=>` where the one that the event is about is, if that is
// elsewhere. Files are without their folders.
namespace render {

enum class Stacks { kLeaveOut, kShow, kOnce };  // kOnce: in JSON, a line of its own, then by its number

// `begin`: the trace's first event, from which times are counted.
void AppendEventText(const model::EventSource& source, const model::Event& event, model::Time begin, Stacks stacks,
                     std::string& line);

}  // namespace render
