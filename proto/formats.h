#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "model/event_source.h"
#include "model/goroutine_dump.h"
#include "model/profile.h"
#include "proto/byte_source.h"
#include "proto/folded/folded.h"
#include "proto/perf/perf_options.h"

// The door of this folder: any input, recognised by its bytes. One row per format in formats.cc {name, looks like, read}.
namespace proto {

struct ReadOptions {
  OpenOptions open;
  PerfOptions perf;
  SampleOrder folded = SampleOrder::kMerged;
  bool is_one_of_many = false;  // read beside others that keep the processors busy: on no more threads than the caller's
};

// A log can hold several dumps, in the order in which they were printed; never empty.
using GoroutineDumps = std::vector<model::GoroutineDump>;

// What an input turned out to be.
using Input = std::variant<model::Profile, GoroutineDumps, std::unique_ptr<model::EventSource>>;

// Throws InputError; for bytes of no format we know, it names the formats that are read.
Input Read(const std::string& path, const ReadOptions& options = {});

// The same for bytes in memory (tests); `name` stands for the file in messages.
Input ReadBytes(const std::string& name, std::string_view bytes, const ReadOptions& options = {});

// The same, where only one kind will do: UsageError that says what the file is instead and which command reads it.
// A goroutine dump passes as a goroutine profile; of several in one log, the last.
model::Profile ReadProfile(const std::string& path, const ReadOptions& options = {});
std::unique_ptr<model::EventSource> ReadTrace(const std::string& path, const ReadOptions& options = {});
GoroutineDumps ReadDumps(const std::string& path, const ReadOptions& options = {});

// The bytes of a file of folded stacks, for what needs no Profile of them; nullptr where `path` is something else.
std::unique_ptr<ByteSource> OpenFolded(const std::string& path, const OpenOptions& options = {});

}  // namespace proto
