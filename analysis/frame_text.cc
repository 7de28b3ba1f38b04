#include "analysis/frame_text.h"

#include <fmt/format.h>

namespace analysis {
namespace {

std::string Text(const model::Symbols& symbols, const model::Line& line, bool with_folder) {
  const model::Function& function = symbols.functions()[line.function];
  std::string_view file = symbols.text(function.file);
  if (!with_folder) file = file.substr(file.find_last_of('/') + 1);
  const std::string_view name = symbols.text(function.name);
  if (file.empty()) return std::string(name);
  return line.line == 0 ? fmt::format("{} {}", name, file) : fmt::format("{} {}:{}", name, file, line.line);
}

}  // namespace

std::string FrameText(const model::Symbols& symbols, model::LocationId location) {
  if (location.index() >= symbols.location_count()) return {};  // kNoFrame
  const auto lines = symbols.lines(location);
  return lines.empty() ? std::string() : Text(symbols, lines.front(), false);
}

std::string LeafFunction(const model::Symbols& symbols, const model::StackTrie& stacks, model::StackId stack) {
  if (stack == model::StackTrie::root()) return "(no stack)";
  const auto lines = symbols.lines(stacks.location(stack));
  return lines.empty() ? "(no symbol)" : std::string(symbols.function_name(lines.front().function));
}

model::Value StackValue(const model::Symbols& symbols, const model::StackTrie& stacks, model::StackId stack) {
  model::ValueList frames;
  for (const model::LocationId at : stacks.LeafFirst(stack)) {
    for (const model::Line& line : symbols.lines(at)) frames.emplace_back(Text(symbols, line, true));
  }
  return frames;
}

}  // namespace analysis
