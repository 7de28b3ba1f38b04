#include "cli/commands.h"
#include "cli/program.h"

namespace cli {

constexpr Command kCommands[] = {
    {"blocking", "blocking TRACE", "time spent without running: network, locks, system calls, scheduler; also as pprof",
     RunGotraceBlocking},
    {"contention", "contention TRACE", "locks and channels ranked by the time they cost, with who held them",
     RunGotraceContention},
    {"critical-path", "critical-path TRACE", "what decided how long a task, a region or a goroutine took",
     RunGotraceCriticalPath},
    {"cross-check", "cross-check --cpu FILE .. TRACE",
     "profiles held against a trace of the same time: do they agree, and if not, why", RunGotraceCrossCheck},
    {"deadlock", "deadlock TRACE", "who is stuck, on what, held by whom", RunGotraceDeadlock},
    {"dump", "dump TRACE", "the events as text or JSON, one a line; or the file's records", RunGotraceDump},
    {"diff", "diff BEFORE AFTER", "what differs between two traces of a program, and what of it is more than noise",
     RunGotraceDiff},
    {"export", "export TRACE --sqlite FILE|--csv FOLDER", "everything in a trace as an SQLite database or as CSV",
     RunGotraceExport},
    {"flame", "flame TRACE", "a flame graph of where goroutines were and in what state, as one SVG file", RunGotraceFlame},
    {"gc", "gc TRACE", "collections, stops of the world, assists, and what they left to the program", RunGotraceGc},
    {"goroutines", "goroutines TRACE|DUMP",
     "goroutines by kind, where their time went; the life of one; the groups of a dump", RunGotraceGoroutines},
    {"latency", "latency TRACE", "how long goroutines that could run did not, and what ran instead", RunGotraceLatency},
    {"procs", "procs TRACE", "how busy the processors were, and whether they idled beside work", RunGotraceProcs},
    {"query", "query TRACE \"SELECT ..\"", "an SQL query over the tables that export writes", RunGotraceQuery},
    {"report", "report TRACE", "one HTML page: who is stuck, contention, goroutines, latency, tasks, flame graphs",
     RunGotraceReport},
    {"stacks", "stacks BEFORE AFTER", "two dumps or goroutine profiles: who came, went, grew, is still stuck, got deeper",
     RunGotraceStacks},
    {"summary", "summary TRACE", "what is in a trace: goroutines, states, waits, tasks, collector, damage",
     RunGotraceSummary},
    {"tasks", "tasks TRACE", "tasks, regions and logs of the program by type, with how long they took", RunGotraceTasks},
    {"timeline", "timeline TRACE", "the trace as Chrome's trace event JSON, for Perfetto and speedscope",
     RunGotraceTimeline},
    {"waits", "waits TRACE", "what goroutines wait for, thing by thing: since when, who woke them last, who starves",
     RunGotraceWaits},
};

const Program kGotrace = {"gotrace", "reads Go execution traces and says who is stuck, on what, held by whom", kCommands};

}  // namespace cli
