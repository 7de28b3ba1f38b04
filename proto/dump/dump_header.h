#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The line that begins a goroutine in a dump, taken apart:
//   goroutine 33 gp=0x3d8de5372000 m=nil [chan receive (leaked), 3 minutes, locked to thread, synctest bubble 7 labels:{"k":
//   "v"}]: goroutine 21 [chan receive] {customer: "a name with ]"}:                          labels since Go 1.27
// docs/formats/goroutine-dump.md has the grammar.
namespace proto {

struct DumpHeader {
  int64_t goroutine = 0;
  std::optional<int64_t> thread;  // m=
  std::string_view state;         // without the marks below; a view into the line
  std::optional<int64_t> wait_minutes;
  bool is_leaked = false;
  bool is_durable = false;
  bool is_locked_to_thread = false;
  std::optional<int64_t> synctest_bubble;
  std::vector<std::pair<std::string, std::string>> labels;
};

// nullopt where `line` is anything else. O(length).
std::optional<DumpHeader> ParseDumpHeader(std::string_view line);

}  // namespace proto
