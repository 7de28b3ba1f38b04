#pragma once

#include <optional>
#include <string>

#include "proto/dump/text_scanner.h"

namespace proto {

// A string as the Go runtime quotes it ("a \"b\" \u65e5"), taken from the scanner. nullopt where there is none or it has no
// end. An escape that the runtime doesn't write stays as it is.
std::optional<std::string> TakeQuoted(TextScanner& text);

}  // namespace proto
