#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/ids.h"
#include "model/intern_index.h"
#include "model/profile.h"

// A profile summed up by place: a node for each function (or file, line, address: the granularity), with what was spent
// there (flat) and there or below (cum), and an edge for each caller and callee. The rules are pprof's, because its numbers
// are what people compare with: docs/formats/pprof.md, "From samples to a graph".
namespace model {

enum class Granularity { kFunctions, kFileFunctions, kFiles, kLines, kAddresses };

// What tells one node from another. Fields that the granularity leaves out are empty.
struct Place {
  StringId name;
  StringId file;
  StringId object;  // binary; only for places without a name, or where `keep_objects` asks for it
  uint64_t address = 0;
  int64_t line = 0;
  int64_t column = 0;
  int64_t start_line = 0;  // with `object`
  bool operator==(const Place&) const = default;
};

struct PlaceOptions {
  Granularity granularity = Granularity::kFunctions;
  bool inlines = true;   // false: an inlined call is its caller's
  bool columns = false;  // tell columns of a line apart
  bool keep_objects = false;
};

// Every place of a profile, and which places a location stands for. Depends on the symbols only, not on samples.
class PlaceTable {
 public:
  PlaceTable(const Symbols& symbols, const PlaceOptions& options);

  size_t size() const { return places_.size(); }
  const Place& place(NodeId id) const { return places_[id.index()]; }
  // Innermost first, as the location's lines are; never empty.
  std::span<const NodeId> nodes(LocationId id) const {
    return std::span(nodes_).subspan(begin_[id.index()], begin_[id.index() + 1] - begin_[id.index()]);
  }
  // "00000000004010f0 main.work /src/work.go:17", as much of it as there is. O(length).
  std::string Name(NodeId id) const;

 private:
  NodeId Intern(const Place& place);

  const Symbols* symbols_;
  std::vector<Place> places_;
  std::vector<NodeId> nodes_;
  std::vector<uint32_t> begin_;  // by LocationId
  InternIndex index_;
};

// Sums of one value type, and of the value it is divided by where means are asked for.
struct Weight {
  int64_t sum = 0;
  int64_t divisor = 0;  // 0 = none
  int64_t value() const;
  Weight& operator+=(const Weight& other);
};

struct Node {
  Weight flat;
  Weight cum;
};

struct Edge {
  NodeId caller;
  NodeId callee;
  Weight weight;
  bool is_residual = false;  // goes over nodes that were left out
  bool is_inlined = true;    // each of these calls was inlined
};

struct CallGraph {
  std::vector<Node> nodes;  // by NodeId of the place table; places without samples are zero
  std::vector<Edge> edges;
  // Edges of a node: edge_of_callee[callee_begin[n] .. callee_begin[n+1]) come in, and the same for those that go out.
  std::vector<uint32_t> callee_begin, edge_of_callee;
  std::vector<uint32_t> caller_begin, edge_of_caller;

  std::span<const uint32_t> in(NodeId node) const {
    return std::span(edge_of_callee)
        .subspan(callee_begin[node.index()], callee_begin[node.index() + 1] - callee_begin[node.index()]);
  }
  std::span<const uint32_t> out(NodeId node) const {
    return std::span(edge_of_caller)
        .subspan(caller_begin[node.index()], caller_begin[node.index() + 1] - caller_begin[node.index()]);
  }
};

// Which samples' values, and over which nodes. A node outside of `kept` passes its value on to nobody: a stack that ends in
// it gives flat to none, and the edge over it is residual.
struct WeighOptions {
  size_t value = 0;
  std::optional<size_t> divisor;
  const std::vector<bool>* kept = nullptr;  // by NodeId; null = all
  bool edges = true;
};

// O(rows of the stack trie) + O(samples).
CallGraph Weigh(const Profile& profile, const PlaceTable& places, const WeighOptions& options);

}  // namespace model
