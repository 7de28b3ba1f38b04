#include "proto/gotrace/go_quote.h"

#include <fmt/format.h>

#include <iterator>

namespace proto::gotrace {
namespace {

// 0 where they are no UTF-8 beyond ASCII.
size_t Utf8Length(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](size_t i) { return (byte(i) & 0xc0U) == 0x80; };
  const unsigned first = byte(0);
  if (first >= 0xc2 && first <= 0xdf && follows(1)) return 2;
  if (first >= 0xe0 && first <= 0xef && follows(1) && follows(2)) return first == 0xe0 && byte(1) < 0xa0 ? 0 : 3;
  if (first >= 0xf0 && first <= 0xf4 && follows(1) && follows(2) && follows(3))
    return first == 0xf0 && byte(1) < 0x90 ? 0 : 4;
  return 0;
}

}  // namespace

void AppendQuoted(std::string_view bytes, std::string& text) {
  constexpr std::string_view kShort = "\a\b\t\n\v\f\r";
  constexpr std::string_view kShortNames = "abtnvfr";
  text += '"';
  while (!bytes.empty()) {
    const char c = bytes.front();
    size_t length = 1;
    if (c == '"' || c == '\\') {
      text += {'\\', c};
    } else if (const size_t at = kShort.find(c); at != std::string_view::npos) {
      text += {'\\', kShortNames[at]};
    } else if (c >= 0x20 && c != 0x7f) {
      text += c;
    } else if (const size_t utf8 = Utf8Length(bytes); utf8 > 0) {
      length = utf8;
      text += bytes.substr(0, length);
    } else {
      fmt::format_to(std::back_inserter(text), "\\x{:02x}", static_cast<unsigned char>(c));
    }
    bytes.remove_prefix(length);
  }
  text += '"';
}

}  // namespace proto::gotrace
