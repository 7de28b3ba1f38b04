// How large does a history get? Adds runs of a made-up service to a new history and prints its size as it grows.
//
//   history_size FILE|postgresql://.. [RUNS (1000)] [SAMPLES (50000)]
//
// The worst case for the store: SAMPLES distinct stacks a run, 12 to 40 frames deep, drawn from a fifth more of them, each
// with its own number of hits; a real profile of so many samples has far fewer distinct stacks.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "analysis/store/history.h"

namespace {

std::vector<std::vector<uint32_t>> MakeStacks(size_t count, std::mt19937& random) {
  std::vector<std::vector<uint32_t>> stacks = {{0}};
  while (stacks.size() < count) {  // a new leaf or two below some caller of a stack that is there, as call trees grow
    const auto& other = stacks[random() % stacks.size()];
    std::vector<uint32_t> stack(other.begin(), other.begin() + static_cast<std::ptrdiff_t>(1 + random() % other.size()));
    const size_t depth = 12 + random() % 28;
    while (stack.size() < depth && (stack.size() < 12 || random() % 4 != 0)) stack.push_back(static_cast<uint32_t>(random() % 8000));
    stacks.push_back(std::move(stack));
  }
  return stacks;
}

model::Profile MakeRun(const std::vector<std::vector<uint32_t>>& stacks, size_t samples, int64_t time,
                       std::mt19937& random) {
  model::Profile profile;
  const model::StringId cpu = profile.symbols.InternString("cpu"), nanoseconds = profile.symbols.InternString("nanoseconds");
  profile.value_types = {{profile.symbols.InternString("samples"), profile.symbols.InternString("count")},
                         {cpu, nanoseconds}};
  profile.period_type = {cpu, nanoseconds};
  profile.period = 10'000'000;
  profile.time_nanos = time;
  std::geometric_distribution<int64_t> hits(0.4);
  for (size_t i = 0; i < stacks.size() && profile.sample_count() < samples; ++i) {
    if (random() % 6 == 0) continue;
    model::StackId at = model::StackTrie::root();
    for (const uint32_t frame : stacks[i]) {
      at = profile.stacks.Child(
          at,
          profile.symbols.InternFrame(fmt::format("example.com/shop/part{}.(*Server).handle{}", frame % 97, frame), "", 0));
    }
    const int64_t n = 1 + hits(random);
    const int64_t values[] = {n, n * profile.period};
    profile.AddSample(at, values);
  }
  return profile;
}

uintmax_t SizeOf(const std::string& path) {
  uintmax_t size = 0;
  std::error_code error;
  for (const char* end : {"", "-wal"}) {
    const uintmax_t part = std::filesystem::file_size(path + end, error);
    if (!error) size += part;
  }
  return size;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2) {
    fmt::print(stderr, "usage: history_size FILE [RUNS (1000)] [SAMPLES (50000)]\n");
    return 2;
  }
  const std::string path = argv[1];
  const size_t runs = argc > 2 ? std::stoul(argv[2]) : 1000;
  const size_t samples = argc > 3 ? std::stoul(argv[3]) : 50'000;
  std::mt19937 random(1);
  const auto stacks = MakeStacks(samples + samples / 4, random);
  const auto begin = std::chrono::steady_clock::now();
  for (size_t run = 1; run <= runs; ++run) {
    analysis::RunTable table;
    table.Add(MakeRun(stacks, samples, static_cast<int64_t>(run) * 1'000'000'000, random), "run");
    analysis::History(path, analysis::OpenFor::kWriting)
        .Add(table, 0, {.commit = fmt::format("c{}", run), .branch = "main"});
    if (run != 1 && run != 10 && run % 100 != 0 && run != runs) continue;
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    fmt::print("{:>5} runs of {} samples: {:>7.1f} MB, {:.1f} s in all\n", run, table.runs()[0].samples,
               static_cast<double>(SizeOf(path)) / 1e6, seconds.count());
    std::fflush(stdout);
  }
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 2;
}
