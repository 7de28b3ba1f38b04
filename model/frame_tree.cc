#include "model/frame_tree.h"

#include <cassert>

namespace model {

const char* Name(FrameOrigin origin) {
  switch (origin) {
    case FrameOrigin::kOther:
      return "other";
    case FrameOrigin::kApplication:
      return "application";
    case FrameOrigin::kModule:
      return "modules";
    case FrameOrigin::kStandardLibrary:
      return "standard library";
    case FrameOrigin::kRuntime:
      return "runtime";
    case FrameOrigin::kGarbageCollector:
      return "garbage collector";
    case FrameOrigin::kSystem:
      return "system";
    case FrameOrigin::kNative:
      return "native";
    case FrameOrigin::kGenerated:
      return "generated";
  }
  return "other";
}

FrameTree::FrameTree() : origins(1, FrameOrigin::kOther), frames(1) {}

FrameId FrameTree::AddFrame(FrameId caller, StringId name) {
  assert(caller.index() < frames.size());
  frames.push_back({caller, name, false});
  return FrameId(static_cast<uint32_t>(frames.size() - 1));
}

StringId FrameTree::InternName(std::string_view text, FrameOrigin origin) {
  const StringId id = names.Intern(text);
  if (id.index() == origins.size()) origins.push_back(origin);
  return id;
}

int64_t SaturatingSum(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a < 0 ? INT64_MIN : INT64_MAX;
}

int64_t TotalOf(std::span<const int64_t> self) {
  int64_t total = 0;
  for (const int64_t value : self) total = SaturatingSum(total, value);
  return total;
}

std::vector<int64_t> TotalsOf(const FrameTree& tree, std::span<const int64_t> self) {
  assert(self.size() == tree.size());
  std::vector<int64_t> totals(self.begin(), self.end());
  for (size_t row = totals.size() - 1; row > 0; --row) {
    int64_t& caller = totals[tree.frames[row].caller.index()];
    caller = SaturatingSum(caller, totals[row]);
  }
  return totals;
}

}  // namespace model
