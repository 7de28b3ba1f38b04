#pragma once

#include "cli/program.h"

// One row per command, sorted; each is defined in its own file, cli/<program>_<command>.cc.
namespace cli {

int RunGoprofCheck(Arguments arguments);
int RunGoprofConvert(Arguments arguments);
int RunGoprofDiff(Arguments arguments);
int RunGoprofFlame(Arguments arguments);
int RunGoprofFolded(Arguments arguments);
int RunGoprofGate(Arguments arguments);
int RunGoprofHistory(Arguments arguments);
int RunGoprofLayers(Arguments arguments);
int RunGoprofList(Arguments arguments);
int RunGoprofMerge(Arguments arguments);
int RunGoprofPeek(Arguments arguments);
int RunGoprofRaw(Arguments arguments);
int RunGoprofReport(Arguments arguments);
int RunGoprofTags(Arguments arguments);
int RunGoprofTop(Arguments arguments);
int RunGoprofTraces(Arguments arguments);
int RunGoprofTree(Arguments arguments);
int RunGotraceBlocking(Arguments arguments);
int RunGotraceContention(Arguments arguments);
int RunGotraceCriticalPath(Arguments arguments);
int RunGotraceCrossCheck(Arguments arguments);
int RunGotraceDeadlock(Arguments arguments);
int RunGotraceDump(Arguments arguments);
int RunGotraceDiff(Arguments arguments);
int RunGotraceExport(Arguments arguments);
int RunGotraceFlame(Arguments arguments);
int RunGotraceGc(Arguments arguments);
int RunGotraceGoroutines(Arguments arguments);
int RunGotraceLatency(Arguments arguments);
int RunGotraceProcs(Arguments arguments);
int RunGotraceQuery(Arguments arguments);
int RunGotraceReport(Arguments arguments);
int RunGotraceStacks(Arguments arguments);
int RunGotraceSummary(Arguments arguments);
int RunGotraceTasks(Arguments arguments);
int RunGotraceTimeline(Arguments arguments);
int RunGotraceWaits(Arguments arguments);

}  // namespace cli
