#pragma once

#include <map>
#include <string>
#include <string_view>

#include "model/profile.h"

// Profiles as tests write them down: Folded("main;serve;lock 30\nmain;gc 5"). Two numbers on every line make a profile of
// "before" and "after".
namespace test_support {

model::Profile Folded(std::string_view text);

// The other way: value `index` of each stack, "main;serve;lock" -> 30. Inlined frames count as frames; equal stacks add up.
std::map<std::string, int64_t> FoldedRows(const model::Profile& profile, size_t index = 0);

// The same as text, sorted: "main;gc 5\nmain;serve;lock 30\n".
std::string FoldedText(const model::Profile& profile, size_t index = 0);

}  // namespace test_support
