#include <array>

#include "cli/commands.h"
#include "cli/program.h"

namespace cli {
namespace {

constexpr std::array kCommands = {
    Command{"diff", "diff BEFORE AFTER", "what changed, and what of it is more than noise", RunGoprofDiff},
    Command{"flame", "flame PROFILE", "a flame graph as one SVG file", RunGoprofFlame},
    Command{"folded", "folded PROFILE ..", "folded stacks, as the collapsers of perf print them", RunGoprofFolded},
    Command{"gate", "gate --before FILE .. --after FILE ..", "fails when something got worse beyond noise", RunGoprofGate},
    Command{"top", "top PROFILE ..", "the functions that cost most", RunGoprofTop},
};

}  // namespace

const Program kGoprof = {"goprof", "reads profiles (pprof, perf script, folded stacks) and says where the time goes", kCommands};

}  // namespace cli
