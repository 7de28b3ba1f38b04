#include "cli/program.h"

namespace cli {

constexpr std::span<const Command> kCommands;

const Program kGotrace = {"gotrace", "reads Go execution traces and says who is stuck, on what, held by whom", kCommands};

}  // namespace cli
