#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/intern_index.h"
#include "model/symbols.h"
#include "proto/perf/text_hash.h"

// Reads the frames of a stack's text into Locations. A line is taken apart when it is first seen and known by its hash from
// then on. Inlined calls ("foo (inlined)") stand before the function they are in and become lines of its Location; a source
// line
// (-F +srcline) stands behind its frame.
namespace proto {

class PerfFrames {
 public:
  PerfFrames(model::Symbols& symbols, uint64_t seed) : symbols_(symbols), hash_(seed) {}

  // Leaf first. Valid until the next call. Lines that are no frame are counted in odd().
  std::span<const model::LocationId> Read(std::string_view stack, bool is_java);

  size_t odd() const { return odd_; }  // in the last stack
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
  };

  const Line& Known(std::string_view text, bool is_java);
  Line Parse(std::string_view text, bool is_java);
  model::MappingId Mapping(std::string_view dso);
  void TakeFrame(const Line& line);
  void TakeSource(const Line& line);
  void Flush();

  model::Symbols& symbols_;
  TextHasher hash_;
  model::InternIndex index_;
  std::vector<std::pair<TextHash, Line>> lines_;
  std::map<std::string, model::MappingId, std::less<>> mappings_;

  std::vector<model::LocationId> locations_;
  size_t odd_ = 0;
  std::string_view first_odd_;
  // The frame whose lines are being collected; nothing where `functions_` is empty.
  std::vector<model::Line> functions_;
  model::Location place_;
  bool is_open_ = false;  // the function that the inlined calls are in has not come yet
};

}  // namespace proto
