#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/intern_index.h"
#include "model/stack_trie.h"
#include "model/symbols.h"
#include "model/text_hash.h"

// Reads the text of a stack into the trie. A line is taken apart when it is first seen and known by its hash from then on.
// Not looked at again are the end of the text (the frames next to the root) that a stack shares with the one read before it,
// and all lines but the first where these were seen behind another first line: stacks differ in the leaf's address most of
// the time. Inlined calls ("foo (inlined)") stand before the function they are in and become lines of its Location; a source
// line (-F +srcline) stands behind its frame.
namespace proto {

class PerfFrames {
 public:
  PerfFrames(model::Symbols& symbols, model::StackTrie& stacks, uint64_t seed)
      : symbols_(symbols), stacks_(stacks), hash_(seed) {}

  // The stack whose frames are the lines of `text`, called by `root`; `root` itself if none of them is a frame. `callers` is
  // the hash of all lines but the first, and of what `root` and `is_java` depend on.
  model::StackId Read(std::string_view text, const model::TextHash& callers, model::StackId root, bool is_java);

  size_t odd() const { return odd_; }  // lines of the last text that were no frames
  std::string_view first_odd() const { return first_odd_; }

 private:
  enum class Kind : uint8_t { kOdd, kFrame, kInlined, kSource, kComment };
  struct Line {
    Kind kind = Kind::kOdd;
    uint64_t address = 0;
    model::MappingId mapping;
    std::vector<model::Line> functions;  // innermost first
    std::string file;                    // of a source line
    int64_t number = 0;
    std::optional<model::LocationId> location;  // of a frame that nothing is inlined into, once there was one
  };

  // A frame of the last text, with what stands behind it.
  struct Tail {
    size_t bytes;  // from its first line to the end of the text
    model::StackId stack;
  };

  // What stands behind the first line of a text.
  struct Callers {
    model::TextHash key;
    std::optional<model::StackId> stack;  // once there was one whose first line is all of its leaf
  };

  uint32_t KnownCallers(const model::TextHash& key);
  std::optional<model::LocationId> LeafFrame(std::string_view text, bool is_java);
  bool IsLeafOneLine(std::string_view text) const;
  model::LocationId LocationOf(Line& line);
  uint32_t Known(std::string_view text, bool is_java);
  Line Parse(std::string_view text, bool is_java);
  model::MappingId Mapping(std::string_view dso);
  void KeepCommonTail(std::string_view text, model::StackId root);
  void ReadLines(std::string_view text, size_t end, bool is_java);
  void TakeFrame(uint32_t row, size_t offset);
  void TakeSource(const Line& line);
  void Flush();

  model::Symbols& symbols_;
  model::StackTrie& stacks_;
  model::TextHasher hash_;
  model::InternIndex index_;
  std::vector<std::pair<model::TextHash, Line>> lines_;
  std::map<std::string, model::MappingId, std::less<>> mappings_;

  model::InternIndex callers_index_;
  std::vector<Callers> callers_;

  std::string last_text_;
  model::StackId last_root_;
  std::vector<Tail> tails_;  // of last_text_, the root's first

  struct Frame {
    model::LocationId location;
    size_t offset;  // of its first line
  };
  std::vector<Frame> frames_;  // read anew, leaf first
  size_t odd_ = 0;
  std::string_view first_odd_;
  // The frame that is being read: nearly always one line as it stands, else what has been collected.
  std::optional<uint32_t> as_it_stands_;  // row of lines_
  std::vector<model::Line> functions_;
  model::Location place_;
  size_t offset_ = 0;
  bool is_open_ = false;  // the function that the inlined calls are in has not come yet
};

}  // namespace proto
