#include "render/html_data.h"

#include <cstdint>
#include <nlohmann/json.hpp>

#include "render/flame_change.h"
#include "render/page_bytes.h"
#include "render/svg_writer.h"

namespace render {
namespace {

constexpr size_t kNameBytes = 4000;

using nlohmann::json;

json Head(const model::FrameProfile& profile, const Palette& palette) {
  const model::FrameTree& tree = profile.tree;
  json names = json::array(), swatch = json::array();
  for (uint32_t i = 0; i < tree.names.size(); ++i) {
    const std::string_view name = tree.names[model::StringId(i)];
    names.push_back(CutMiddle(name, kNameBytes));
    swatch.push_back(palette.Pick(name, tree.origins[i]));
  }
  json swatches = json::array(), groups = json::array(), kinds = json::array(), labels = json::array();
  for (const Swatch& one : palette.swatches()) swatches.push_back({Hex(one.light), Hex(one.dark), one.group});
  for (const SwatchGroup& group : palette.groups()) groups.push_back(group.name);
  json changes = json::array();
  if (profile.sides.size() == 2) {
    for (const LegendEntry& step : ChangeLegend()) changes.push_back({step.text, Hex(step.light), Hex(step.dark)});
  }
  for (const auto& kind : profile.value_kinds) kinds.push_back({kind.type, kind.unit});
  for (const auto& set : profile.label_sets) {
    json row = json::array();
    for (const auto& [key, value] : set) row.push_back({CutMiddle(key, 200), CutMiddle(value, 200)});
    labels.push_back(std::move(row));
  }
  return {{"names", std::move(names)},
          {"swatch", std::move(swatch)},
          {"swatches", std::move(swatches)},
          {"groups", std::move(groups)},
          {"changes", std::move(changes)},
          {"kinds", std::move(kinds)},
          {"default", profile.default_kind},
          {"sides", profile.sides},
          {"labels", std::move(labels)},
          {"frames", tree.size()},
          {"samples", profile.sample_frame.size()},
          {"noise", profile.is_noise.empty() ? 0 : 1}};
}

void AppendFrames(PageBytesWriter& out, const model::FrameTree& tree) {
  for (uint32_t row = 1; row < tree.size(); ++row) {
    out.Unsigned(row - tree.frames[row].caller.value);
    out.Unsigned(tree.frames[row].name.value);
  }
}

void AppendSamples(PageBytesWriter& out, const model::FrameProfile& profile) {
  const size_t kinds = profile.value_kinds.size();
  uint32_t frame = 0;
  for (size_t i = 0; i < profile.sample_frame.size(); ++i) {
    out.Unsigned(profile.sample_frame[i].value - frame);
    frame = profile.sample_frame[i].value;
    out.Unsigned(profile.sample_labels[i]);
    out.Unsigned(profile.sample_side[i]);
    for (size_t kind = 0; kind < kinds; ++kind) out.Signed(profile.sample_values[i * kinds + kind]);
  }
}

void AppendChanged(PageBytesWriter& out, const std::vector<bool>& is_noise) {
  uint64_t count = 0;
  for (const bool noise : is_noise) count += !noise;
  out.Unsigned(count);
  size_t last = 0;
  for (size_t row = 0; row < is_noise.size(); ++row) {
    if (is_noise[row]) continue;
    out.Unsigned(row - last);
    last = row;
  }
}

}  // namespace

std::string PageBytes(const model::FrameProfile& profile, const Palette& palette) {
  PageBytesWriter out(Head(profile, palette).dump(-1, ' ', false, json::error_handler_t::replace));
  AppendFrames(out, profile.tree);
  AppendSamples(out, profile);
  if (!profile.is_noise.empty()) AppendChanged(out, profile.is_noise);
  return std::move(out).Take();
}

std::string Base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve(bytes.size() / 3 * 4 + 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](size_t at) { return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U; };
    const uint32_t three = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    out += kDigits[three >> 18];
    out += kDigits[three >> 12 & 63];
    out += i + 1 < bytes.size() ? kDigits[three >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? kDigits[three & 63] : '=';
  }
  return out;
}

std::string Base64OfHex(std::string_view hex) {
  const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  return Base64(bytes);
}

}  // namespace render
