#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/profile/view.h"
#include "model/frame_tree.h"
#include "model/report.h"

// Whose instructions were run (own code, modules, standard library, runtime, collector, kernel, C), and on whose account:
// for goroutines of the program, or by the runtime for itself.
namespace analysis {

enum class Account { kProgram, kCollector, kScheduler, kOther };
constexpr size_t kAccountCount = 4;
const char* Name(Account account);

struct Layers {
  struct Layer {
    int64_t self = 0;
    std::map<std::string, int64_t> by_owner;  // the program's function that it was done for; "" = for none
  };
  int64_t total = 0;
  std::array<Layer, model::kFrameOriginCount> layers;  // by FrameOrigin
  std::array<int64_t, kAccountCount> accounts{};       // by Account
};

Layers SumByLayer(const View& view);
model::Report LayersReport(const View& view);

}  // namespace analysis
