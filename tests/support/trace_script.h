#pragma once

#include <memory>
#include <string_view>

#include "model/event_source.h"

// Traces as tests write them down: an event a line, `time who what ..`, times in nanoseconds. Stacks are folded, root first;
// a frame that is not of main.go has its file behind a colon, and one whose line matters has that there.
//
//   0 sync
//   0 g1 was running on p0            its state when the trace began: running, runnable, waiting, syscall
//   5 g1 create g2 main.worker @ main.main;main.start
//   6 g2 run on p1
//   8 g2 wait "sync" @ main.worker;sync.(*Mutex).Lock
//   9 g1 wake g2 @ main.main;sync.(*Mutex).Unlock     `- wake g2`: by nobody, as the network poller does
//  10 g2 run on p1
//  11 g2 preempt | syscall @ stack | return | exit
//  12 p1 idle | run
//  12 g1 task 7 checkout [of 3] | endtask 7 | region 7 check | endregion 7 check | log 7 order "12"
//  13 g1 begin "GC mark assist" | end "GC mark assist"   p0 begin ".."   - begin "stop-the-world (GC mark termination)"
//  14 metric /sched/gomaxprocs:threads 4
//  14 g3 label "GC (dedicated)"      14 g1 sample @ main.main;main.spin
namespace test_support {

struct FrameText {
  std::string_view function;
  std::string_view file;
  int64_t line = 0;
};
FrameText ReadFrame(std::string_view text);

std::unique_ptr<model::EventSource> TraceScript(std::string_view text);

}  // namespace test_support
