#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <string>

#include "analysis/frame_text.h"
#include "analysis/trace/block_profile.h"
#include "analysis/trace/contention.h"
#include "proto/formats.h"
#include "tests/support/places.h"
#include "tests/support/shell.h"

// Where the Go toolchain is installed, `go tool trace` is asked the same questions.
namespace {

namespace fs = std::filesystem;
using test_support::OutputOf;

bool HasGo() { return OutputOf("go version 2>/dev/null").starts_with("go version"); }

// "leaf file:line <- .. " -> {count, ns}
using Rows = std::map<std::string, std::pair<int64_t, int64_t>>;

Rows RowsOf(const model::Profile& profile) {
  Rows rows;
  for (size_t sample = 0; sample < profile.sample_count(); ++sample) {
    std::string stack;
    for (const model::LocationId at : profile.stacks.LeafFirst(profile.sample_stack[sample])) {
      // Where the runtime could not unwind it writes one frame of zeros: no stack, here.
      if (profile.symbols.location(at).address == 0 && analysis::FrameText(profile.symbols, at).empty()) continue;
      stack += fmt::format("{:x} {} <- ", profile.symbols.location(at).address, analysis::FrameText(profile.symbols, at));
    }
    auto& [count, ns] = rows[stack];
    count += profile.values(sample)[0];
    ns += profile.values(sample)[1];
  }
  return rows;
}

Rows Theirs(const fs::path& trace, const std::string& kind) {
  const std::string bytes = OutputOf(fmt::format("go tool trace -pprof={} '{}' 2>/dev/null", kind, trace.string()));
  return RowsOf(std::get<model::Profile>(proto::ReadBytes("go tool trace", bytes)));
}

Rows Ours(const fs::path& trace, const std::string& kind) {
  const auto source = proto::ReadTrace(trace.string());
  analysis::TraceFilter filter({}, *source);
  const auto profile =
      analysis::ProfileBlocking(*source, *analysis::ParseBlockKind(kind), analysis::Count::kClosedOnly, filter);
  return RowsOf(ToProfile(profile, *source));
}

}  // namespace

namespace {

// By the program's line: {count, ns}, without the runtime's own goroutines.
Rows ByProgramLine(const model::Profile& profile) {
  Rows rows;
  for (size_t sample = 0; sample < profile.sample_count(); ++sample) {
    std::string line, start;
    for (const model::LocationId at : profile.stacks.LeafFirst(profile.sample_stack[sample])) {
      const std::string frame = analysis::FrameText(profile.symbols, at);
      start = frame.substr(0, frame.find(' '));
      if (line.empty() && !analysis::IsWaitLibrary(frame)) line = frame;
    }
    if (analysis::IsRuntimeGoroutine(start)) continue;
    rows[line].first += profile.values(sample)[0];
    rows[line].second += profile.values(sample)[1];
  }
  return rows;
}

}  // namespace

TEST_CASE("gotrace contention has, line by line, the finished waits of go tool trace -pprof=sync") {
  if (!HasGo()) {
    MESSAGE("no Go toolchain: not compared");
    return;
  }
  for (const char* scenario : {"mutex_convoy", "lock_across_send", "rwr", "channel_ring", "healthy_server"}) {
    const fs::path trace = fs::path(test_support::kSourceDir) / "fixtures" / scenario / "go1.26.trace";
    CAPTURE(trace.string());
    const std::string bytes = OutputOf(fmt::format("go tool trace -pprof=sync '{}' 2>/dev/null", trace.string()));
    const Rows theirs = ByProgramLine(std::get<model::Profile>(proto::ReadBytes("go tool trace", bytes)));
    const auto source = proto::ReadTrace(trace.string());
    analysis::TraceFilter filter({}, *source);
    const analysis::Contention contention = FindContention(*source, filter);
    Rows ours;
    for (const analysis::ContentionClass& row : contention.classes) {
      for (const analysis::ContentionSite& site : row.waiters) {
        if (site.count == site.open) continue;
        auto& [count, ns] = ours[analysis::FrameText(source->symbols(), site.where)];
        count += static_cast<int64_t>(site.count - site.open);
        ns += site.ns - site.open_ns;
      }
    }
    for (const auto& [line, row] : ours) {
      CAPTURE(line);
      REQUIRE(theirs.contains(line));
      CHECK(row == theirs.at(line));
    }
    CHECK(ours.size() > 0);
  }
}

TEST_CASE("gotrace blocking --closed-only has the rows and numbers of go tool trace -pprof") {
  if (!HasGo()) {
    MESSAGE("no Go toolchain: not compared");
    return;
  }
  const char* only = std::getenv("GO_TOOL_TRACE_ALL");  // every recording, for a change of the reader
  size_t compared = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(test_support::kSourceDir) / "fixtures")) {
    const fs::path& trace = entry.path();
    const std::string scenario = trace.parent_path().filename();
    const bool is_old = trace.filename().string().starts_with("go1.21.");
    // What it can't read, or reads only a part of.
    const bool is_refused =
        scenario == "misused_tasks" || scenario == "broken" || scenario == "unfinished" || scenario == "old_versions";
    if (trace.extension() != ".trace" || is_old || is_refused) continue;
    if (only == nullptr && scenario != "healthy_server" && scenario != "tasks" && scenario != "gc_heavy") continue;
    for (const char* kind : {"net", "sync", "syscall", "sched"}) {
      CAPTURE(trace.string());
      CAPTURE(kind);
      const Rows theirs = Theirs(trace, kind), ours = Ours(trace, kind);
      for (const auto& [stack, values] : theirs) {
        CAPTURE(stack);
        REQUIRE(ours.contains(stack));
        CHECK(ours.at(stack).first == values.first);
        CHECK(ours.at(stack).second == values.second);
      }
      CHECK(ours.size() == theirs.size());
      ++compared;
    }
  }
  CHECK(compared >= 40);
}
