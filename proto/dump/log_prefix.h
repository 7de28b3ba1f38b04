#pragma once

#include <optional>
#include <string>
#include <string_view>

// What a log collector puts in front of each line: a time, a host, a stream ("2026-11-21T11:40:10.123Z stderr F ").
namespace proto {

class LogPrefix {
 public:
  LogPrefix() = default;
  explicit LogPrefix(std::string_view prefix) : prefix_(prefix) {}

  // `line` without a prefix of this shape: the same characters, but any number for a number and any word for a word, so that
  // a later time fits. nullopt where it doesn't begin so.
  std::optional<std::string_view> Strip(std::string_view line) const;

 private:
  std::string prefix_;
};

// Where in `line` a goroutine's header may begin: behind a prefix, or 0. npos where there is none.
size_t FindHeader(std::string_view line);

}  // namespace proto
