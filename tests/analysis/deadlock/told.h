#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "analysis/deadlock/deadlock.h"
#include "tests/support/trace_script.h"

// What the analysis says, in the words that its tests expect.
namespace test_support {

// Of a trace written down event by event, with `knowledge` as more entries for the table of known waits.
inline analysis::deadlock::Result Judged(std::string_view script, std::string_view knowledge = {}) {
  analysis::deadlock::Inputs inputs;
  if (!knowledge.empty()) inputs.knowledge.Add("extra.table", knowledge);
  return Analyse(*TraceScript(script), std::move(inputs));
}

// The goroutines with one of these verdicts, worst first: "g2 leak, g3+g4 deadlock".
inline std::string Told(const analysis::deadlock::Result& result,
                        std::initializer_list<analysis::deadlock::Verdict> verdicts) {
  std::string text;
  for (const analysis::deadlock::Finding& finding : result.findings) {
    if (std::ranges::find(verdicts, finding.verdict) == verdicts.end()) continue;
    std::string ids;
    for (const analysis::deadlock::Row row : finding.goroutines)
      ids += fmt::format("{}g{}", ids.empty() ? "" : "+", result.facts->at(row).id);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", ids, Name(finding.verdict));
  }
  return text;
}

inline std::string Verdicts(std::string_view script, std::string_view knowledge = {}) {
  using enum analysis::deadlock::Verdict;
  return Told(Judged(script, knowledge), {kDeadlock, kLeak, kSuspect});
}

// The signs that goroutine `id` was judged by, or what speaks for it.
inline std::string Why(const analysis::deadlock::Result& result, int64_t id) {
  const analysis::deadlock::Row row = result.facts->RowOf(id);
  std::string text;
  for (const auto& sign : result.judgements[row].signs) text += Explain(*result.scene, sign) + "\n";
  return text.empty() ? Explain(*result.scene, result.hopes[row]) + "\n" : text;
}

}  // namespace test_support
