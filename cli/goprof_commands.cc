#include "cli/program.h"

namespace cli {

constexpr std::span<const Command> kCommands;

const Program kGoprof = {"goprof", "reads profiles (pprof, perf script, folded stacks) and says where the time goes", kCommands};

}  // namespace cli
