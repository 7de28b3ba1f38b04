#include "tests/support/wire_text.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <stdexcept>
#include <vector>

#include "proto/gotrace/v1_spec.h"
#include "proto/gotrace/v2_spec.h"

namespace test_support {
namespace {

using proto::gotrace::SpecOf;
using proto::gotrace::V1Type;
using proto::gotrace::V2Type;

constexpr size_t kSizeBytes = 10;  // the runtime leaves this room for the size of a batch and fills it in last

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t")));
    if (text.empty() || text[0] == '#') return words;
    const size_t length = std::min(text.size(), text.find_first_of(" \t"));
    words.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
}

void PutVarint(std::string& bytes, uint64_t value, size_t at_least = 1) {
  const size_t begin = bytes.size();
  for (; value >= 0x80 || bytes.size() + 1 < begin + at_least; value >>= 7) bytes += static_cast<char>(value | 0x80);
  bytes += static_cast<char>(value);
}

std::string Utf8(uint32_t code) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xc0 | (code >> 6)), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xe0 | (code >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | (code >> 18)), tail(12), tail(6), tail(0)};
}

// Takes one character off the text, escaped as Go does it.
std::string Character(std::string_view& text) {
  constexpr std::string_view kNames = "abtnvfr\"\\", kMeanings = "\a\b\t\n\v\f\r\"\\";
  const auto take = [&](size_t count) {
    const std::string_view taken = text.substr(0, count);
    text.remove_prefix(taken.size());
    return taken;
  };
  const std::string_view plain = take(1);
  if (plain != "\\") return std::string(plain);
  const std::string_view kind = take(1);
  if (const size_t at = kNames.find(kind); !kind.empty() && at != std::string_view::npos) return {kMeanings[at]};
  const size_t digits = kind == "x" ? 2 : kind == "u" ? 4 : kind == "U" ? 8 : 0;
  const std::string_view hex = take(digits);
  uint32_t code = 0;
  if (digits == 0 || std::from_chars(hex.data(), hex.data() + hex.size(), code, 16).ptr != hex.data() + digits)
    throw std::invalid_argument(fmt::format("found \\{}, wanted an escape", kind));
  if (digits == 2) return {static_cast<char>(code)};
  return Utf8(code);
}

class Assembler {
 public:
  explicit Assembler(std::string_view text) : rest_(text) {
    for (size_t type = 0; type < 256; ++type) {
      if (const char* name = SpecOf(V2Type(type)).name) types_[name] = V2Type(type);
    }
    for (size_t type = 1; type < proto::gotrace::kV1TypeCount; ++type) v1_types_[SpecOf(V1Type(type)).name] = V1Type(type);
  }

  std::string Bytes() {
    const auto header = Words(NextLine());
    if (header.size() != 2 || header[0] != "Trace" || !header[1].starts_with("Go")) Fail("wanted \"Trace Go1.22\"");
    std::string bytes = fmt::format("go {} trace", header[1].substr(2));
    bytes.resize(16);
    const bool is_v1 = header[1] < "Go1.22";
    while (!(line_ = NextLine()).empty()) is_v1 ? AddV1Record(bytes) : AddRecord(bytes);
    EndBatch(bytes);
    return bytes;
  }

 private:
  // Without empty ones; empty at the end.
  std::string_view NextLine() {
    while (!rest_.empty()) {
      const std::string_view line = rest_.substr(0, rest_.find('\n'));
      rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
      ++number_;
      if (!Words(line).empty()) return line;
    }
    return {};
  }

  void AddRecord(std::string& bytes) {
    const auto words = Words(line_);
    const auto type = types_.find(words[0]);
    if (type == types_.end()) Fail(fmt::format("found {}, wanted the name of a record", words[0]));
    const auto& spec = SpecOf(type->second);
    if (type->second == V2Type::kEventBatch) return BeginBatch(words, bytes);
    if (type->second == V2Type::kExperimentalBatch || type->second == V2Type::kEndOfGeneration) EndBatch(bytes);
    std::string& to = is_in_batch_ ? records_ : bytes;
    to += static_cast<char>(type->second);
    std::vector<std::string_view> names;
    if (spec.is_timed()) names.emplace_back("dt");
    for (const std::string_view name : Words(spec.arguments)) names.push_back(name);
    uint64_t last = 0;
    for (const uint64_t value : Arguments(words, 1, names)) PutVarint(to, last = value);
    if (type->second == V2Type::kStack) AddFrames(last, to);
    if (type->second != V2Type::kString && type->second != V2Type::kExperimentalBatch) return;
    const std::string data = Data(NextLine());
    PutVarint(to, data.size(), type->second == V2Type::kString ? 1 : kSizeBytes);
    to += data;
  }

  void AddFrames(uint64_t count, std::string& to) {
    for (uint64_t i = 0; i < count; ++i) {
      for (const uint64_t value : Arguments(Words(line_ = NextLine()), 0, {"pc", "func", "file", "line"}))
        PutVarint(to, value);
    }
  }

  // A byte with the kind and the number of arguments behind the first; for three and more, and for stacks, their bytes are
  // counted instead. Strings and the text of logs come behind that.
  void AddV1Record(std::string& bytes) {
    auto words = Words(line_);
    const size_t size_bytes = words.back().starts_with("padded=") ? Arguments({words.back()}, 0, {"padded"})[0] : 1;
    if (size_bytes > 1) words.pop_back();
    const auto found = v1_types_.find(words[0]);
    if (found == v1_types_.end()) Fail(fmt::format("found {}, wanted the name of a record", words[0]));
    const V1Type type = found->second;
    const auto& spec = SpecOf(type);
    const bool is_stack = type == V1Type::kStack, is_batch = type == V1Type::kBatch, is_string = type == V1Type::kString;
    const bool is_timed =
        !is_stack && !is_batch && !is_string && type != V1Type::kFrequency && type != V1Type::kTimerGoroutine;
    std::vector<std::string_view> names = is_stack ? Words("id nframes") : Words(spec.names);
    if (is_timed) names.insert(names.begin(), "dt");
    std::string arguments;
    const std::vector<uint64_t> values = Arguments(words, 1, names);
    for (const uint64_t value : values) PutVarint(arguments, value);
    if (is_stack) AddFrames(values[1], arguments);
    const bool is_counted = is_stack || spec.arguments >= 3;
    const unsigned bits = is_counted ? 3 : is_batch ? 1 : is_timed ? spec.arguments : 0;
    bytes += static_cast<char>(static_cast<unsigned>(type) | bits << 6);
    if (is_counted) PutVarint(bytes, arguments.size(), size_bytes);
    bytes += arguments;
    if (!is_string && type != V1Type::kUserLog) return;
    const std::string data = Data(NextLine());
    PutVarint(bytes, data.size());
    bytes += data;
  }

  void BeginBatch(const std::vector<std::string_view>& words, std::string& bytes) {
    EndBatch(bytes);
    is_in_batch_ = true;
    bytes += static_cast<char>(V2Type::kEventBatch);
    const auto values = Arguments(words, 1, {"gen", "m", "time", "size"});
    for (size_t i = 0; i < 3; ++i) PutVarint(bytes, values[i]);
  }

  void EndBatch(std::string& bytes) {
    if (!is_in_batch_) return;
    PutVarint(bytes, records_.size(), kSizeBytes);
    bytes += records_;
    records_.clear();
    is_in_batch_ = false;
  }

  std::vector<uint64_t> Arguments(const std::vector<std::string_view>& words, size_t from,
                                  const std::vector<std::string_view>& names) const {
    if (words.size() != from + names.size())
      Fail(fmt::format("found {} arguments, wanted {}", words.size() - from, names.size()));
    std::vector<uint64_t> values;
    for (size_t i = 0; i < names.size(); ++i) {
      const std::string_view word = words[from + i];
      const size_t equals = std::min(word.size(), word.find('='));
      uint64_t value = 0;
      const char* const end = word.data() + word.size();
      if (word.substr(0, equals) != names[i] || equals == word.size() ||
          std::from_chars(word.data() + equals + 1, end, value).ptr != end)
        Fail(fmt::format("found {}, wanted {}=NUMBER", word, names[i]));
      values.push_back(value);
    }
    return values;
  }

  std::string Data(std::string_view line) const {
    constexpr std::string_view kBefore = "data=";
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t")));
    if (!line.starts_with(kBefore)) Fail("wanted data=\"..\"");
    return UnquoteGo(line.substr(kBefore.size()));
  }

  [[noreturn]] void Fail(const std::string& message) const {
    throw std::invalid_argument(fmt::format("line {}: {}", number_, message));
  }

  std::string_view rest_, line_;
  size_t number_ = 0;
  std::map<std::string_view, V2Type> types_;
  std::map<std::string_view, V1Type> v1_types_;
  bool is_in_batch_ = false;
  std::string records_;  // of the batch that is open
};

}  // namespace

std::string UnquoteGo(std::string_view text) {
  std::string unquoted;
  if (!text.starts_with('"')) throw std::invalid_argument("wanted a string in quotes");
  text.remove_prefix(1);
  while (!text.empty() && text[0] != '"') unquoted += Character(text);
  if (text.empty()) throw std::invalid_argument("the quotes are not closed");
  return unquoted;
}

std::string AssembleWire(std::string_view text) { return Assembler(text).Bytes(); }

}  // namespace test_support
