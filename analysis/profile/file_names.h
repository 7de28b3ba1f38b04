#pragma once

#include <string>
#include <string_view>

// Names of source files, as profiles have them and as people want to see them.
namespace analysis {

// "a/./b//c/../d" -> "a/b/d". Nearly all paths of profiles are clean already, and then nothing is allocated twice.
std::string CleanPath(std::string_view path);

// Cuts the first of the directories `trimmed` (a ":" list) off its front. Without such a list, what lies above a folder that
// has the name of one of the search path's: /build/x/shop/a.go is a.go for the search path /home/me/shop.
std::string_view TrimPath(std::string_view path, const std::string& trimmed, const std::string& search);

}  // namespace analysis
