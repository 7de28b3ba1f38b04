#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "proto/gotrace/v1_spec.h"
#include "proto/gotrace/wire.h"
#include "proto/gotrace/wire_text.h"

// The v1 half of WireText. docs/formats/gotrace-v1.md has the grammar. Go 1.20 and later leave ten bytes for the size of a
// stack and fill it in last: where a size takes more bytes than it needs the text says how many.
namespace proto::gotrace {
namespace {

constexpr size_t kMaxV1Record = (1 << 20) + (64 << 10);
constexpr unsigned kCountedInBytes = 3;  // in place of the number of arguments

constexpr size_t WordCount(std::string_view words) {
  size_t count = words.empty() ? 0 : 1;
  for (const char c : words) count += c == ' ';
  return count;
}
static_assert(std::ranges::all_of(kV1Specs, [](const V1Spec& spec) {
  return spec.arguments == 0 || WordCount(spec.names) == spec.arguments;
}));

bool IsTimed(V1Type type) {
  return type != V1Type::kBatch && type != V1Type::kFrequency && type != V1Type::kStack && type != V1Type::kString &&
         type != V1Type::kTimerGoroutine;
}

// What the upper two bits of the first byte have to be, for the text to stand for these very bytes.
unsigned CountBits(V1Type type) {
  if (type == V1Type::kStack) return kCountedInBytes;
  if (type == V1Type::kBatch) return 1;
  return IsTimed(type) ? std::min<unsigned>(SpecOf(type).arguments, kCountedInBytes) : 0;
}

size_t ShortestVarint(uint64_t value) {
  size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

}  // namespace

void WireText::AppendV1Record(std::string& text) {
  window_.Has(at_, kMaxV1Record);
  const uint8_t* const begin = window_.data() + at_;
  const uint8_t* const end = window_.data() + window_.size();
  const uint8_t* at = begin;
  const V1Type type{static_cast<uint8_t>(*at & 0x3f)};
  if (type == V1Type::kNone || type >= V1Type::kCount || SpecOf(type).since > version_)
    throw FormatError(window_.offset(at_), fmt::format("found a record of type {}", static_cast<int>(type)));
  const V1Spec& spec = SpecOf(type);
  const unsigned bits = *at++ >> 6;
  if (bits != CountBits(type))
    throw FormatError(window_.offset(at_), fmt::format("{} says it has {} arguments", spec.name, bits));
  text += spec.name;
  const uint8_t* const size_at = at;
  const uint64_t size = bits == kCountedInBytes ? ReadVarint(at) : 0;
  const uint8_t* const counted = at;
  const auto size_bytes = static_cast<size_t>(counted - size_at);
  const std::string padded = size_bytes > ShortestVarint(size) ? fmt::format(" padded={}", size_bytes) : "";
  if (type == V1Type::kStack) {
    at = AppendV1Arguments(at, "id", text);
    const uint64_t frames = ReadVarint(at);
    fmt::format_to(std::back_inserter(text), " nframes={}{}\n", frames, padded);
    at = AppendFrames(frames, at, text);
  } else {
    at = AppendV1Arguments(at, IsTimed(type) ? "dt" : "", text);
    at = AppendV1Arguments(at, spec.names, text);
    text += padded + '\n';
  }
  if (!Inside(at, begin, end))
    throw FormatError(window_.offset(at_), fmt::format("the file ends in the middle of a {}", spec.name));
  if (bits == kCountedInBytes && size != static_cast<uint64_t>(at - counted))
    throw FormatError(window_.offset(at_),
                      fmt::format("{} says it has {} bytes, and has {}", spec.name, size, at - counted));
  if (type == V1Type::kString || type == V1Type::kUserLog) at = AppendData(at, text);
  if (!Inside(at, begin, end))
    throw FormatError(window_.offset(at_), fmt::format("the file ends in the middle of a {}", spec.name));
  at_ += static_cast<size_t>(at - begin);
}

const uint8_t* WireText::AppendV1Arguments(const uint8_t* at, std::string_view names, std::string& text) const {
  while (!names.empty()) {
    const std::string_view word = names.substr(0, names.find(' '));
    names.remove_prefix(std::min(names.size(), word.size() + 1));
    fmt::format_to(std::back_inserter(text), " {}={}", word, ReadVarint(at));
  }
  return at;
}

}  // namespace proto::gotrace
