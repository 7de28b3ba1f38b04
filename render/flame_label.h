#pragma once

#include <string>
#include <string_view>

namespace render {

// A frame's name in at most `room` characters, so that what tells frames apart stays: first the folders of an import path go
// ("github.com/acme/shop/cart.(*Cart).Add" -> "cart.(*Cart).Add"), then the package ("(*Cart).Add"), then a receiver
// ("Add"), then the end is cut. Empty below three characters. assets/label.js does the same while zooming.
std::string FlameLabel(std::string_view name, size_t room);

}  // namespace render
