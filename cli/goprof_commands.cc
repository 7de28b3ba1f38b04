#include <array>

#include "cli/commands.h"
#include "cli/program.h"

namespace cli {
namespace {

constexpr std::array kCommands = {
    Command{"check", "check PROFILE ..", "known problems, and profiles that can't be trusted", RunGoprofCheck},
    Command{"convert", "convert PROFILE .. --to FORM", "for speedscope, kcachegrind, spreadsheets and pprof",
            RunGoprofConvert},
    Command{"diff", "diff BEFORE AFTER", "what changed, and what of it is more than noise", RunGoprofDiff},
    Command{"flame", "flame PROFILE", "a flame graph as one SVG file", RunGoprofFlame},
    Command{"folded", "folded PROFILE ..", "folded stacks, as the collapsers of perf print them", RunGoprofFolded},
    Command{"gate", "gate --before FILE .. --after FILE ..", "fails when something got worse beyond noise", RunGoprofGate},
    Command{"history", "history add|list|show|trend|prune ..", "profiles over time, in one file", RunGoprofHistory},
    Command{"layers", "layers PROFILE ..", "own code, libraries, runtime, kernel: whose time it is", RunGoprofLayers},
    Command{"list", "list RE PROFILE ..", "source lines with what they cost", RunGoprofList},
    Command{"merge", "merge PROFILE .. -o OUT", "several profiles as one", RunGoprofMerge},
    Command{"peek", "peek RE PROFILE ..", "callers and callees of a function", RunGoprofPeek},
    Command{"raw", "raw PROFILE", "the tables of the file", RunGoprofRaw},
    Command{"report", "report PROFILE ..", "one HTML page: flame graph, callers and callees, top table, changes",
            RunGoprofReport},
    Command{"tags", "tags PROFILE ..", "labels and what they cost", RunGoprofTags},
    Command{"top", "top PROFILE ..", "the functions that cost most", RunGoprofTop},
    Command{"traces", "traces PROFILE ..", "every sample with its stack", RunGoprofTraces},
    Command{"tree", "tree PROFILE ..", "every function with callers and callees", RunGoprofTree},
};

}  // namespace

const Program kGoprof = {"goprof", "reads profiles (pprof, perf script, folded stacks) and says where the time goes",
                         kCommands};

}  // namespace cli
