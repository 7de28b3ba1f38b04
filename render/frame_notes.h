#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

// What a user says about functions, for flame graphs: flamegraph.pl's --nameattr file. A function a line, then its
// attributes, separated by tabs:
//   main.serve<TAB>title=the entry of every request<TAB>href=https://example.org/runbook#serve<TAB>target=_blank
// `title` stands in the tooltip beside name and value, `href` makes the frame a link. Attributes that would run code are
// refused.
namespace render {

struct FrameNote {
  std::string title;
  std::string href;
  std::string target;
};

using FrameNotes = std::map<std::string, FrameNote, std::less<>>;

// UsageError that names file and line of what can't be understood.
FrameNotes ParseFrameNotes(std::string_view text, const std::string& file);

}  // namespace render
