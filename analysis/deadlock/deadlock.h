#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/deadlock/dump_join.h"
#include "analysis/deadlock/rings.h"
#include "model/report.h"

// Who is stuck, on what, held by whom. The door to this folder; the steps, in order:
//   facts      one pass over the trace: goroutines, waiting places, who woke whom
//   scene      the last moment, with kinship and classes of locks
//   liveness   who could still end which wait
//   verdicts   idle, suspect, leak: by signs
//   waits_for  edges between the stuck ones; rings: their cycles
// What can and cannot be known from a trace: docs/deadlock.md.
namespace analysis::deadlock {

struct Finding {
  Verdict verdict = Verdict::kIdle;
  std::string kind;             // "ring:mutex+send", "self:mutex", "blocked:recv"
  std::vector<Row> goroutines;  // ascending by id; for rings of one pattern, ring by ring
  uint32_t count = 0;           // rings of this pattern, or goroutines
  double confidence = 0;
  std::vector<SiteRow> sites;
  std::vector<WaitEdge> edges;  // from its goroutines
};

// What is known beside the trace.
struct Inputs {
  Knowledge knowledge;
  std::vector<model::GoroutineDump> dumps;  // of the same process; the last that fits is used
  std::vector<model::Profile> leaks;        // goroutineleak profiles
  size_t rows_kept = kRowsKept;             // of Gather; the answer does not depend on it
};

// How the dumps and leak profiles fitted, for the reader.
struct Joined {
  std::vector<DumpMatch> dumps;
  size_t used = SIZE_MAX;  // of dumps
  std::vector<LeakMatch> leaks;
};

struct Result {
  std::unique_ptr<Knowledge> knowledge;
  Joined joined;
  bool is_damaged = false;  // part of the trace could not be read
  std::unique_ptr<Facts> facts;
  std::unique_ptr<Scene> scene;
  std::vector<HopeFound> hopes;       // by goroutine row
  std::vector<Judgement> judgements;  // by goroutine row
  std::vector<WaitEdge> edges;
  std::vector<Ring> rings;
  std::vector<Finding> findings;  // worst first; every waiting goroutine is in exactly one
};

Result Analyse(model::EventSource& source, Inputs inputs = {});

model::Report MakeReport(const Result& result, const std::string& file);

}  // namespace analysis::deadlock
