#pragma once

#include <memory>
#include <string>
#include <variant>

#include "model/event_source.h"
#include "model/goroutine_dump.h"
#include "model/profile.h"
#include "proto/byte_source.h"

// The door of this folder: any input, recognised by its bytes. One row per format in formats.cc {name, sniff, open}.
namespace proto {

struct ReadOptions {
  OpenOptions open;
  std::string event;  // perf script: the event to keep; empty = the first one seen
};

// What an input turned out to be.
using Input = std::variant<model::Profile, model::GoroutineDump, std::unique_ptr<model::EventSource>>;

// Throws InputError; for bytes of no format we know, it names the formats that are read.
Input Read(const std::string& path, const ReadOptions& options = {});

// The same, where only one kind will do: UsageError that says what the file is instead and which command reads it.
model::Profile ReadProfile(const std::string& path, const ReadOptions& options = {});
std::unique_ptr<model::EventSource> ReadTrace(const std::string& path, const ReadOptions& options = {});
model::GoroutineDump ReadDump(const std::string& path, const ReadOptions& options = {});

}  // namespace proto
