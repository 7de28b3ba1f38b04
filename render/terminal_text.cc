#include "render/terminal_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/units.h"
#include "model/utf8.h"

namespace render {
namespace {

bool IsHarmful(char32_t c) {
  const bool is_control = c < 0x20 || (c >= 0x7f && c < 0xa0);
  const bool turns_direction = c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
  const bool is_separator = c == 0x2028 || c == 0x2029 || c == 0xfeff;
  return is_control || turns_direction || is_separator;
}

std::string Number(double value) {
  std::string text = fmt::format("{:.2f}", value);
  return text.ends_with(".00") ? text.substr(0, text.size() - 3) : text;
}

}  // namespace

std::string TerminalText(std::string_view text) {
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7f; };
  if (std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const model::Utf8Char next = model::DecodeUtf8(text);
    if (!next.is_valid) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else if (IsHarmful(next.code)) {
      out += next.code < 0x100 ? fmt::format("\\x{:02x}", static_cast<uint32_t>(next.code))
                               : fmt::format("\\u{:04x}", static_cast<uint32_t>(next.code));
    } else {
      out += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return out;
}

size_t DisplayWidth(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string CellText(const model::Value& value, std::string_view unit) {
  const auto& kind = value.kind();
  if (const auto* text = std::get_if<std::string>(&kind)) return *text;
  if (const auto* flag = std::get_if<bool>(&kind)) return *flag ? "yes" : "no";
  if (const auto* number = std::get_if<uint64_t>(&kind)) return CellText(static_cast<int64_t>(*number), unit);
  if (const auto* number = std::get_if<int64_t>(&kind)) {
    return unit == "count" ? (*number < 0 ? "-" : "") + model::FormatCount(static_cast<uint64_t>(std::abs(*number)))
           : unit.empty()  ? std::to_string(*number)
                           : model::FormatValue(*number, unit);
  }
  if (const auto* number = std::get_if<double>(&kind))
    return unit == "ratio" ? model::FormatPercent(*number, 1) : Number(*number);
  return "-";
}

std::string ChangeText(const model::Value& value, std::string_view unit) {
  const std::string text = CellText(value, unit);
  const auto* number = std::get_if<int64_t>(&value.kind());
  const auto* real = std::get_if<double>(&value.kind());
  const bool is_rise = (number != nullptr && *number > 0) || (real != nullptr && *real > 0);
  const bool lost_sign = real != nullptr && *real < 0 && unit == "ratio";
  return (is_rise ? "+" : lost_sign ? "-" : "") + text;
}

}  // namespace render
