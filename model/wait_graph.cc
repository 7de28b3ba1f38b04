#include "model/wait_graph.h"

#include <array>

namespace model {

const char* Name(WaitTone tone) {
  constexpr std::array kNames = {"deadlock", "leak", "suspect", "not stuck"};
  return kNames[static_cast<size_t>(tone)];
}

const char* Name(WaitEvidence evidence) {
  constexpr std::array kNames = {"guessed", "inferred", "proven"};
  return kNames[static_cast<size_t>(evidence)];
}

}  // namespace model
