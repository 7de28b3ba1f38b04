#include "render/frame_notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/input_error.h"

namespace render {
namespace {

std::string_view TakeUntil(std::string_view& text, char separator) {
  const size_t end = std::min(text.find(separator), text.size());
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return piece;
}

// http, https and addresses without a scheme: nothing that a browser would run.
bool IsHarmless(std::string_view address) {
  const size_t colon = address.find_first_of(":/?#");
  if (colon == std::string_view::npos || address[colon] != ':') return true;
  std::string scheme(address.substr(0, colon));
  std::ranges::transform(scheme, scheme.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return scheme == "http" || scheme == "https";
}

void SetAttribute(FrameNote& note, std::string_view attribute) {
  const std::string_view key = TakeUntil(attribute, '=');
  if (key == "title") {
    note.title = attribute;
  } else if (key == "href") {
    if (!IsHarmless(attribute)) throw model::UsageError(fmt::format("href={}: wanted an http or https address", attribute));
    note.href = attribute;
  } else if (key == "target") {
    note.target = attribute;
  } else {
    throw model::UsageError(fmt::format("attribute `{}`: wanted title, href or target", key));
  }
}

}  // namespace

FrameNotes ParseFrameNotes(std::string_view text, const std::string& file) {
  FrameNotes notes;
  for (size_t number = 1; !text.empty(); ++number) {
    std::string_view line = TakeUntil(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with("# ")) continue;
    FrameNote& note = notes[std::string(TakeUntil(line, '\t'))];
    try {
      if (line.empty()) throw model::UsageError("wanted FUNCTION, a tab, and attributes such as title=TEXT");
      while (!line.empty()) SetAttribute(note, TakeUntil(line, '\t'));
    } catch (const model::UsageError& error) {
      throw model::UsageError(fmt::format("{}: line {}: {}", file, number, error.what()));
    }
  }
  return notes;
}

}  // namespace render
