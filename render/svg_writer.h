#pragma once

#include <string>
#include <string_view>

// Text from input as XML and JavaScript can hold it. What XML 1.0 forbids (control characters, lone surrogates, U+FFFE) and
// invalid UTF-8 become U+FFFD; marks that change the direction of writing become visible escapes, so that a name can't
// reorder what stands beside it.
namespace render {

constexpr size_t kTitleBytes = 2000;  // a longer name is cut in the middle, its length said

// Appends `text` for an element's content or a quoted attribute, whole.
void AppendXml(std::string& out, std::string_view text);
std::string XmlText(std::string_view text);

// A name cut to about `limit` bytes: its beginning, "… 98,000 bytes …", its end. Never inside a UTF-8 character.
std::string CutMiddle(std::string_view name, size_t limit);

// A pixel coordinate: at most two decimals, no trailing zeros ("12.5", "0", "1200").
void AppendPixels(std::string& out, double value);
void AppendInteger(std::string& out, int64_t value);
void AppendCount(std::string& out, int64_t value);  // "1,234"

}  // namespace render
