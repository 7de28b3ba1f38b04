#include "analysis/deadlock/wait_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "model/units.h"

namespace analysis::deadlock {
namespace {

constexpr size_t kEachDrawn = 10;      // members of a ring that are drawn one by one
constexpr size_t kFindingsDrawn = 40;  // worst first
constexpr size_t kHoldersDrawn = 3;    // arrows from one thing: the surest

constexpr uint32_t kNotDrawn = UINT32_MAX;

model::WaitEvidence EvidenceOf(Evidence evidence) {
  return evidence == Evidence::kProven     ? model::WaitEvidence::kProven
         : evidence == Evidence::kInferred ? model::WaitEvidence::kInferred
                                           : model::WaitEvidence::kGuessed;
}

model::WaitTone ToneOf(Verdict verdict) {
  return verdict == Verdict::kDeadlock  ? model::WaitTone::kDeadlock
         : verdict == Verdict::kLeak    ? model::WaitTone::kLeak
         : verdict == Verdict::kSuspect ? model::WaitTone::kSuspect
                                        : model::WaitTone::kFree;
}

const char* Wanted(WaitKind kind) {
  switch (kind) {
    case WaitKind::kReceive:
      return "channel: wants to receive";
    case WaitKind::kSend:
      return "channel: wants to send";
    case WaitKind::kSelect:
      return "select";
    case WaitKind::kForever:
      return "for ever: select{} or nil channel";
    case WaitKind::kCond:
      return "Cond";
    case WaitKind::kWaitGroup:
      return "WaitGroup";
    case WaitKind::kMutex:
      return "Mutex";
    case WaitKind::kReadLock:
      return "RWMutex, to read";
    case WaitKind::kWriteLock:
    case WaitKind::kWriterTurn:
      return "RWMutex, to write";
    default:
      return "?";
  }
}

const char* Adjective(Verdict verdict) {
  return verdict == Verdict::kDeadlock ? "deadlocked" : verdict == Verdict::kLeak ? "leaked" : "suspected";
}

class Maker {
 public:
  explicit Maker(const Result& result)
      : result_(result), facts_(*result.facts), scene_(*result.scene), stacks_(scene_.stacks()) {}

  model::WaitGraph Make(const std::string& title) {
    graph_.title = title;
    std::map<Verdict, size_t> counts;
    for (const Finding& finding : result_.findings) counts[finding.verdict] += finding.goroutines.size();
    for (const Verdict verdict : {Verdict::kDeadlock, Verdict::kLeak, Verdict::kSuspect}) {
      if (counts[verdict] > 0)
        graph_.title += fmt::format(", {} {}", model::FormatCount(counts[verdict]), Adjective(verdict));
    }
    node_of_.assign(facts_.goroutines.size(), kNotDrawn);
    for (uint32_t i = 0; i < result_.rings.size(); ++i) {
      for (const Row row : result_.rings[i].members) ring_of_[row] = i;
    }
    size_t left_out = 0;
    for (const Finding& finding : result_.findings) {
      if (finding.verdict == Verdict::kIdle) continue;
      drawn_.size() < kFindingsDrawn ? AddGoroutines(finding) : static_cast<void>(++left_out);
    }
    for (size_t i = 0; i < drawn_.size(); ++i) AddWaits(*drawn_[i]);
    if (left_out > 0)
      graph_.notes.push_back(fmt::format("{} more findings are not drawn; the text has them all.", left_out));
    if (graph_.nodes.empty()) graph_.notes.push_back("Nobody is stuck or suspected.");
    return std::move(graph_);
  }

 private:
  using Birth = std::pair<SiteRow, FunctionId>;
  Birth BirthOf(Row row) const { return {facts_.at(row).wait->site, facts_.at(row).start}; }

  void AddGoroutines(const Finding& finding);
  uint32_t AddGoroutine(const Finding* finding, Row row, uint64_t count);
  void NameGroup(const Finding& finding);
  std::string Details(Row row) const;
  void AddWaits(const Finding& finding);
  void AddWait(const Finding& finding, Row waiter);
  std::map<uint32_t, const WaitEdge*> Holders(const Finding& finding, Row waiter);
  uint32_t Resource(const Finding& finding, Row waiter, const std::set<uint32_t>& holders);
  void AddEdge(uint32_t from, uint32_t to, model::WaitEvidence evidence, std::string why);

  const Result& result_;
  const Facts& facts_;
  const Scene& scene_;
  const Stacks& stacks_;
  model::WaitGraph graph_;
  std::vector<const Finding*> drawn_;
  std::vector<uint32_t> node_of_;    // by goroutine row
  std::map<Row, uint32_t> ring_of_;  // row of Result::rings
  std::map<std::tuple<SiteRow, std::set<uint32_t>, uint32_t>, uint32_t> resource_;
  std::map<std::pair<uint32_t, uint32_t>, size_t> edge_;
};

std::string Maker::Details(Row row) const {
  const OpenWait& wait = *facts_.at(row).wait;
  std::string text = fmt::format(
      "goroutine {}, {}, waits {} in\n", facts_.at(row).id, stacks_.name(facts_.at(row).start),
      wait.is_older ? "since before the trace began" : "for " + model::FormatValue(scene_.WaitedFor(row), "nanoseconds"));
  for (const LocationId at : stacks_.trie().LeafFirst(wait.stack)) text += stacks_.PlaceName(at) + "\n";
  for (const SignFound& sign : result_.judgements[row].signs) text += Explain(scene_, sign) + "\n";
  if (result_.judgements[row].signs.empty()) text += Explain(scene_, result_.hopes[row]);
  return text;
}

uint32_t Maker::AddGoroutine(const Finding* finding, Row row, uint64_t count) {
  const Goroutine& goroutine = facts_.at(row);
  model::WaitNode node{.tone = finding == nullptr ? model::WaitTone::kFree : ToneOf(finding->verdict), .count = count};
  node.lines = {
      count == 1 ? fmt::format("goroutine {}", goroutine.id) : fmt::format("{} goroutines", model::FormatCount(count)),
      std::string(stacks_.name(goroutine.start))};
  if (goroutine.wait) {
    node.lines.push_back(goroutine.wait->is_older ? "waits since before the trace"
                                                  : fmt::format("waits {}{}", count == 1 ? "" : "up to ",
                                                                model::FormatValue(scene_.WaitedFor(row), "nanoseconds")));
    node.details = Details(row);
  }
  graph_.nodes.push_back(std::move(node));
  return static_cast<uint32_t>(graph_.nodes.size() - 1);
}

// A small ring member by member, and in the first one's boxes those of the rings that are like it; all others one box for
// each birth and place.
void Maker::AddGoroutines(const Finding& finding) {
  drawn_.push_back(&finding);
  const auto ring = ring_of_.find(finding.goroutines.front());
  const bool is_ring = finding.verdict == Verdict::kDeadlock && ring != ring_of_.end();
  const bool is_small = is_ring && result_.rings[ring->second].members.size() <= kEachDrawn;
  std::map<Birth, uint32_t> of_birth;
  if (is_small) {
    for (const Row row : result_.rings[ring->second].members) {
      node_of_[row] = AddGoroutine(&finding, row, 1);
      graph_.nodes[node_of_[row]].ring = ring->second;
      of_birth.try_emplace(BirthOf(row), node_of_[row]);
    }
    if (finding.count > 1) NameGroup(finding);
  }
  std::map<Birth, std::vector<Row>> others;
  for (const Row row : finding.goroutines) {
    if (node_of_[row] == kNotDrawn) others[BirthOf(row)].push_back(row);
  }
  for (const auto& [birth, rows] : others) {
    const auto known = of_birth.find(birth);
    const Row oldest = *std::ranges::max_element(rows, {}, [&](Row row) { return scene_.WaitedFor(row); });
    const uint32_t node = known != of_birth.end() ? known->second : AddGoroutine(&finding, oldest, rows.size());
    if (is_ring) graph_.nodes[node].ring = ring->second;
    for (const Row row : rows) node_of_[row] = node;
  }
}

void Maker::NameGroup(const Finding& finding) {
  for (const Row row : result_.rings[ring_of_.at(finding.goroutines.front())].members) {
    model::WaitNode& node = graph_.nodes[node_of_[row]];
    node.lines[0] += fmt::format(" (and {} in rings alike)", model::FormatCount(finding.count - 1));
    node.count = finding.count;
  }
}

void Maker::AddWaits(const Finding& finding) {
  std::set<uint32_t> done;
  for (const Row row : finding.goroutines) {
    // Of a ring that stands for others only its own members speak.
    const bool is_stand_in = graph_.nodes[node_of_[row]].count > 1;
    if (is_stand_in && !done.insert(node_of_[row]).second) continue;
    AddWait(finding, row);
  }
}

std::map<uint32_t, const WaitEdge*> Maker::Holders(const Finding& finding, Row waiter) {
  std::vector<const WaitEdge*> edges;
  for (const WaitEdge& edge : EdgesOf(result_.edges, waiter)) {
    const bool is_inside =
        ring_of_.contains(edge.holder) && ring_of_.contains(waiter) && ring_of_.at(edge.holder) == ring_of_.at(waiter);
    if (finding.verdict != Verdict::kDeadlock || is_inside) edges.push_back(&edge);
  }
  std::ranges::stable_sort(edges, std::greater(), &WaitEdge::evidence);
  std::map<uint32_t, const WaitEdge*> holders;
  for (const WaitEdge* edge : edges) {
    if (holders.size() >= kHoldersDrawn && finding.verdict != Verdict::kDeadlock) break;
    if (node_of_[edge->holder] == kNotDrawn) node_of_[edge->holder] = AddGoroutine(nullptr, edge->holder, 1);
    holders.try_emplace(node_of_[edge->holder], edge);
  }
  return holders;
}

// Waiters of one line for the same holders wait for one thing, as far as a trace can tell.
uint32_t Maker::Resource(const Finding& finding, Row waiter, const std::set<uint32_t>& holders) {
  const OpenWait& wait = *facts_.at(waiter).wait;
  const uint32_t alone = holders.empty() ? node_of_[waiter] : kNotDrawn;
  const auto [at, is_new] = resource_.try_emplace({wait.site, holders, alone}, graph_.nodes.size());
  if (!is_new) return at->second;
  const auto& ring = graph_.nodes[node_of_[waiter]].ring;
  const bool is_in_ring =
      ring && std::ranges::any_of(holders, [&](uint32_t node) { return graph_.nodes[node].ring == ring; });
  const LocationId place = facts_.own_place_of(wait.site);
  const std::string function(stacks_.name(stacks_.function(place))), line = stacks_.FileAndLine(place);
  model::WaitNode node{.is_resource = true,
                       .lines = {Wanted(wait.kind), function, line},
                       .details = fmt::format("{} at {} {}", Name(wait.kind), function, line),
                       .tone = ToneOf(finding.verdict)};
  if (is_in_ring) node.ring = ring;
  if (holders.empty() && wait.kind != WaitKind::kForever) {
    node.lines.push_back(IsLock(wait.kind) ? "holder not found" : "nobody found who would end it");
  }
  graph_.nodes.push_back(std::move(node));
  return at->second;
}

void Maker::AddWait(const Finding& finding, Row waiter) {
  const auto holders = Holders(finding, waiter);
  std::set<uint32_t> nodes;
  for (const auto& [node, edge] : holders) nodes.insert(node);
  const uint32_t resource = Resource(finding, waiter, nodes);
  AddEdge(node_of_[waiter], resource, model::WaitEvidence::kProven, "the trace shows it waiting here");
  for (const auto& [node, edge] : holders) AddEdge(resource, node, EvidenceOf(edge->evidence), Explain(scene_, *edge));
}

void Maker::AddEdge(uint32_t from, uint32_t to, model::WaitEvidence evidence, std::string why) {
  const auto [at, is_new] = edge_.try_emplace({from, to}, graph_.edges.size());
  if (is_new) {
    graph_.edges.push_back({.from = from, .to = to, .evidence = evidence, .why = std::move(why)});
  } else if (evidence > graph_.edges[at->second].evidence) {
    graph_.edges[at->second] = {.from = from, .to = to, .evidence = evidence, .why = std::move(why)};
  }
}

}  // namespace

model::WaitGraph MakeWaitGraph(const Result& result, const std::string& title) { return Maker(result).Make(title); }

}  // namespace analysis::deadlock
