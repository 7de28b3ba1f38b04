#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "proto/formats.h"

// Pulls every event of a trace and looks at its time only: what reading costs before any question is asked.
int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: bench_trace_events TRACE\n");
    return 2;
  }
  try {
    const auto source = proto::ReadTrace(argv[1], {});
    uint64_t count = 0;
    model::Time last = 0;
    for (auto batch = source->Next(); !batch.empty(); batch = source->Next()) {
      count += batch.size();
      for (const model::Event& event : batch) last = event.time;
    }
    fmt::print("{} events, the last at {} ns\n", count, last);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
  return 0;
}
