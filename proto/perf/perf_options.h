#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

// What to take from a `perf script` text. An empty list takes all.
namespace proto {

struct PerfOptions {
  std::string event;  // "cycles", "cycles:u", "sched:sched_switch"; empty = the first one in the file

  std::vector<std::string> commands;
  std::vector<int64_t> processes;
  std::vector<int64_t> threads;
  std::vector<int64_t> cpus;
  int64_t from_ns = std::numeric_limits<int64_t>::min();  // on the clock of the recording, as the text shows it
  int64_t to_ns = std::numeric_limits<int64_t>::max();

  // Keep these as labels "pid", "tid" and "cpu". Then a stack is a sample for each of their values, and memory grows with
  // those.
  bool label_processes = false;
  bool label_threads = false;
  bool label_cpus = false;

  unsigned decoders = 0;  // threads to work with; 0 = as many as the machine has. The result is the same with any number.
};

}  // namespace proto
