#include "bench/pprof/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace bench {
namespace {

constexpr std::array<std::string_view, 48> kWords = {
    "cart",   "order",  "price",  "stock",  "user",   "session", "token",   "cache",  "index",  "query",
    "batch",  "stream", "codec",  "frame",  "header", "router",  "handler", "client", "server", "worker",
    "queue",  "topic",  "offset", "leader", "shard",  "block",   "segment", "merge",  "filter", "scan",
    "fetch",  "update", "encode", "decode", "parse",  "render",  "layout",  "metric", "trace",  "export",
    "config", "option", "policy", "quota",  "retry",  "timer",   "signal",  "notify"};
constexpr std::array<std::string_view, 6> kHosts = {
    "", "", "example.org/shop/", "example.org/platform/internal/", "example.com/go/", "k8s.example/pkg/"};
constexpr size_t kFunctionsInPackage = 150;
constexpr size_t kRoots = 40;

std::string Word(Dice& dice) { return std::string(kWords[dice.Below(kWords.size())]); }

std::string Capital(std::string word) {
  word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

std::string Symbol(Dice& dice, size_t number) {
  const std::string name = Capital(Word(dice)) + Capital(Word(dice));
  switch (dice.Below(5)) {
    case 0:
      return fmt::format("{}.func{}", name, number);
    case 1:
      return fmt::format("{}{}[go.shape.string]", name, number);
    case 2:
      return fmt::format("{}{}", name, number);
    default:
      return fmt::format("(*{}).{}{}", Capital(Word(dice)), name, number);
  }
}

}  // namespace

double Dice::Exponential() { return -std::log(1 - Share()); }
double Dice::Normal() { return std::sqrt(-2 * std::log(1 - Share())) * std::cos(2 * 3.14159265358979 * Share()); }

Program::Program(size_t functions, uint64_t seed) {
  Dice dice(seed);
  std::vector<std::string> packages;
  for (size_t i = 0; i < functions / kFunctionsInPackage + 1; ++i)
    packages.push_back(fmt::format("{}{}/{}", kHosts[dice.Below(kHosts.size())], Word(dice), Word(dice)));
  for (size_t i = 0; i < functions; ++i) {
    const std::string& package = packages[dice.Below(packages.size())];
    ProgramFunction function{.name = package + "." + Symbol(dice, i),
                             .file = fmt::format("/home/build/{}/{}.go", package, Word(dice)),
                             .line = static_cast<int64_t>(10 + dice.Below(2000))};
    for (size_t n = dice.Below(5) == 0 ? 1 + dice.Below(3) : 0; n > 0; --n)
      function.inlined.push_back(static_cast<uint32_t>(dice.Below(functions)));
    // Few callees each: a profile of a real service has 1.2 edges for each location.
    for (auto n = std::min<size_t>(1 + static_cast<size_t>(dice.Exponential() * 0.6), 40); n > 0; --n)
      function.callees.push_back(static_cast<uint32_t>(dice.Below(functions)));
    functions_.push_back(std::move(function));
  }
}

std::span<const uint32_t> Program::Stack(Dice& dice, double depth) {
  const double drawn = std::exp(dice.Normal() * 0.45 + std::log(depth) - 0.1);
  const auto frames = static_cast<size_t>(std::clamp(drawn, 2.0, 200.0));
  stack_.clear();
  auto at = static_cast<uint32_t>(static_cast<double>(kRoots) * std::pow(dice.Share(), 3));
  for (size_t i = 0; i < frames; ++i) {
    stack_.push_back(at);
    // Near the root nearly always the first callee, near the leaf any: stacks share their beginnings.
    const double favour = std::max(1.5, 14 * (1 - static_cast<double>(i) / static_cast<double>(frames)));
    const std::vector<uint32_t>& callees = functions_[at].callees;
    at = callees[static_cast<size_t>(static_cast<double>(callees.size()) * std::pow(dice.Share(), favour))];
  }
  return stack_;
}

}  // namespace bench
