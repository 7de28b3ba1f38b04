#pragma once

#include <string>
#include <string_view>
#include <vector>

// Names of frames as the collapsers write them, so that our folded stacks are theirs: stackcollapse-perf.pl set the rules,
// inferno refined them, we follow inferno. The rules are in docs/formats/perf-script.md.
namespace proto {

// One symbol can stand for several functions: a Java compiler's map joins inlined calls with "->". Innermost first, tidied.
// `dso` stands in for a symbol that is "[unknown]".
std::vector<std::string> FrameNames(std::string_view symbol, std::string_view dso, bool is_java);

// A command as root frame: blanks become underscores.
std::string CommandFrame(std::string_view command);

}  // namespace proto
