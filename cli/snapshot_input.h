#pragma once

#include <string>
#include <vector>

#include "analysis/snapshot/goroutine_snapshot.h"
#include "cli/command_line.h"
#include "proto/formats.h"

namespace cli {

// The moments an input has: the dumps of a log in their order, or the one of a goroutine profile. Throws UsageError for
// other inputs.
std::vector<analysis::Snapshot> Snapshots(proto::Input input, const std::string& path);

// The same for any input: a trace has the instants `at` (nanoseconds since its begin); none given: its first and its last.
// UsageError where `at` is given for an input that is no trace.
std::vector<analysis::Snapshot> MomentsOf(proto::Input input, const std::string& path, const std::vector<int64_t>& at);

// The options of a report on one moment, and the report.
void AddSnapshotOptions(po::options_description& options);
int ShowSnapshot(const CommandLine& line, const std::string& path, const std::vector<analysis::Snapshot>& snapshots,
                 const std::string& by);

}  // namespace cli
