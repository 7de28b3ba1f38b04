#include "tests/support/folded.h"

#include <fmt/format.h>

#include "proto/folded/folded.h"

namespace test_support {
namespace {

std::string StackText(const model::Profile& profile, model::StackId stack) {
  std::string text;
  const char* separator = "";
  for (const model::LocationId location : profile.stacks.LeafFirst(stack)) {
    for (const model::Line& line : profile.symbols.lines(location)) {
      const std::string_view name = profile.symbols.function_name(line.function);
      text.insert(0, fmt::format("{}{}", name, separator));
      separator = ";";
    }
  }
  return text;
}

}  // namespace

model::Profile Folded(std::string_view text) {
  const auto source = proto::OpenBytes("test", text);
  return proto::ReadFolded("test", *source);
}

std::map<std::string, int64_t> FoldedRows(const model::Profile& profile, size_t index) {
  std::map<std::string, int64_t> rows;
  for (size_t i = 0; i < profile.sample_count(); ++i)
    rows[StackText(profile, profile.sample_stack[i])] += profile.values(i)[index];
  return rows;
}

std::string FoldedText(const model::Profile& profile, size_t index) {
  std::string text;
  for (const auto& [stack, value] : FoldedRows(profile, index)) text += fmt::format("{} {}\n", stack, value);
  return text;
}

}  // namespace test_support
