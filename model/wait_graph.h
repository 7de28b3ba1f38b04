#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Who waits for what, and who has it, as it is to be drawn: goroutines and the things they wait for, by turns. An edge goes
// from a goroutine to what it waits for, and from there to whoever has it or could end the wait.
namespace model {

enum class WaitTone : uint8_t { kDeadlock, kLeak, kSuspect, kFree };
enum class WaitEvidence : uint8_t { kGuessed, kInferred, kProven };
const char* Name(WaitTone tone);          // "deadlock"
const char* Name(WaitEvidence evidence);  // "proven"

struct WaitNode {
  bool is_resource = false;
  std::vector<std::string> lines;  // shown, the first one as its name
  std::string details;             // all there is to say, for who points at it; several lines
  WaitTone tone = WaitTone::kFree;
  std::optional<uint32_t> ring;  // nodes of one number are a cycle
  uint64_t count = 1;            // goroutines it stands for
};

struct WaitGraphEdge {
  uint32_t from = 0, to = 0;  // rows of nodes
  WaitEvidence evidence = WaitEvidence::kProven;
  std::string why;
};

struct WaitGraph {
  std::string title;
  std::vector<WaitNode> nodes;  // worst first
  std::vector<WaitGraphEdge> edges;
  std::vector<std::string> notes;  // what is not in the drawing
};

}  // namespace model
