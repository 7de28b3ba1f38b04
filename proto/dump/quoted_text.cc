#include "proto/dump/quoted_text.h"

namespace proto {
namespace {

// The runtime writes code points of the Unicode range only; others come from damaged input and become U+FFFD.
void AppendUtf8(std::string& text, uint32_t point) {
  if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) point = 0xfffd;
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((point >> shift) & 0x3f)); };
  if (point < 0x80) {
    text += static_cast<char>(point);
  } else if (point < 0x800) {
    text += static_cast<char>(0xc0 | (point >> 6));
    tail(0);
  } else if (point < 0x10000) {
    text += static_cast<char>(0xe0 | (point >> 12));
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xf0 | (point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

// The hexadecimal digits of \x41, \u65e5 and \U0001f600.
bool TakeCodePoint(TextScanner& text, size_t digits, std::string& into) {
  TextScanner ahead(text.rest().substr(0, digits));
  const auto point = ahead.Number<uint32_t>(16);
  if (!point || !ahead.AtEnd() || text.rest().size() < digits) return false;
  text.Skip(text.rest().substr(0, digits));
  AppendUtf8(into, *point);
  return true;
}

void TakeEscape(TextScanner& text, std::string& into) {
  if (text.Skip("n")) {
    into += '\n';
  } else if (text.Skip("r")) {
    into += '\r';
  } else if (text.Skip("t")) {
    into += '\t';
  } else if (text.Skip("\\")) {
    into += '\\';
  } else if (text.Skip("\"")) {
    into += '"';
  } else {
    const size_t digits = text.Skip("x") ? 2 : text.Skip("u") ? 4 : text.Skip("U") ? 8 : 0;
    if (digits == 0 || !TakeCodePoint(text, digits, into)) into += '\\';
  }
}

}  // namespace

std::optional<std::string> TakeQuoted(TextScanner& text) {
  if (!text.Skip("\"")) return std::nullopt;
  std::string value;
  for (;;) {
    value += text.Until("\"\\");
    if (text.Skip("\"")) return value;
    if (!text.Skip("\\")) return std::nullopt;
    TakeEscape(text, value);
  }
}

}  // namespace proto
