#include "render/svg_writer.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "model/units.h"
#include "model/utf8.h"

namespace render {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

bool TurnsDirection(char32_t c) {
  return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool IsForbidden(char32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7f && c < 0xa0) || (c & 0xfffe) == 0xfffe;
}

bool IsPlain(char c) { return c >= 0x20 && c < 0x7f && c != '<' && c != '>' && c != '&' && c != '"' && c != '\''; }

std::string_view Entity(char c) {
  switch (c) {
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '&':
      return "&amp;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return " ";  // tabs and line breaks: a name is one line
  }
}

void AppendOneCharacter(std::string& out, std::string_view text, const model::Utf8Char& next) {
  if (!next.is_valid || IsForbidden(next.code)) {
    out += kReplacement;
  } else if (TurnsDirection(next.code)) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<uint32_t>(next.code));
  } else if (next.code < 0x80) {
    out += Entity(text[0]);
  } else {
    out += text.substr(0, next.length);
  }
}

size_t CharacterStart(std::string_view text, size_t at) {
  while (at > 0 && at < text.size() && (text[at] & 0xc0) == 0x80) --at;
  return at;
}

}  // namespace

void AppendXml(std::string& out, std::string_view text) {
  while (!text.empty()) {
    size_t plain = 0;
    while (plain < text.size() && IsPlain(text[plain])) ++plain;
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const model::Utf8Char next = model::DecodeUtf8(text);
    AppendOneCharacter(out, text, next);
    text.remove_prefix(next.length);
  }
}

std::string XmlText(std::string_view text) {
  std::string out;
  AppendXml(out, text);
  return out;
}

std::string CutMiddle(std::string_view name, size_t limit) {
  if (name.size() <= limit) return std::string(name);
  const size_t head = CharacterStart(name, limit * 2 / 3);
  const size_t tail = CharacterStart(name, name.size() - limit / 3);
  return fmt::format("{} … {} bytes … {}", name.substr(0, head), model::FormatCount(tail - head), name.substr(tail));
}

void AppendPixels(std::string& out, double value) {
  AppendInteger(out, static_cast<int64_t>(value * 100 + (value < 0 ? -0.5 : 0.5)) / 100);
  const auto cents = static_cast<int>(std::llround(std::abs(value) * 100) % 100);
  if (cents == 0) return;
  out += '.';
  out += static_cast<char>('0' + cents / 10);
  if (cents % 10 != 0) out += static_cast<char>('0' + cents % 10);
}

void AppendInteger(std::string& out, int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, static_cast<size_t>(end - digits));
}

void AppendCount(std::string& out, int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  const char* at = digits;
  if (*at == '-') out += *at++;
  for (; at != end; ++at) {
    out += *at;
    const auto left = end - at - 1;
    if (left > 0 && left % 3 == 0) out += ',';
  }
}

}  // namespace render
