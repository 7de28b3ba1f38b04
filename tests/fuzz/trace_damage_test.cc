#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <random>
#include <string>

#include "analysis/trace/trace_summary.h"
#include "model/input_error.h"
#include "proto/formats.h"
#include "tests/fuzz/read_anything.h"
#include "tests/support/fixture.h"

// Three traces cut at every byte, and with ten thousand flipped bits: each is read and summarised in a process that may have
// one GiB and ten seconds for it.
#ifdef __SANITIZE_ADDRESS__
// What was freed is kept for a while so that its use is noticed: by default 256 MB of it, which is no memory of ours.
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=8"; }
#endif

namespace {

constexpr const char* kTraces[] = {"tasks/go1.21.trace", "tasks/go1.26.trace", "flight_recorder/go1.26.flight.trace"};
constexpr size_t kFlips = 10'000;
constexpr rlim_t kMemory = rlim_t{1} << 30;
constexpr unsigned kSeconds = 10;

#ifdef __SANITIZE_ADDRESS__
constexpr bool kIsSanitised = true;  // it reserves terabytes of addresses: what was really used is looked at instead
#else
constexpr bool kIsSanitised = false;
#endif

void ReadAndSummarise(const std::string& bytes) {
  if (!test_support::ReadAnything(bytes)) return;
  try {
    const auto input = proto::ReadBytes("damaged", bytes);
    if (const auto* trace = std::get_if<std::unique_ptr<model::EventSource>>(&input)) analysis::Summarise(**trace);
  } catch (const model::InputError&) {
  }
}

// Input after input in a process of its own; what it ended with, in words.
std::string InLimits(size_t count, const std::function<std::string(size_t)>& input) {
  void* const shared = ::mmap(nullptr, sizeof(size_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(shared != MAP_FAILED);
  auto& at = *static_cast<size_t*>(shared);
  std::fflush(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (!kIsSanitised) {
      const rlimit limit{.rlim_cur = kMemory, .rlim_max = kMemory};
      ::setrlimit(RLIMIT_AS, &limit);
    }
    for (at = 0; at < count; ++at) {
      ::alarm(kSeconds);
      try {
        ReadAndSummarise(input(at));
      } catch (...) {
        ::_exit(1);
      }
    }
    ::_exit(0);
  }
  int status = 0;
  rusage usage{};
  REQUIRE(::wait4(child, &status, 0, &usage) == child);
  const std::string input_at = "input " + std::to_string(at) + ": ";
  ::munmap(shared, sizeof(size_t));
  if (WIFSIGNALED(status)) return input_at + "killed by signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) return input_at + "ended with " + std::to_string(WEXITSTATUS(status));
  if (static_cast<rlim_t>(usage.ru_maxrss) * 1024 > kMemory) return "took " + std::to_string(usage.ru_maxrss) + " kB";
  return "well";
}

}  // namespace

TEST_CASE("three traces, cut at every byte, are read within bounds") {
  for (const char* name : kTraces) {
    CAPTURE(name);
    const std::string whole = test_support::ReadFixture(name);
    CHECK(InLimits(whole.size(), [&](size_t size) { return whole.substr(0, size); }) == "well");
  }
}

TEST_CASE("three traces with ten thousand bits flipped, one at a time, are read within bounds") {
  for (const char* name : kTraces) {
    CAPTURE(name);
    const std::string whole = test_support::ReadFixture(name);
    std::mt19937 random(20261121);
    const auto flipped = [&](size_t) {
      std::string bytes = whole;
      const size_t bit = random() % (8 * bytes.size());
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
      return bytes;
    };
    CHECK(InLimits(kFlips / std::size(kTraces) + 1, flipped) == "well");
  }
}
