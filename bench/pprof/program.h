#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

// A made-up Go program for the benchmarks: functions with call sites, and stacks drawn from them. Shaped like profiles of
// services: names of 20 to 90 characters, stacks of 30 frames on average that share their first half with many others, a
// fifth of the call sites with inlined calls. The same numbers give the same program on every machine.
namespace bench {

// Not std::uniform_real_distribution, whose results differ between libraries.
class Dice {
 public:
  explicit Dice(uint64_t seed) : bits_(seed) {}
  double Share() { return static_cast<double>(bits_() >> 11) * 0x1p-53; }  // [0, 1)
  size_t Below(size_t n) { return static_cast<size_t>(Share() * static_cast<double>(n)); }
  double Exponential();
  double Normal();

 private:
  std::mt19937_64 bits_;
};

struct ProgramFunction {
  std::string name;
  std::string file;
  int64_t line = 0;
  std::vector<uint32_t> inlined;  // functions whose bodies are part of this one, innermost first
  std::vector<uint32_t> callees;
};

class Program {
 public:
  Program(size_t functions, uint64_t seed);

  const std::vector<ProgramFunction>& functions() const { return functions_; }
  // Root first; valid until the next call. `depth` frames on average.
  std::span<const uint32_t> Stack(Dice& dice, double depth);

 private:
  std::vector<ProgramFunction> functions_;
  std::vector<uint32_t> stack_;
};

}  // namespace bench
