#pragma once

#include <string>
#include <vector>

#include "analysis/gate/judge.h"
#include "analysis/gate/run_table.h"
#include "analysis/gate/trace_budgets.h"
#include "cli/command_line.h"

// What `goprof gate` is given: profiles and traces, in any order, told apart by their bytes, and a baseline that is files or
// a history.
namespace cli {

void AddGateInputOptions(po::options_description& options);

struct GateFiles {
  analysis::RunTable table;
  analysis::GateInput input;  // .profiles points at `table` once it has runs
  model::Warnings warnings;
};

// Where traces are given and the rules say nothing of deadlocks and leaks, budgets that allow none are added to the rules.
void ReadGateFiles(const CommandLine& line, analysis::GateRules& rules, GateFiles& files);

}  // namespace cli
