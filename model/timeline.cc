#include "model/timeline.h"

namespace model {

const char* Name(LaneKind kind) {
  constexpr const char* kNames[kLaneKindCount] = {
      "collector", "stop the world", "task", "proc", "thread", "goroutine", "region", "proc work", "short goroutines"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace model
