#pragma once

#include <string>
#include <string_view>

#include "model/frame_profile.h"
#include "render/palette.h"

// The stacks of a page as bytes. assets/page_data.js reads them back.
//
//   bytes  = json-length:u32le json varint*
//   json   = {"names": [..], "swatch": [palette swatch of each name], "swatches": [[light, dark, group]], "groups": [..],
//             "changes": [[words, light, dark]] of a differential's colours from gone to new and noise, "kinds": [[type,
//             unit]], "default": k, "sides": [..], "labels": [[[key, value], ..], ..], "frames": n, "samples": m, "noise":
//             0|1}
//   varint = for frame 1 .. n-1: its row minus its caller's; its name
//            for each sample: its frame minus the sample's before; labels; side; each value, zigzag
//            where noise is 1: rows of frames whose change is no noise, each minus the one before, after their number
namespace render {

std::string PageBytes(const model::FrameProfile& profile, const Palette& palette);

std::string Base64(std::string_view bytes);
std::string Base64OfHex(std::string_view hex);

}  // namespace render
