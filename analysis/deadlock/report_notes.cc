#include "analysis/deadlock/report_notes.h"

#include <fmt/format.h>

#include <algorithm>

namespace analysis::deadlock {
namespace {

std::string DumpNote(const Result& result) {
  const Joined& joined = result.joined;
  const DumpMatch& used = joined.dumps[joined.used];
  const std::string which = joined.dumps.size() == 1
                                ? "The goroutine dump"
                                : fmt::format("Goroutine dump {} of {}", joined.used + 1, joined.dumps.size());
  if (!used.fits) {
    return fmt::format(
        "{} is of another process or {}: {} of its {} goroutines stand where the trace has them, {} elsewhere, {} are "
        "unknown to the trace. Only the {} are used.",
        which, result.is_damaged ? "of a moment that the readable part of the trace does not reach" : "another moment",
        used.same, used.goroutines, used.moved, used.unknown, used.same);
  }
  return fmt::format("{} fits the trace: {} of its {} goroutines wait at the same place{}{}{}.", which, used.same,
                     used.goroutines,
                     used.without_stack == 0 ? "" : fmt::format(", of {} the trace has no stack", used.without_stack),
                     used.moved == 0 ? "" : fmt::format(", {} stand elsewhere", used.moved),
                     used.is_earlier() ? ". It was taken before the trace ended, so it can't say who went on" : "");
}

bool HasFound(const Result& result) {
  return std::ranges::any_of(result.findings, [](const Finding& f) { return f.verdict != Verdict::kIdle; });
}

const char* DamageNote(const Result& result) {
  return HasFound(result)
             ? "Part of the trace is missing: somebody who could help may have been seen there only. All confidences are "
               "lowered."
             : "Part of the trace is missing: who is stuck may be seen there only, so that nobody was found says little.";
}

std::string LeakNote(const LeakMatch& match) {
  return fmt::format("The leak profile marks {} goroutines; {} of them are in the trace and proven to be stuck.",
                     match.marked, match.matched);
}

model::ValueObject DumpJson(const DumpMatch& match, bool is_used) {
  return {{"goroutines", uint64_t{match.goroutines}},
          {"same", uint64_t{match.same}},
          {"without_stack", uint64_t{match.without_stack}},
          {"moved", uint64_t{match.moved}},
          {"unknown", uint64_t{match.unknown}},
          {"earlier", match.is_earlier()},
          {"fits", match.fits},
          {"used", is_used}};
}

}  // namespace

void AddInputNotes(const Result& result, model::Report& report) {
  model::ValueList dumps;
  for (size_t i = 0; i < result.joined.dumps.size(); ++i)
    dumps.emplace_back(DumpJson(result.joined.dumps[i], i == result.joined.used));
  if (result.joined.used != SIZE_MAX) report.blocks.emplace_back(model::Paragraph{DumpNote(result)});
  for (const LeakMatch& match : result.joined.leaks) report.blocks.emplace_back(model::Paragraph{LeakNote(match)});
  if (result.is_damaged) report.blocks.emplace_back(model::Paragraph{DamageNote(result)});
  if (!dumps.empty()) report.blocks.emplace_back(model::Data{.key = "dumps", .value = std::move(dumps)});
}

std::vector<std::string> KnownLines(const Result& result, Row row) {
  const KnownWait* known = result.scene->KnownOf(row);
  std::vector<std::string> lines;
  if (known == nullptr) return lines;
  if (!known->means.empty()) lines.push_back(fmt::format("known: waits for {}; ended by: {}", known->means, known->ender));
  if (!known->sign.empty()) lines.push_back("where it never ends: " + known->sign);
  if (!known->advice.empty()) lines.push_back("to do: " + known->advice);
  return lines;
}

}  // namespace analysis::deadlock
