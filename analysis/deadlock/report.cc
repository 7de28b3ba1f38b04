#include <fmt/format.h>

#include <algorithm>

#include "analysis/deadlock/deadlock.h"
#include "analysis/deadlock/report_notes.h"
#include "model/units.h"

namespace analysis::deadlock {
namespace {

using model::Value;
using model::ValueList;
using model::ValueObject;

constexpr size_t kEdgesShown = 6;
constexpr size_t kGoroutinesShown = 6;

std::string Plural(size_t count, std::string_view one) { return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s"); }

class Writer {
 public:
  explicit Writer(const Result& result)
      : result_(result), facts_(*result.facts), scene_(*result.scene), stacks_(scene_.stacks()) {}

  model::Report Run(const std::string& file);

 private:
  std::string Answer() const;
  model::Finding Write(const Finding& finding) const;
  std::string Title(const Finding& finding) const;
  std::vector<Row> ProvenOf(const Finding& finding) const;
  std::vector<std::string> Evidence(const Finding& finding) const;
  std::vector<std::string> WhoWaits(const Finding& finding) const;
  std::vector<std::string> Why(const Finding& finding) const;
  std::string Holder(const WaitEdge& edge, bool is_inside) const;
  ValueObject Json(const Finding& finding) const;
  std::string Resource(Row row) const;
  std::string Where(SiteRow site) const;
  std::string Place(LocationId place) const;
  std::string Member(Row row) const;
  std::vector<Row> Shown(const Finding& finding) const;
  size_t CountOf(Verdict verdict) const;
  std::string IdleLine() const;

  const Result& result_;
  const Facts& facts_;
  const Scene& scene_;
  const Stacks& stacks_;
};

const char* Doing(WaitKind kind) {
  switch (kind) {
    case WaitKind::kReceive:
      return "receives from a channel";
    case WaitKind::kSend:
      return "sends on a channel";
    case WaitKind::kSelect:
      return "is in a select";
    case WaitKind::kForever:
      return "blocks for ever (select{} or a nil channel)";
    case WaitKind::kCond:
      return "waits on a sync.Cond";
    case WaitKind::kWaitGroup:
      return "waits for a WaitGroup";
    case WaitKind::kMutex:
      return "wants a mutex";
    case WaitKind::kReadLock:
      return "wants to read-lock an RWMutex";
    case WaitKind::kWriteLock:
    case WaitKind::kWriterTurn:
      return "wants to write-lock an RWMutex";
    default:
      return "waits";
  }
}

size_t Writer::CountOf(Verdict verdict) const {
  size_t count = 0;
  for (const Finding& finding : result_.findings) count += finding.verdict == verdict ? finding.goroutines.size() : 0;
  return count;
}

std::string Writer::Answer() const {
  const size_t deadlocked = CountOf(Verdict::kDeadlock);
  const size_t leaked = CountOf(Verdict::kLeak);
  const size_t suspects = CountOf(Verdict::kSuspect);
  std::string answer;
  const auto add = [&](std::string text) { answer += (answer.empty() ? "" : ", ") + text; };
  if (deadlocked > 0) add(fmt::format("{} {} deadlocked", Plural(deadlocked, "goroutine"), deadlocked == 1 ? "is" : "are"));
  if (leaked > 0)
    add(fmt::format("{} {} for ever", Plural(leaked, deadlocked > 0 ? "other" : "goroutine"),
                    leaked == 1 ? "waits" : "wait"));
  if (answer.empty())
    answer = std::string("no deadlock and no leak found") + (result_.is_damaged ? " in what could be read" : "");
  if (suspects > 0)
    add(deadlocked + leaked > 0 ? fmt::format("{} more suspected", suspects)
                                : fmt::format("{} suspected", Plural(suspects, "goroutine")));
  if (deadlocked + leaked == 0) return answer;
  const Finding& worst = result_.findings.front();
  return answer + ": " + Where(worst.sites.front());
}

// Where it waits, and where the program's own code has called the dependency that does.
std::string Writer::Where(SiteRow site) const {
  const StackId program = stacks_.ProgramPart(facts_.sites[site].stack);
  const bool is_called = program != model::StackTrie::root() && program != stacks_.OwnPart(facts_.sites[site].stack);
  return Place(facts_.own_place_of(site)) + (is_called ? " under " + Place(stacks_.leaf(program)) : "");
}

std::string Writer::Place(LocationId place) const {
  return fmt::format("{} ({})", stacks_.name(stacks_.function(place)), stacks_.FileAndLine(place));
}

std::string Writer::Resource(Row row) const {
  const OpenWait& wait = *facts_.at(row).wait;
  return fmt::format("{}@{}", Name(wait.kind), stacks_.PlaceName(stacks_.leaf(wait.stack)));
}

// One of each site first, then more.
std::vector<Row> Writer::Shown(const Finding& finding) const {
  std::vector<Row> rows;
  std::vector<SiteRow> seen;
  for (Row row : finding.goroutines) {
    const SiteRow site = facts_.at(row).wait->site;
    if (finding.verdict != Verdict::kDeadlock && std::ranges::find(seen, site) != seen.end()) continue;
    seen.push_back(site);
    rows.push_back(row);
    if (rows.size() == kGoroutinesShown) break;
  }
  return rows;
}

std::string Writer::Title(const Finding& finding) const {
  const size_t members = finding.goroutines.size();
  if (finding.verdict == Verdict::kDeadlock && finding.kind.starts_with("self:")) {
    const bool is_lock = IsLock(facts_.at(finding.goroutines[0]).wait->kind);
    const char* itself = is_lock ? "a lock it holds itself" : "what only it could do";
    return finding.count == 1
               ? fmt::format("deadlock: goroutine {} waits for {}", facts_.at(finding.goroutines[0]).id, itself)
               : fmt::format("deadlock: {} wait, each for {}", Plural(members, "goroutine"), itself);
  }
  if (finding.verdict == Verdict::kDeadlock) {
    return finding.count == 1 ? fmt::format("deadlock: {} wait for each other", Plural(members, "goroutine"))
                              : fmt::format("deadlock: {} rings, {} in all, each wait for each other", finding.count,
                                            Plural(members, "goroutine"));
  }
  const char* certain = finding.verdict == Verdict::kLeak ? "leak" : "suspect";
  return fmt::format("{}: {} at {}", certain, Plural(members, "goroutine"), Where(finding.sites[0]));
}

std::string Writer::Member(Row row) const {
  const Goroutine& goroutine = facts_.at(row);
  const OpenWait& wait = *goroutine.wait;
  const std::string since = wait.is_older ? "since before the trace began"
                                          : fmt::format("for {}", model::FormatValue(scene_.WaitedFor(row), "nanoseconds"));
  return fmt::format("goroutine {} ({}) {} at {}, {}", goroutine.id, stacks_.name(goroutine.start), Doing(wait.kind),
                     Where(wait.site), since);
}

std::string Writer::Holder(const WaitEdge& edge, bool is_inside) const {
  const char* does = IsLock(facts_.at(edge.waiter).wait->kind) ? "held by" : "needs";
  const std::string who = edge.holder == edge.waiter ? "itself" : fmt::format("goroutine {}", facts_.at(edge.holder).id);
  const bool is_behind = !is_inside && result_.judgements[edge.holder].verdict == Verdict::kDeadlock;
  return fmt::format("  {} {} ({}): {}{}", does, who, Name(edge.evidence), Explain(scene_, edge),
                     is_behind ? "; it is deadlocked" : "");
}

std::vector<std::string> Writer::WhoWaits(const Finding& finding) const {
  std::vector<std::string> lines;
  for (Row row : Shown(finding)) {
    lines.push_back(Member(row));
    const auto edges = EdgesOf(result_.edges, row);
    size_t shown = 0;
    for (const WaitEdge& edge : edges) {
      const bool is_inside = std::ranges::find(finding.goroutines, edge.holder) != finding.goroutines.end();
      if (finding.verdict == Verdict::kDeadlock && !is_inside) continue;
      if (++shown <= 2) lines.push_back(Holder(edge, is_inside));
    }
  }
  const size_t left = finding.goroutines.size() - Shown(finding).size();
  if (left > 0) lines.push_back(fmt::format("and {} more", left));
  return lines;
}

std::vector<std::string> Writer::Why(const Finding& finding) const {
  const Row row = finding.goroutines.front();
  const Judgement& judgement = result_.judgements[row];
  std::vector<std::string> lines;
  if (finding.verdict == Verdict::kDeadlock) {
    lines.push_back(finding.goroutines.size() == 1 ? "it waits for what only it could do"
                                                   : "each waits for the next, so none of them can go on");
  }
  if (judgement.is_stalled) lines.push_back("no wait for this lock that ended took nearly as long");
  const size_t proven = ProvenOf(finding).size();
  const bool is_mixed = proven > 0 && proven < finding.goroutines.size();
  if (is_mixed)
    lines.push_back(
        fmt::format("proven for {} of {}: the runtime's own leak detection marked them", proven, finding.goroutines.size()));
  for (const SignFound& sign : judgement.signs) {
    if (!is_mixed || sign.sign != Sign::kProven) lines.push_back(Explain(scene_, sign));
  }
  const bool has_hope = result_.hopes[row].hope != Hope::kNone;
  if (has_hope || judgement.signs.empty()) {
    const bool is_against = has_hope && finding.verdict != Verdict::kIdle;
    lines.push_back((is_against ? "against it: " : "") + Explain(scene_, result_.hopes[row]));
  }
  for (std::string& line : KnownLines(result_, row)) lines.push_back(std::move(line));
  return lines;
}

std::vector<Row> Writer::ProvenOf(const Finding& finding) const {
  std::vector<Row> rows;
  std::ranges::copy_if(finding.goroutines, std::back_inserter(rows),
                       [&](Row row) { return result_.judgements[row].is_proven; });
  return rows;
}

std::vector<std::string> Writer::Evidence(const Finding& finding) const {
  std::vector<std::string> lines = WhoWaits(finding);
  lines.push_back(fmt::format("why, with confidence {:.2f}:", finding.confidence));
  for (const std::string& why : Why(finding)) lines.push_back("  " + why);
  return lines;
}

ValueObject Writer::Json(const Finding& finding) const {
  const auto ids = [&](const std::vector<Row>& rows) {
    ValueList list;
    for (Row row : rows) list.emplace_back(facts_.at(row).id);
    return list;
  };
  const std::vector<Row> proven = ProvenOf(finding);
  ValueList waits;
  for (const WaitEdge& edge : finding.edges) {
    if (waits.size() >= std::max(kEdgesShown, finding.goroutines.size())) break;
    waits.emplace_back(ValueObject{{"waiter", facts_.at(edge.waiter).id},
                                   {"resource", Resource(edge.waiter)},
                                   {"holder", facts_.at(edge.holder).id},
                                   {"evidence", Name(edge.evidence)},
                                   {"why", Explain(scene_, edge)}});
  }
  ValueList evidence;
  for (const std::string& why : Why(finding)) evidence.emplace_back(why);
  ValueList sites;
  for (SiteRow site : finding.sites) {
    std::string text = std::string(Name(facts_.sites[site].kind)) + "@";
    for (LocationId at : stacks_.trie().LeafFirst(facts_.sites[site].stack))
      text += (text.back() == '@' ? "" : " < ") + stacks_.PlaceName(at);
    sites.emplace_back(text);
  }
  return {{"kind", finding.kind},
          {"verdict", Name(finding.verdict)},
          {"goroutines", ids(finding.goroutines)},
          {"count", uint64_t{finding.count}},
          {"confidence", finding.confidence},
          {"proven", proven.size() == finding.goroutines.size()},
          {"proven_goroutines", ids(proven)},
          {"waits", waits},
          {"evidence", evidence},
          {"sites", sites}};
}

model::Finding Writer::Write(const Finding& finding) const {
  const bool is_hard = finding.verdict == Verdict::kDeadlock || finding.verdict == Verdict::kLeak;
  return {.severity = is_hard ? model::Severity::kError : model::Severity::kWarning,
          .title = Title(finding),
          .evidence = Evidence(finding),
          .data = Json(finding)};
}

std::string Writer::IdleLine() const {
  return fmt::format("{} alive: {} wait idle for work that can still come, {} run, sleep or wait for the network.",
                     Plural(scene_.present().size(), "goroutine"), CountOf(Verdict::kIdle),
                     scene_.present().size() - scene_.waiting().size());
}

model::Report Writer::Run(const std::string& file) {
  model::Report report{.title = file, .answer = Answer()};
  model::Findings findings{.key = ""};
  ValueList data;
  for (const Finding& finding : result_.findings) {
    data.emplace_back(Json(finding));
    if (finding.verdict != Verdict::kIdle) findings.rows.push_back(Write(finding));
    report.found |= finding.verdict == Verdict::kDeadlock || finding.verdict == Verdict::kLeak;
  }
  report.blocks.push_back(std::move(findings));
  report.blocks.push_back(model::Paragraph{IdleLine()});
  AddInputNotes(result_, report);
  report.blocks.push_back(model::Data{.key = "findings", .value = std::move(data)});
  return report;
}

}  // namespace

model::Report MakeReport(const Result& result, const std::string& file) { return Writer(result).Run(file); }

}  // namespace analysis::deadlock
