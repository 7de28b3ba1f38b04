// How often does the gate cry wolf, and what does it find? Answers from real repeated recordings of one program:
// bench/gate/run.sh records them and prints this program's tables.
//
//   simulate PROFILE ..      recordings of identical runs, in the order in which they were made
//
// False alarms: the recordings are dealt to both sides at random, or taken as they came, one block before and the next one
// after; every failing gate is wrong. Power: one function is made slower on one side: each of its samples is kept, and a
// Poisson number of further ones is added, so that counting noise is what it would have been.
#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "analysis/gate/judge.h"
#include "model/input_error.h"
#include "proto/formats.h"

namespace {

using Stack = std::vector<std::string>;      // root first
using Recording = std::map<Stack, int64_t>;  // hits

constexpr int64_t kPeriod = 10'000'000;

Recording ReadRecording(const std::string& path) {
  const model::Profile profile = proto::ReadProfile(path);
  Recording recording;
  for (size_t sample = 0; sample < profile.sample_count(); ++sample) {
    Stack stack;
    for (const model::LocationId location : profile.stacks.LeafFirst(profile.sample_stack[sample])) {
      for (const model::Line& line : profile.symbols.lines(location))
        stack.emplace_back(profile.symbols.function_name(line.function));
    }
    std::ranges::reverse(stack);
    recording[stack] += profile.values(sample)[0];
  }
  return recording;
}

model::Profile ToProfile(const Recording& recording) {
  model::Profile profile;
  const model::StringId cpu = profile.symbols.InternString("cpu"), nanoseconds = profile.symbols.InternString("nanoseconds");
  profile.value_types = {{profile.symbols.InternString("samples"), profile.symbols.InternString("count")},
                         {cpu, nanoseconds}};
  profile.period_type = {cpu, nanoseconds};
  profile.period = kPeriod;
  for (const auto& [stack, hits] : recording) {
    model::StackId at = model::StackTrie::root();
    for (const std::string& frame : stack) at = profile.stacks.Child(at, profile.symbols.InternFrame(frame, "", 0));
    const int64_t values[] = {hits, hits * kPeriod};
    profile.AddSample(at, values);
  }
  return profile;
}

// One run of a gate: `group` recordings joined, so that five of two seconds stand for one of ten.
Recording Join(const std::vector<Recording>& pool, const std::vector<size_t>& order, size_t run, size_t group) {
  Recording joined;
  for (size_t i = 0; i < group; ++i) {
    for (const auto& [stack, hits] : pool[order[run * group + i]]) joined[stack] += hits;
  }
  return joined;
}

std::string LeafOf(const Stack& stack) {
  for (size_t i = stack.size(); i-- > 0;) {
    if (!stack[i].starts_with("runtime.asyncPreempt")) return stack[i];
  }
  return "";
}

void SlowDown(Recording& recording, const std::string& function, double growth, std::mt19937& random) {
  for (auto& [stack, hits] : recording) {
    if (LeafOf(stack) == function) hits += std::poisson_distribution<int64_t>(growth * static_cast<double>(hits))(random);
  }
}

struct Change {
  std::string function;
  double growth = 0;
};

analysis::Gate RunGate(const std::vector<Recording>& pool, const std::vector<size_t>& order, size_t runs, size_t group,
                       const Change& change, std::mt19937& random) {
  analysis::RunTable table;
  for (size_t run = 0; run < 2 * runs; ++run) {
    Recording recording = Join(pool, order, run, group);
    if (run >= runs && change.growth > 0) SlowDown(recording, change.function, change.growth, random);
    table.Add(ToProfile(recording), "run");
  }
  return analysis::Judge(table, {runs, runs}, {}, "2026-01-01");
}

bool Names(const analysis::Gate& gate, const std::string& function) {
  return std::ranges::any_of(gate.checks, [&](const analysis::Check& check) {
    return check.outcome == analysis::Outcome::kBroken && check.name == function;
  });
}

std::vector<size_t> InOrder(size_t count) {
  std::vector<size_t> order(count);
  for (size_t i = 0; i < count; ++i) order[i] = i;
  return order;
}

void PrintFalseAlarms(const std::vector<Recording>& pool, size_t gates) {
  fmt::print("False alarms on identical builds, default settings\n{:>6} {:>8} {:>20} {:>20}\n", "runs", "joined",
             "dealt at random", "as they came");
  std::mt19937 random(1);
  std::map<std::string, int> blamed;
  for (const auto& [runs, group] : std::vector<std::pair<size_t, size_t>>{
           {1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {10, 1}, {1, 5}, {3, 5}, {5, 5}, {10, 5}}) {
    if (2 * runs * group > pool.size()) continue;
    const auto count = [&](const analysis::Gate& gate) {
      for (const analysis::Check& check : gate.checks) {
        if (check.outcome == analysis::Outcome::kBroken) ++blamed[check.name + " " + check.metric];
      }
      return gate.verdict == analysis::Verdict::kFail;
    };
    size_t alarms = 0, ordered_alarms = 0, ordered = 0;
    std::vector<size_t> order = InOrder(pool.size());
    for (size_t i = 0; i < gates; ++i) {
      std::ranges::shuffle(order, random);
      alarms += count(RunGate(pool, order, runs, group, {}, random));
    }
    for (size_t first = 0; first + 2 * runs * group <= pool.size(); ++first, ++ordered) {
      order = InOrder(pool.size());
      std::ranges::rotate(order, order.begin() + static_cast<std::ptrdiff_t>(first));
      ordered_alarms += count(RunGate(pool, order, runs, group, {}, random));
    }
    fmt::print("{:>6} {:>8} {:>12} of {:>4} {:>12} of {:>4}\n", runs, group, alarms, gates, ordered_alarms, ordered);
  }
  for (const auto& [name, times] : blamed) fmt::print("  blamed {} times: {}\n", times, name);
}

// What counting alone would allow for this one function, judged at its place among `tests` others.
double Ideal(double share, double growth, double samples, double alpha, size_t tests) {
  const boost::math::normal normal;
  const double before = share * samples, after = before * (1 + growth);
  const double z = std::log1p(growth) / std::sqrt(1 / before + 1 / after);
  const double called = boost::math::quantile(boost::math::complement(normal, alpha / static_cast<double>(tests)));
  return boost::math::cdf(normal, z - called);
}

void PrintPower(const std::vector<Recording>& pool, const std::string& function, size_t runs, size_t group, size_t trials) {
  double hits = 0, all = 0;
  for (const Recording& recording : pool) {
    for (const auto& [stack, count] : recording) {
      all += static_cast<double>(count);
      if (LeafOf(stack) == function) hits += static_cast<double>(count);
    }
  }
  const double samples = all / static_cast<double>(pool.size()) * static_cast<double>(runs * group);
  fmt::print("\n{}: {:.1f} % of the time, {} runs a side, {} recordings a run, {:.0f} samples a side\n{:>8} {:>10} {:>14}\n",
             function, 100 * hits / all, runs, group, samples, "slower", "found", "counting limit");
  std::mt19937 random(2);
  for (const double growth : {0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0}) {
    size_t found = 0, tests = 1;
    std::vector<size_t> order = InOrder(pool.size());
    for (size_t trial = 0; trial < trials; ++trial) {
      std::ranges::shuffle(order, random);
      const analysis::Gate gate = RunGate(pool, order, runs, group, {function, growth}, random);
      found += gate.verdict == analysis::Verdict::kFail && Names(gate, function);
      tests = gate.checks.size();
    }
    fmt::print("{:>7.0f}% {:>9.1f}% {:>13.1f}%\n", growth * 100,
               100.0 * static_cast<double>(found) / static_cast<double>(trials),
               100 * Ideal(hits / all, growth, samples, analysis::GateSettings().alpha, tests));
  }
}

}  // namespace

int main(int argc, char** argv) try {
  std::vector<Recording> pool;
  for (int i = 1; i < argc; ++i) pool.push_back(ReadRecording(argv[i]));
  if (pool.size() < 20) {
    fmt::print(stderr, "usage: simulate PROFILE .. (20 at least, of identical runs)\n");
    return 2;
  }
  PrintFalseAlarms(pool, 2000);
  for (const char* function : {"compress/flate.(*huffmanBitWriter).indexTokens", "main.appendItem"}) {
    if (pool.size() >= 40) PrintPower(pool, function, 10, std::min<size_t>(5, pool.size() / 20), 400);
    PrintPower(pool, function, 5, 1, 400);
  }
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 2;
}
