#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.h"
#include "model/string_table.h"

// Stacks merged by the names of their frames: what a flame graph is drawn of. Analyses build it from a Profile or a trace,
// renderers lay it out; neither knows the other.
//
// Row 0 is the root ("all"). A caller's id is always smaller than its callees', so one reverse pass turns self values
// into total values. Values are in the sample type's base unit.
namespace model {

using FrameId = Id<struct FrameTag>;  // 0 = the root

// Whose code a frame is, as an engineer who owns a Go service sees it.
enum class FrameOrigin : uint8_t {
  kOther,
  kApplication,  // main and the packages of its module
  kModule,       // modules it depends on
  kStandardLibrary,
  kRuntime,  // the scheduler, channels, maps, allocation
  kGarbageCollector,
  kSystem,     // system calls and the kernel
  kNative,     // C, C++ and assembly outside the runtime, cgo's bridge
  kGenerated,  // protocol buffers, stringers, wrappers that the compiler made
};
constexpr size_t kFrameOriginCount = 9;
const char* Name(FrameOrigin origin);  // "standard library"

struct Frame {
  FrameId caller;
  StringId name;            // in FrameTree::names
  bool is_inlined = false;  // in every sample
};

// One measurement over the tree. A plain graph has one side, a differential graph two: before, after.
struct FrameSide {
  std::string label;                       // "before"; empty for the only side
  std::vector<int64_t> self;               // by frame
  std::vector<std::vector<int64_t>> runs;  // of each recording of this side, self counts by frame; empty where nobody asked
};

struct FrameTree {
  FrameTree();

  // Adds a row; the caller of this must see to it that siblings have different names where they are to be merged.
  FrameId AddFrame(FrameId caller, StringId name);
  StringId InternName(std::string_view text, FrameOrigin origin);  // the first origin that is given for a text counts

  StringTable names;
  std::vector<FrameOrigin> origins;  // by name
  std::vector<Frame> frames;         // row 0 is the root
  std::vector<FrameSide> sides;
  std::vector<bool> is_noise;     // by frame: the change is no more than chance; empty = not known
  std::string value_type;         // "cpu"
  std::string unit;               // "nanoseconds"
  uint64_t negative_samples = 0;  // left out: a flame graph has no width for them

  std::string_view name(FrameId id) const { return names[frames[id.index()].name]; }
  FrameOrigin origin(FrameId id) const { return origins[frames[id.index()].name.index()]; }
  size_t size() const { return frames.size(); }
};

// Self values become total values: each frame's own and those of all it called. Sums that don't fit stay at the largest
// number.
std::vector<int64_t> TotalsOf(const FrameTree& tree, std::span<const int64_t> self);

// The root's total alone.
int64_t TotalOf(std::span<const int64_t> self);

int64_t SaturatingSum(int64_t a, int64_t b);

}  // namespace model
