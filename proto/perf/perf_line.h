#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

// The lines of a `perf script` text, taken apart. Views point into the line. docs/formats/perf-script.md has the grammar.
namespace proto {

constexpr int64_t kNotShown = -1;

//   V8 WorkerThread 24636/25607 [000] 94564.109216:     250000 cycles:u:
// Any field behind the command may be missing, as `perf script -F` was told.
struct PerfHeader {
  std::string_view command;
  int64_t process = kNotShown;
  int64_t thread = kNotShown;
  int64_t cpu = kNotShown;
  int64_t time_ns = kNotShown;
  int64_t period = kNotShown;
  std::string_view event;  // with its modifiers, without the last colon; may be empty
  std::string_view frame;  // a stack of one frame can stand on the header's line; else empty
};
// nullopt where the line has neither a number for a process or thread nor a time.
std::optional<PerfHeader> ParsePerfHeader(std::string_view line);

//   <tab>ffffffff8103ce3b native_safe_halt+0x6 ([kernel.kallsyms])
struct PerfFrame {
  uint64_t address = 0;
  std::string_view symbol;  // without its offset; "[unknown]" where perf had none
  std::string_view dso;     // without the parentheses; empty = not shown
  bool is_inlined = false;  // "(inlined)" stands in place of the dso
};
std::optional<PerfFrame> ParsePerfFrame(std::string_view line);

// With -F +srcline each frame is followed by "  file.c:48", or, where nobody knows, by "  dash[5158]": then without a file.
struct PerfSource {
  std::string_view file;
  int64_t line = 0;
};
std::optional<PerfSource> ParsePerfSource(std::string_view line);

}  // namespace proto
