#include "render/graph_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <numeric>

namespace render {
namespace {

constexpr double kGap = 28;       // between boxes side by side
constexpr double kLayerGap = 46;  // between layers, for the arrows
constexpr double kPartGap = 44;   // between parts that are not connected
constexpr double kRingGap = 44;   // between the boxes of a ring
constexpr double kRingGrowth = 1.08;
constexpr uint32_t kUnplaced = UINT32_MAX;

// A box, or a ring as one.
struct Block {
  std::vector<uint32_t> members;  // a ring's in the order of its arrows
  std::vector<size_t> targets;    // blocks that arrows lead to
  double width = 0, height = 0;
  uint32_t layer = kUnplaced;
  double x = 0, y = 0;  // of its centre
};

class Layout {
 public:
  Layout(std::vector<GraphBox>& boxes, const std::vector<GraphEdge>& edges) : boxes_(boxes), edges_(edges) {}

  GraphSize Run(double width) {
    MakeBlocks();
    std::vector<std::vector<size_t>> parts = Parts();
    GraphSize size;
    double left = 0, top = 0, line = 0;
    for (const std::vector<size_t>& part : parts) {
      const GraphSize own = PlacePart(part);
      if (left > 0 && left + own.width > width) {
        top += line + kPartGap;
        left = line = 0;
      }
      Shift(part, left, top);
      left += own.width + kPartGap;
      line = std::max(line, own.height);
      size.width = std::max(size.width, left - kPartGap);
      size.height = std::max(size.height, top + line);
    }
    return size;
  }

 private:
  void MakeBlocks();
  void OrderRing(Block& block) const;
  void PlaceRing(Block& block);
  std::vector<std::vector<size_t>> Parts() const;
  GraphSize PlacePart(const std::vector<size_t>& part);
  void AssignLayers(const std::vector<size_t>& part);
  void PlaceLayer(std::vector<size_t>& layer, double top);
  double WantedX(const Block& block) const;
  void Shift(const std::vector<size_t>& part, double x, double y);
  bool Overlap(const Block& block) const;

  std::vector<GraphBox>& boxes_;
  const std::vector<GraphEdge>& edges_;
  std::vector<Block> blocks_;
  std::vector<size_t> block_of_;
};

void Layout::MakeBlocks() {
  std::map<uint32_t, size_t> of_ring;
  block_of_.resize(boxes_.size());
  for (uint32_t box = 0; box < boxes_.size(); ++box) {
    size_t block = blocks_.size();
    if (boxes_[box].ring) block = of_ring.try_emplace(*boxes_[box].ring, block).first->second;
    if (block == blocks_.size()) blocks_.emplace_back();
    blocks_[block].members.push_back(box);
    block_of_[box] = block;
  }
  for (const auto& [from, to] : edges_) {
    if (block_of_[from] != block_of_[to]) blocks_[block_of_[from]].targets.push_back(block_of_[to]);
  }
  for (Block& block : blocks_) {
    if (block.members.size() > 1) OrderRing(block);
    PlaceRing(block);
  }
}

// Along the arrows from the first box on, as far as that goes.
void Layout::OrderRing(Block& block) const {
  std::vector<uint32_t> left = block.members, order;
  uint32_t at = left.front();
  for (;;) {
    order.push_back(at);
    left.erase(std::ranges::find(left, at));
    if (left.empty()) break;
    at = left.front();
    for (const auto& [from, to] : edges_) {
      if (from != order.back() || std::ranges::find(left, to) == left.end()) continue;
      at = to;
      break;
    }
  }
  block.members = std::move(order);
}

bool Layout::Overlap(const Block& block) const {
  for (const uint32_t a : block.members) {
    for (const uint32_t b : block.members) {
      if (a >= b) continue;
      const bool apart_x = std::abs(boxes_[a].x - boxes_[b].x) >= (boxes_[a].width + boxes_[b].width) / 2 + kRingGap;
      const bool apart_y = std::abs(boxes_[a].y - boxes_[b].y) >= (boxes_[a].height + boxes_[b].height) / 2 + kRingGap;
      if (!apart_x && !apart_y) return true;
    }
  }
  return false;
}

// Around (0, 0), on the smallest ellipse on which no two boxes touch.
void Layout::PlaceRing(Block& block) {
  const size_t count = block.members.size();
  double rx = count == 1 ? 0 : 100, ry = count == 1 ? 0 : 62;
  for (;;) {
    for (size_t i = 0; i < count; ++i) {
      const double angle = std::numbers::pi + 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(count);
      boxes_[block.members[i]].x = rx * std::cos(angle);
      boxes_[block.members[i]].y = ry * std::sin(angle);
    }
    if (!Overlap(block)) break;
    rx *= kRingGrowth;
    ry *= kRingGrowth;
  }
  for (const uint32_t member : block.members) {
    block.width = std::max(block.width, 2 * std::abs(boxes_[member].x) + boxes_[member].width);
    block.height = std::max(block.height, 2 * std::abs(boxes_[member].y) + boxes_[member].height);
  }
  if (count > 1) block.height += 2 * kRingGap;  // arrows bend outward
}

std::vector<std::vector<size_t>> Layout::Parts() const {
  std::vector<size_t> leader(blocks_.size());
  std::iota(leader.begin(), leader.end(), size_t{0});
  const auto find = [&](size_t at) {
    while (leader[at] != at) at = leader[at] = leader[leader[at]];
    return at;
  };
  for (size_t block = 0; block < blocks_.size(); ++block) {
    for (const size_t target : blocks_[block].targets) {
      const size_t a = find(block), b = find(target);
      leader[std::max(a, b)] = std::min(a, b);
    }
  }
  std::map<size_t, std::vector<size_t>> parts;
  for (size_t block = 0; block < blocks_.size(); ++block) parts[find(block)].push_back(block);
  std::vector<std::vector<size_t>> ordered;
  for (auto& [first, part] : parts) ordered.push_back(std::move(part));
  return ordered;
}

// How many arrows a block is away from a ring or from one that leads nowhere. Arrows that run in circles elsewhere are no
// obstacle: the first block of such a circle is taken for its root.
void Layout::AssignLayers(const std::vector<size_t>& part) {
  std::vector<size_t> now;
  for (const size_t block : part) {
    if (blocks_[block].targets.empty() || blocks_[block].members.size() > 1) now.push_back(block);
  }
  if (now.empty()) now.push_back(part.front());
  std::map<size_t, std::vector<size_t>> sources;
  for (const size_t block : part) {
    for (const size_t target : blocks_[block].targets) sources[target].push_back(block);
  }
  for (const size_t root : now) blocks_[root].layer = 0;
  for (size_t i = 0; i < now.size(); ++i) {
    for (const size_t source : sources[now[i]]) {
      if (blocks_[source].layer != kUnplaced) continue;
      blocks_[source].layer = blocks_[now[i]].layer + 1;
      now.push_back(source);
    }
  }
  for (const size_t block : part) {
    if (blocks_[block].layer == kUnplaced) blocks_[block].layer = 0;
  }
}

// Below the middle of what its arrows lead to.
double Layout::WantedX(const Block& block) const {
  double sum = 0, count = 0;
  for (const size_t target : block.targets) {
    if (blocks_[target].layer >= block.layer) continue;
    sum += blocks_[target].x;
    ++count;
  }
  return count == 0 ? 0 : sum / count;
}

void Layout::PlaceLayer(std::vector<size_t>& layer, double top) {
  std::ranges::stable_sort(layer, {}, [&](size_t block) { return WantedX(blocks_[block]); });
  double left = -std::numeric_limits<double>::infinity(), moved = 0;
  for (const size_t at : layer) {
    Block& block = blocks_[at];
    const double wanted = WantedX(block);
    block.x = std::max(wanted, left + block.width / 2);
    block.y = top + block.height / 2;
    left = block.x + block.width / 2 + kGap;
    moved += block.x - wanted;
  }
  for (const size_t at : layer) blocks_[at].x -= moved / static_cast<double>(layer.size());
}

GraphSize Layout::PlacePart(const std::vector<size_t>& part) {
  AssignLayers(part);
  std::map<uint32_t, std::vector<size_t>> layers;
  for (const size_t block : part) layers[blocks_[block].layer].push_back(block);
  double top = 0;
  for (auto& [depth, layer] : layers) {
    PlaceLayer(layer, top);
    double height = 0;
    for (const size_t block : layer) height = std::max(height, blocks_[block].height);
    top += height + kLayerGap;
  }
  double left = std::numeric_limits<double>::infinity(), right = -left;
  for (const size_t block : part) {
    left = std::min(left, blocks_[block].x - blocks_[block].width / 2);
    right = std::max(right, blocks_[block].x + blocks_[block].width / 2);
  }
  for (const size_t block : part) blocks_[block].x -= left;
  return {right - left, top - kLayerGap};
}

void Layout::Shift(const std::vector<size_t>& part, double x, double y) {
  for (const size_t at : part) {
    const Block& block = blocks_[at];
    for (const uint32_t member : block.members) {
      GraphBox& box = boxes_[member];
      box.ring_x = block.x + x;
      box.ring_y = block.y + y;
      box.x += box.ring_x;
      box.y += box.ring_y;
    }
  }
}

}  // namespace

GraphSize LayOut(std::vector<GraphBox>& boxes, const std::vector<GraphEdge>& edges, double width) {
  return Layout(boxes, edges).Run(width);
}

}  // namespace render
