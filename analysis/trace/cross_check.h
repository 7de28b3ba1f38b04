#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/event_source.h"
#include "model/profile.h"
#include "model/report.h"

// A trace and profiles of the same program held against each other: were they recorded at the same time, of the same
// program, and do they say the same where they measure the same? Where not, the reason is named: the profile counts since it
// was turned on, counts finished waits only, samples, or one of them is not what it was taken for.
namespace analysis {

// What the trace alone says of the things that profiles say too.
struct TraceSide {
  struct Waits {
    uint64_t finished = 0, open = 0;
    int64_t finished_ns = 0, open_ns = 0;
  };
  std::optional<int64_t> begin_unix_ns;
  int64_t length = 0;
  int64_t running_ns = 0;                     // of all goroutines together
  int64_t ready_ns = 0;                       // without a proc
  std::map<std::string, int64_t> functions;   // that appear on any stack
  std::map<std::string, uint64_t> samples;    // by the program's function that ran
  std::map<std::string, Waits> waits;         // by line, of what a block profile sees: locks, channels, conditions
  std::map<std::string, Waits> unlocks;       // of locks, by the line that ended them
  std::map<std::string, int64_t> blocked_in;  // by function: any wait
  std::map<std::string, uint64_t> live;       // goroutines at the end, by start function
  uint64_t sample_count = 0;
};
TraceSide SummariseForCheck(model::EventSource& source);

enum class ProfileKind { kCpu, kBlock, kMutex, kGoroutine };
const char* Name(ProfileKind kind);
// By its value types; nullopt for kinds a trace has nothing to say about (heap).
std::optional<ProfileKind> KindOf(const model::Profile& profile);

enum class Agreement { kAgree, kExplained, kDisagree };
const char* Name(Agreement agreement);  // "agree", "explained", "disagree"

struct CheckRow {
  std::string name;
  int64_t profile = 0;
  int64_t trace = 0;
  int64_t blocked_ns = 0;  // CPU: waits in the same function
  int64_t open_ns = 0;     // block: waits that were not over
  Agreement agreement = Agreement::kAgree;
  std::string reason;
};
struct CrossCheck {
  std::string question;  // "same window", "same program", "same functions", ..
  Agreement agreement = Agreement::kAgree;
  std::string answer;  // with the reason
  std::string unit;    // of the rows
  std::vector<CheckRow> rows;
};
struct ProfileCheck {
  std::string file;
  ProfileKind kind = ProfileKind::kCpu;
  std::vector<CrossCheck> checks;
};

ProfileCheck CheckAgainst(const TraceSide& trace, const model::Profile& profile, ProfileKind kind, const std::string& file);

// Found: something disagrees for no reason that is known to be harmless.
model::Report CrossCheckReport(const TraceSide& trace, const std::vector<ProfileCheck>& profiles, size_t rows_shown);

}  // namespace analysis
