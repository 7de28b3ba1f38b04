#include "render/graph_layout.h"

#include <doctest/doctest.h>

#include <cmath>

namespace {

using render::GraphBox;
using render::GraphEdge;

bool Overlap(const GraphBox& a, const GraphBox& b) {
  return std::abs(a.x - b.x) < (a.width + b.width) / 2 && std::abs(a.y - b.y) < (a.height + b.height) / 2;
}

size_t Overlaps(const std::vector<GraphBox>& boxes) {
  size_t count = 0;
  for (size_t a = 0; a < boxes.size(); ++a) {
    for (size_t b = 0; b < a; ++b) count += Overlap(boxes[a], boxes[b]) ? 1 : 0;
  }
  return count;
}

std::vector<GraphBox> Boxes(size_t count) { return std::vector<GraphBox>(count, {.width = 200, .height = 50}); }

}  // namespace

TEST_CASE("what leads nowhere is on top, and who waits for it below") {
  std::vector<GraphBox> boxes = Boxes(3);
  const std::vector<GraphEdge> edges = {{0, 1}, {1, 2}};
  render::LayOut(boxes, edges, 1000);
  CHECK(boxes[2].y < boxes[1].y);
  CHECK(boxes[1].y < boxes[0].y);
  CHECK(boxes[0].x == boxes[2].x);
}

TEST_CASE("a ring's boxes lie around its centre in the order of the arrows") {
  for (const size_t count : {2, 4, 7, 20}) {
    CAPTURE(count);
    std::vector<GraphBox> boxes = Boxes(count);
    std::vector<GraphEdge> edges;
    for (size_t i = 0; i < count; ++i) {
      boxes[i].ring = 5;
      edges.emplace_back(static_cast<uint32_t>(i), static_cast<uint32_t>((i + 1) % count));
    }
    const render::GraphSize size = render::LayOut(boxes, edges, 1000);
    CHECK(Overlaps(boxes) == 0);
    double turned = 0;
    for (size_t i = 0; i < count; ++i) {
      const GraphBox &a = boxes[i], &b = boxes[(i + 1) % count];
      double angle = std::atan2(b.y - b.ring_y, b.x - b.ring_x) - std::atan2(a.y - a.ring_y, a.x - a.ring_x);
      while (angle <= 0) angle += 2 * 3.14159265358979;
      turned += angle;
      CHECK(a.x - a.width / 2 >= -0.01);
      CHECK(a.x + a.width / 2 <= size.width + 0.01);
    }
    CHECK(turned == doctest::Approx(2 * 3.14159265358979));
  }
}

TEST_CASE("nothing overlaps: rings with queues behind them, lone boxes, circles that are no ring") {
  std::vector<GraphBox> boxes = Boxes(60);
  std::vector<GraphEdge> edges;
  for (uint32_t i = 0; i < 4; ++i) {
    boxes[i].ring = 0;
    edges.emplace_back(i, (i + 1) % 4);
  }
  for (uint32_t i = 4; i < 20; ++i) edges.emplace_back(i, i % 4);
  for (uint32_t i = 20; i < 30; ++i) edges.emplace_back(i, 4);
  for (uint32_t i = 30; i < 35; ++i) edges.emplace_back(i, i == 34 ? 30 : i + 1);
  for (uint32_t i = 35; i < 50; ++i) edges.emplace_back(i, i - 1);
  const render::GraphSize size = render::LayOut(boxes, edges, 1200);
  CHECK(Overlaps(boxes) == 0);
  for (const GraphBox& box : boxes) {
    CHECK(box.x - box.width / 2 >= -0.01);
    CHECK(box.y - box.height / 2 >= -0.01);
    CHECK(box.x + box.width / 2 <= size.width + 0.01);
    CHECK(box.y + box.height / 2 <= size.height + 0.01);
  }
}

TEST_CASE("a graph without boxes has no size") {
  std::vector<GraphBox> boxes;
  const render::GraphSize size = render::LayOut(boxes, {}, 1000);
  CHECK(size.width == 0);
  CHECK(size.height == 0);
}
