#pragma once

#include <optional>
#include <string>

#include "render/flame_change.h"
#include "render/flame_layout.h"
#include "render/flame_paint.h"
#include "render/frame_notes.h"

// A flame graph as one SVG file that needs nothing else: zoom, search and keyboard by its own script, tooltips without one,
// light and dark. Each frame is one <g> with <title>name (1,234 samples, 5.67%)</title>, a <rect> and, where there is room,
// a <text>.
namespace render {

enum class FlameGrowth { kUp, kDown };  // kDown is what others call an icicle graph

struct FlameSvgOptions {
  std::string title = "Flame graph";
  std::string subtitle;
  std::string notes;  // shown nowhere, kept in the file's <desc>
  double width = 1200;
  bool is_fluid = true;  // a browser's window decides; `width` where there is no script
  double row_height = 16;
  std::string font = "system-ui,-apple-system,\"Segoe UI\",Roboto,Helvetica,Arial,sans-serif";
  double font_size = 12;
  double font_width = 0.6;  // of a character, as a share of font_size
  std::string count_name;   // instead of the sample type's unit
  double factor = 1;        // values are shown multiplied by it
  FlameGrowth growth = FlameGrowth::kUp;
  std::optional<Rgb> background;
  std::optional<Rgb> search_colour;
  FrameNotes frame_notes;
};

// `paint` belongs to `layout`. With `change`, titles say both sides: "f (9 samples, 4.50%; before 6 samples, 3.00%; change
// +3 samples, +50.00%)".
std::string FlameSvg(const model::FrameTree& tree, const FlameLayout& layout, const FlamePaint& paint,
                     const FlameSvgOptions& options, const FlameChange* change = nullptr);

// The least width, in values, of a box that is `pixels` wide.
int64_t LeastWidth(int64_t total, double pixels, const FlameSvgOptions& options);

}  // namespace render
