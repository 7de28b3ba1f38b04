#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

// Where the boxes of a directed graph go. Rings lie on an ellipse in the order of their arrows. Everything else lies in
// layers below what its arrows lead to, as near below it as there is room; what leads nowhere is on top. Parts that are not
// connected stand side by side, in the order of their first boxes. Nothing is random, and nothing depends on hashing, so a
// graph is always drawn alike.
namespace render {

struct GraphBox {
  double width = 0, height = 0;
  std::optional<uint32_t> ring;   // boxes of one number are drawn as a circle
  double x = 0, y = 0;            // of its centre: the result
  double ring_x = 0, ring_y = 0;  // of the centre of its ring
};
using GraphEdge = std::pair<uint32_t, uint32_t>;

struct GraphSize {
  double width = 0, height = 0;
};

// Fills in the places, from (0, 0) on. Lines of parts are broken at `width`, where a part is not wider itself.
GraphSize LayOut(std::vector<GraphBox>& boxes, const std::vector<GraphEdge>& edges, double width);

}  // namespace render
