#include "analysis/deadlock/deadlock.h"

#include <algorithm>
#include <set>

#include "analysis/deadlock/thresholds.h"

namespace analysis::deadlock {
namespace {

// Rings that wait at the same sites are one finding; other goroutines are grouped by verdict, site and start function.
class Grouping {
 public:
  explicit Grouping(const Result& result) : result_(result), facts_(*result.facts), is_in_ring_(facts_.goroutines.size()) {}

  std::vector<Finding> Run() {
    for (const Ring& ring : result_.rings) AddRing(ring);
    for (Row row : result_.scene->waiting()) {
      if (!is_in_ring_[row]) AddGoroutine(row);
    }
    for (Finding& finding : findings_) AddEdges(finding);
    std::ranges::stable_sort(findings_, {}, [&](const Finding& f) {
      return std::tuple(f.verdict, -f.confidence, facts_.at(f.goroutines.front()).id);
    });
    return std::move(findings_);
  }

 private:
  Finding& At(const std::string& key) {
    const auto [at, is_new] = finding_of_.try_emplace(key, findings_.size());
    if (is_new) findings_.emplace_back();
    return findings_[at->second];
  }

  SiteRow SiteOf(Row row) const { return facts_.at(row).wait->site; }

  void AddRing(const Ring& ring) {
    std::set<SiteRow> sites;
    for (Row row : ring.members) sites.insert(SiteOf(row));
    const auto is_proven = [&](Row row) { return result_.judgements[row].is_proven; };
    std::string key = ring.members.size() == 1 ? "self" : "ring";
    if (std::ranges::all_of(ring.members, is_proven)) key += " proven";
    for (SiteRow site : sites) key += ' ' + std::to_string(site);
    Finding& finding = At(key);
    finding.verdict = Verdict::kDeadlock;
    finding.sites.assign(sites.begin(), sites.end());
    finding.kind = (ring.members.size() == 1 ? "self:" : "ring:") + Kinds(sites);
    ++finding.count;
    for (Row row : ring.members) {
      is_in_ring_[row] = true;
      finding.goroutines.push_back(row);
      finding.confidence = std::max(finding.confidence, result_.judgements[row].confidence);
    }
  }

  void AddGoroutine(Row row) {
    const Judgement& judgement = result_.judgements[row];
    Finding& finding = At(std::string(Name(judgement.verdict)) + (judgement.is_proven ? " proven " : " ") +
                          std::to_string(SiteOf(row)) + ' ' + std::to_string(facts_.at(row).start.value));
    if (finding.goroutines.empty()) {
      finding.verdict = judgement.verdict;
      finding.sites = {SiteOf(row)};
      finding.kind = "blocked:" + Kinds({SiteOf(row)});
      finding.confidence = judgement.confidence;
    }
    finding.goroutines.push_back(row);
    ++finding.count;
  }

  std::string Kinds(const std::set<SiteRow>& sites) const {
    std::set<std::string> kinds;
    for (SiteRow site : sites) kinds.insert(Name(facts_.sites[site].kind));
    std::string text;
    for (const std::string& kind : kinds) text += (text.empty() ? "" : "+") + kind;
    return text;
  }

  void AddEdges(Finding& finding) const {
    for (Row row : finding.goroutines) {
      const auto edges = EdgesOf(result_.edges, row);
      finding.edges.insert(finding.edges.end(), edges.begin(), edges.end());
    }
  }

  const Result& result_;
  const Facts& facts_;
  std::vector<bool> is_in_ring_;
  std::map<std::string, size_t> finding_of_;
  std::vector<Finding> findings_;
};

}  // namespace

// Of several dumps the one that fits best: the later ones show more, so the last of them.
Joined Join(Facts& facts, const Inputs& inputs) {
  Joined joined;
  for (const model::GoroutineDump& dump : inputs.dumps) joined.dumps.push_back(CompareDump(facts, dump));
  for (size_t i = 0; i < joined.dumps.size(); ++i) {
    if (joined.used == SIZE_MAX || joined.dumps[i].same >= joined.dumps[joined.used].same) joined.used = i;
  }
  if (joined.used != SIZE_MAX) JoinDump(facts, inputs.dumps[joined.used]);
  for (const model::Profile& leaks : inputs.leaks) joined.leaks.push_back(JoinLeaks(facts, leaks));
  return joined;
}

Result Analyse(model::EventSource& source, Inputs inputs) {
  Result result;
  result.knowledge = std::make_unique<Knowledge>(std::move(inputs.knowledge));
  result.facts = std::make_unique<Facts>(Gather(source, inputs.rows_kept));
  result.is_damaged = !source.info().damage.empty();
  result.joined = Join(*result.facts, inputs);
  result.scene = std::make_unique<Scene>(*result.facts, *result.knowledge);
  result.hopes = FindHopes(*result.scene);
  result.judgements = Judge(*result.scene, result.hopes);
  result.edges = FindWaitEdges(*result.scene, result.judgements);
  result.rings = FindRings(*result.scene, result.hopes, result.edges, result.judgements);
  Promote(*result.scene, result.hopes, result.edges, result.judgements);
  result.findings = Grouping(result).Run();
  if (result.is_damaged) {
    for (Finding& finding : result.findings) finding.confidence *= kDamagedShare;
  }
  return result;
}

}  // namespace analysis::deadlock
