#include "proto/gotrace/wire_text.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "model/input_error.h"
#include "proto/gotrace/go_quote.h"
#include "proto/gotrace/gotrace.h"
#include "proto/gotrace/v2_spec.h"
#include "proto/gotrace/wire.h"

namespace proto::gotrace {
namespace {

constexpr size_t kPiece = 1 << 16;      // of text at once
constexpr size_t kDropAfter = 1 << 20;  // bytes of the file that are done with
constexpr size_t kMaxRecord = (64 << 10) + kMaxStackFrames * 40 + 64;

bool HasData(V2Type type) { return type == V2Type::kString || type == V2Type::kExperimentalBatch; }

}  // namespace

WireText::WireText(std::string name, std::unique_ptr<ByteSource> source) : window_(std::move(source)) {
  window_.Has(0, kHeaderBytes);
  version_ = VersionOf({reinterpret_cast<const char*>(window_.data()), window_.size()});
  if (version_ < 0) throw model::InputError(name, "is no Go execution trace");
  if (version_ < 11) throw model::InputError(name, fmt::format("is a \"go 1.{} trace\": wanted go 1.11 or later", version_));
  at_ = kHeaderBytes;
}

bool WireText::Next(std::string& text) {
  if (!damage_.empty()) return false;
  const size_t begin = text.size();
  if (!std::exchange(is_begun_, true)) text += fmt::format("Trace Go1.{}\n", version_);
  if (at_ > kDropAfter) {
    window_.Drop(at_);
    at_ = 0;
  }
  while (text.size() - begin < kPiece && window_.Has(at_, 1)) {
    const size_t whole = text.size();
    try {
      version_ < 22 ? AppendV1Record(text) : AppendRecord(text);
    } catch (const FormatError& error) {
      damage_ = fmt::format("byte {}: {}", error.byte, error.what());
      text.resize(whole);
      break;
    }
  }
  return text.size() > begin;
}

void WireText::AppendRecord(std::string& text) {
  window_.Has(at_, kMaxRecord);
  const uint8_t* const begin = window_.data() + at_;
  const uint8_t* const end = window_.data() + window_.size();
  const uint8_t* at = begin;
  const V2Type type{*at++};
  const V2Spec& spec = SpecOf(type);
  if (spec.name == nullptr)
    throw FormatError(window_.offset(at_), fmt::format("found a record of type {}", static_cast<int>(type)));
  text += spec.name;
  const auto append = [&](std::string_view argument) {
    const uint64_t value = ReadVarint(at);
    fmt::format_to(std::back_inserter(text), " {}={}", argument, value);
    return value;
  };
  uint64_t last = 0;
  if (spec.is_timed()) append("dt");
  for (std::string_view rest = spec.arguments; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    last = append(word);
  }
  text += '\n';
  if (type == V2Type::kStack) at = AppendFrames(last, at, text);
  if (HasData(type)) at = AppendData(at, text);
  if (!Inside(at, begin, end))
    throw FormatError(window_.offset(at_), fmt::format("the file ends in the middle of a {} record", spec.name));
  at_ += static_cast<size_t>(at - begin);
}

const uint8_t* WireText::AppendFrames(uint64_t count, const uint8_t* at, std::string& text) {
  if (count > kMaxStackFrames)
    throw FormatError(window_.offset(at_),
                      fmt::format("a stack of {} frames, at most {} are allowed", count, kMaxStackFrames));
  for (uint64_t i = 0; i < count && Inside(at, window_.data(), window_.data() + window_.size()); ++i) {
    uint64_t fields[4];
    for (uint64_t& field : fields) field = ReadVarint(at);
    fmt::format_to(std::back_inserter(text), "\tpc={} func={} file={} line={}\n", fields[0], fields[1], fields[2],
                   fields[3]);
  }
  return at;
}

const uint8_t* WireText::AppendData(const uint8_t* at, std::string& text) {
  const uint8_t* const end = window_.data() + window_.size();
  const uint64_t size = ReadVarint(at);
  if (!Inside(at, window_.data(), end) || size > static_cast<uint64_t>(end - at))
    throw FormatError(window_.offset(at_), fmt::format("{} bytes of data are said to follow", size));
  text += "\tdata=";
  AppendQuoted({reinterpret_cast<const char*>(at), static_cast<size_t>(size)}, text);
  text += '\n';
  return at + size;
}

}  // namespace proto::gotrace
