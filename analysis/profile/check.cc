#include "analysis/profile/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

namespace analysis {
namespace {

const char* Name(Confidence confidence) {
  switch (confidence) {
    case Confidence::kHint:
      return "hint";
    case Confidence::kLikely:
      return "likely";
    case Confidence::kSure:
      return "sure";
  }
  return "";
}

const char* Name(model::Severity severity) {
  switch (severity) {
    case model::Severity::kError:
      return "error";
    case model::Severity::kWarning:
      return "warning";
    case model::Severity::kNote:
      return "note";
  }
  return "";
}

model::Finding Shown(const CheckFinding& finding) {
  model::Finding shown{.severity = finding.severity,
                       .title = fmt::format("{} [{}, {}]", finding.title, finding.kind, Name(finding.confidence)),
                       .evidence = finding.evidence};
  shown.evidence.push_back("why: " + finding.why);
  shown.evidence.push_back("do:  " + finding.advice);
  shown.data = model::ValueObject{{"kind", finding.kind},
                                  {"severity", Name(finding.severity)},
                                  {"confidence", Name(finding.confidence)},
                                  {"title", finding.title},
                                  {"share", finding.share},
                                  {"evidence", model::ValueList(finding.evidence.begin(), finding.evidence.end())},
                                  {"why", finding.why},
                                  {"advice", finding.advice}};
  return shown;
}

}  // namespace

model::Report CheckReport(const std::vector<CheckedProfile>& profiles, const CheckedProfile* pgo, const HeapGrowth* growth) {
  std::vector<CheckFinding> findings = CheckHealth(profiles);
  std::ranges::move(CheckGoroutines(profiles), std::back_inserter(findings));
  if (growth != nullptr) std::ranges::move(CheckHeapGrowth(*growth), std::back_inserter(findings));
  if (pgo != nullptr) std::ranges::move(CheckPgo(*pgo, profiles), std::back_inserter(findings));
  for (const CheckedProfile& profile : profiles) {
    for (CheckFinding& finding : CheckCosts(profile.view)) {
      if (profiles.size() > 1) finding.evidence.insert(finding.evidence.begin(), "in " + profile.file);
      findings.push_back(std::move(finding));
    }
  }
  const auto key = [](const CheckFinding& f) { return std::make_tuple(f.severity, -f.share, f.kind, f.title); };
  std::ranges::stable_sort(findings, [&](const CheckFinding& a, const CheckFinding& b) { return key(a) < key(b); });
  const auto serious =
      std::ranges::count_if(findings, [](const CheckFinding& f) { return f.severity != model::Severity::kNote; });
  model::Report report{.title = "check", .found = serious > 0};
  report.answer = findings.empty() ? "nothing to report"
                                   : fmt::format("{} finding{}, {} note{}", serious, serious == 1 ? "" : "s",
                                                 findings.size() - static_cast<size_t>(serious),
                                                 findings.size() - static_cast<size_t>(serious) == 1 ? "" : "s");
  model::Findings block{.key = "findings"};
  for (const CheckFinding& finding : findings) block.rows.push_back(Shown(finding));
  report.blocks.push_back(std::move(block));
  for (const CheckedProfile& profile : profiles) report.warnings.Absorb(profile.view.profile().warnings);
  return report;
}

}  // namespace analysis
