#include "model/call_graph.h"

#include <fmt/format.h>

#include <algorithm>

namespace model {
namespace {

constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

// Sums wrap on hostile input instead of being undefined.
int64_t Plus(int64_t a, int64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b)); }

std::string_view BaseName(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path.substr(path.find_last_of('/') == std::string_view::npos || path == "/" ? 0 : path.find_last_of('/') + 1);
}

// Values of samples on the rows of the trie, then of all that is below each row; and which rows have any.
struct RowWeights {
  std::vector<int64_t> self, total;
  std::vector<int64_t> self_divisor, total_divisor;  // empty without a divisor
  std::vector<bool> is_live;                         // some sample at or below it counts

  RowWeights(const Profile& profile, const WeighOptions& options);
  Weight self_of(size_t row) const { return {self[row], self_divisor.empty() ? 0 : self_divisor[row]}; }
  Weight total_of(size_t row) const { return {total[row], total_divisor.empty() ? 0 : total_divisor[row]}; }
};

RowWeights::RowWeights(const Profile& profile, const WeighOptions& options) {
  const StackTrie& stacks = profile.stacks;
  self.resize(stacks.size());
  if (options.divisor) self_divisor.resize(stacks.size());
  is_live.resize(stacks.size());
  for (size_t sample = 0; sample < profile.sample_count(); ++sample) {
    const auto values = profile.values(sample);
    const int64_t divisor = options.divisor ? values[*options.divisor] : 0;
    if (values[options.value] == 0 && divisor == 0) continue;
    const size_t row = profile.sample_stack[sample].index();
    self[row] = Plus(self[row], values[options.value]);
    if (options.divisor) self_divisor[row] = Plus(self_divisor[row], divisor);
    is_live[row] = true;
  }
  total = self;
  total_divisor = self_divisor;
  for (size_t row = stacks.size() - 1; row > 0; --row) {
    const size_t caller = stacks.caller(StackId(static_cast<uint32_t>(row))).index();
    total[caller] = Plus(total[caller], total[row]);
    if (options.divisor) total_divisor[caller] = Plus(total_divisor[caller], total_divisor[row]);
    if (is_live[row]) is_live[caller] = true;
  }
}

// Children of each row, in the order of their ids.
struct Children {
  std::vector<uint32_t> begin, row;

  Children(const StackTrie& stacks, const std::vector<bool>& is_live) : begin(stacks.size() + 1) {
    for (uint32_t child = 1; child < stacks.size(); ++child) {
      if (is_live[child]) ++begin[stacks.caller(StackId(child)).index() + 1];
    }
    for (size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
    row.resize(begin.back());
    std::vector<uint32_t> next(begin.begin(), begin.end() - 1);
    for (uint32_t child = 1; child < stacks.size(); ++child) {
      if (is_live[child]) row[next[stacks.caller(StackId(child)).index()]++] = child;
    }
  }
};

class Weigher {
 public:
  Weigher(const Profile& profile, const PlaceTable& places, const WeighOptions& options)
      : profile_(profile),
        places_(places),
        options_(options),
        weights_(profile, options),
        children_(profile.stacks, weights_.is_live) {
    graph_.nodes.resize(places.size());
    node_depth_.resize(places.size());
    last_edge_.resize(options.edges ? places.size() : 0);
  }

  CallGraph Run();

 private:
  // A row on the way from the root to where we are.
  struct Frame {
    uint32_t row;
    uint32_t next_child;
    uint32_t parent;        // the node that a callee of this row is called by; kNone = there is none
    bool is_residual;       // nodes were left out since `parent`
    uint32_t nodes_before;  // of path_nodes_, path_edges_ when the row was entered
    uint32_t edges_before;
  };

  void Enter(uint32_t row, uint32_t parent, bool is_residual);
  void Leave();
  void AddEdge(uint32_t caller, uint32_t callee, uint32_t row, bool is_residual, bool is_inlined);
  uint32_t EdgeRow(uint32_t caller, uint32_t callee);
  void Connect();

  const Profile& profile_;
  const PlaceTable& places_;
  const WeighOptions& options_;
  RowWeights weights_;
  Children children_;
  CallGraph graph_;
  InternIndex edge_index_;
  std::vector<uint32_t> last_edge_;  // by callee: the row + 1 of its edge that was met last, mostly its only one; 0 = none
  // How often a node or an edge is on the way now: recursion counts once.
  std::vector<uint32_t> node_depth_, edge_depth_;
  std::vector<uint32_t> path_nodes_, path_edges_;
  std::vector<Frame> path_;
};

CallGraph Weigher::Run() {
  Enter(0, kNone, false);
  while (!path_.empty()) {
    Frame& at = path_.back();
    if (at.next_child == children_.begin[at.row + 1]) {
      Leave();
      continue;
    }
    const uint32_t child = children_.row[at.next_child++];
    Enter(child, at.parent, at.is_residual);
  }
  Connect();
  return std::move(graph_);
}

void Weigher::Enter(uint32_t row, uint32_t parent, bool is_residual) {
  Frame frame{.row = row,
              .next_child = children_.begin[row],
              .parent = parent,
              .is_residual = is_residual,
              .nodes_before = static_cast<uint32_t>(path_nodes_.size()),
              .edges_before = static_cast<uint32_t>(path_edges_.size())};
  if (row != 0) {
    const auto nodes = places_.nodes(profile_.stacks.location(StackId(row)));
    for (size_t i = nodes.size(); i > 0; --i) {
      const uint32_t node = nodes[i - 1].value;
      if (options_.kept != nullptr && !(*options_.kept)[node]) {
        frame.is_residual = true;
        continue;
      }
      path_nodes_.push_back(node);
      if (node_depth_[node]++ == 0) graph_.nodes[node].cum += weights_.total_of(row);
      if (options_.edges && frame.parent != kNone && frame.parent != node) {
        AddEdge(frame.parent, node, row, frame.is_residual, i != nodes.size());
      }
      frame.parent = node;
      frame.is_residual = false;
    }
    if (frame.parent != kNone && !frame.is_residual) graph_.nodes[frame.parent].flat += weights_.self_of(row);
  }
  path_.push_back(frame);
}

void Weigher::Leave() {
  for (; path_nodes_.size() > path_.back().nodes_before; path_nodes_.pop_back()) --node_depth_[path_nodes_.back()];
  for (; path_edges_.size() > path_.back().edges_before; path_edges_.pop_back()) --edge_depth_[path_edges_.back()];
  path_.pop_back();
}

void Weigher::AddEdge(uint32_t caller, uint32_t callee, uint32_t row, bool is_residual, bool is_inlined) {
  const uint32_t at = EdgeRow(caller, callee);
  path_edges_.push_back(at);
  if (edge_depth_[at]++ != 0) return;
  Edge& edge = graph_.edges[at];
  edge.weight += weights_.total_of(row);
  edge.is_residual |= is_residual;
  edge.is_inlined &= is_inlined;
}

uint32_t Weigher::EdgeRow(uint32_t caller, uint32_t callee) {
  uint32_t& last = last_edge_[callee];
  if (last != 0 && graph_.edges[last - 1].caller.value == caller) return last - 1;
  const uint32_t row = edge_index_.FindOrAdd(
      MixHash((uint64_t{caller} << 32) | callee),
      [&](uint32_t at) { return graph_.edges[at].caller.value == caller && graph_.edges[at].callee.value == callee; },
      [&] {
        graph_.edges.push_back({.caller = NodeId(caller), .callee = NodeId(callee)});
        edge_depth_.push_back(0);
        return static_cast<uint32_t>(graph_.edges.size() - 1);
      });
  last = row + 1;
  return row;
}

void Weigher::Connect() {
  const auto group = [&](auto end_of, std::vector<uint32_t>& begin, std::vector<uint32_t>& rows) {
    begin.assign(graph_.nodes.size() + 1, 0);
    for (const Edge& edge : graph_.edges) ++begin[end_of(edge).index() + 1];
    for (size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
    rows.resize(graph_.edges.size());
    std::vector<uint32_t> next(begin.begin(), begin.end() - 1);
    for (uint32_t at = 0; at < graph_.edges.size(); ++at) rows[next[end_of(graph_.edges[at]).index()]++] = at;
  };
  group([](const Edge& edge) { return edge.callee; }, graph_.callee_begin, graph_.edge_of_callee);
  group([](const Edge& edge) { return edge.caller; }, graph_.caller_begin, graph_.edge_of_caller);
}

}  // namespace

int64_t Weight::value() const {
  if (divisor == 0) return sum;
  return divisor == -1 ? Plus(0, static_cast<int64_t>(0 - static_cast<uint64_t>(sum))) : sum / divisor;
}

Weight& Weight::operator+=(const Weight& other) {
  sum = Plus(sum, other.sum);
  divisor = Plus(divisor, other.divisor);
  return *this;
}

PlaceTable::PlaceTable(const Symbols& symbols, const PlaceOptions& options) : symbols_(&symbols) {
  const Granularity by = options.granularity;
  const bool has_name = by != Granularity::kFiles;
  const bool has_file = by != Granularity::kFunctions;
  const bool has_line = by == Granularity::kLines || by == Granularity::kAddresses;
  // Addresses with inlines are taken as the file has them, columns too.
  const bool has_column = has_line && (options.columns || (by == Granularity::kAddresses && options.inlines));
  begin_.push_back(0);
  for (uint32_t row = 0; row < symbols.location_count(); ++row) {
    const Location& location = symbols.location(LocationId(row));
    const StringId object = symbols.mappings()[location.mapping].file;
    const uint64_t address = by == Granularity::kAddresses ? location.address : 0;
    auto lines = symbols.lines(LocationId(row));
    if (!options.inlines && lines.size() > 1) lines = lines.last(1);
    for (const Line& line : lines) {
      if (line.function == FunctionId()) {
        nodes_.push_back(Intern({.object = object, .address = address}));
        continue;
      }
      const Function& function = symbols.functions()[line.function];
      Place place{
          .name = has_name ? function.name : StringId(), .file = has_file ? function.file : StringId(), .address = address};
      if (has_line) place.line = line.line;
      if (has_column) place.column = line.column;
      if (options.keep_objects || place.name == StringId()) {
        place.object = object;
        place.start_line = function.start_line;
      }
      nodes_.push_back(Intern(place));
    }
    if (lines.empty()) nodes_.push_back(Intern({.object = object, .address = address}));
    begin_.push_back(static_cast<uint32_t>(nodes_.size()));
  }
}

NodeId PlaceTable::Intern(const Place& place) {
  uint64_t hash = MixHash((uint64_t{place.name.value} << 32) | place.file.value);
  hash = MixHash(hash ^ place.address ^ (uint64_t{place.object.value} << 20));
  hash = MixHash(hash ^ static_cast<uint64_t>(place.line) ^ (static_cast<uint64_t>(place.column) << 40) ^
                 (static_cast<uint64_t>(place.start_line) << 20));
  return NodeId(index_.FindOrAdd(
      hash, [&](uint32_t row) { return places_[row] == place; },
      [&] {
        places_.push_back(place);
        return static_cast<uint32_t>(places_.size() - 1);
      }));
}

std::string PlaceTable::Name(NodeId id) const {
  const Place& at = place(id);
  std::string name;
  const auto add = [&](std::string_view part) {
    if (!name.empty()) name += ' ';
    name += part;
  };
  if (at.address != 0) add(fmt::format("{:016x}", at.address));
  if (at.name != StringId()) add(symbols_->text(at.name));
  const std::string_view file = symbols_->text(at.file);
  if (at.line != 0) {
    add(at.column != 0 ? fmt::format("{}:{}:{}", file, at.line, at.column) : fmt::format("{}:{}", file, at.line));
  } else if (!file.empty()) {
    add(file);
  } else if (at.name == StringId()) {
    const std::string_view object = symbols_->text(at.object);
    add(object.empty() ? "<unknown>" : fmt::format("[{}]", BaseName(object)));
  }
  return name;
}

CallGraph Weigh(const Profile& profile, const PlaceTable& places, const WeighOptions& options) {
  return Weigher(profile, places, options).Run();
}

}  // namespace model
