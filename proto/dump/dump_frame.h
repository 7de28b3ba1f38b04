#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/goroutine_dump.h"

// The lines below a goroutine's header: frames are two lines each, the call and where it is.
//   internal/sync.(*Mutex).lockSlow(0x1bfea79a4138)
//   <tab>internal/sync/mutex.go:149 +0x15d fp=0x.. sp=0x.. pc=0x..
namespace proto {

// What stands for a C function that nobody could name: "non-Go function at pc=0x1234", without a second line.
constexpr std::string_view kNoGoFunction = "non-Go function";

struct DumpCall {
  std::string_view function;
  std::vector<model::DumpArgument> arguments;
  bool arguments_elided = false;  // also for inlined calls, of which nothing but "(...)" is shown
};
std::optional<DumpCall> ParseCall(std::string_view line);

struct DumpPlace {
  std::string_view file;
  int64_t line = 0;
};
// Wants the indentation: a tab, or blanks where something on the way has replaced it.
std::optional<DumpPlace> ParsePlace(std::string_view line);

struct DumpCreator {
  std::string_view function;
  int64_t goroutine = model::kNoGoroutine;  // since Go 1.21
};
std::optional<DumpCreator> ParseCreator(std::string_view line);

// "...7605 frames elided..." gives 7605; "...additional frames elided..." (before Go 1.21) gives 1.
std::optional<uint64_t> ParseElided(std::string_view line);

}  // namespace proto
