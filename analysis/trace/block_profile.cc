#include "analysis/trace/block_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "analysis/frame_text.h"
#include "analysis/stack_copy.h"
#include "model/units.h"

namespace analysis {
namespace {

using model::BlockReason;
using model::GoState;

constexpr std::array<const char*, 4> kNames = {"net", "sync", "syscall", "sched"};

GoState StateOf(BlockKind kind) {
  return kind == BlockKind::kSyscall ? GoState::kSyscall
         : kind == BlockKind::kSched ? GoState::kRunnable
                                     : GoState::kWaiting;
}

// What `go tool trace` goes by: the text of the reason.
bool ReasonIs(BlockKind kind, std::string_view reason) {
  if (kind == BlockKind::kNet) return reason == "network";
  for (const char* part : {"chan", "sync", "select"}) {
    if (reason.find(part) != std::string_view::npos) return true;
  }
  return false;
}

bool ResourceIs(BlockKind kind, Resource resource) {
  if (kind == BlockKind::kNet) return resource == Resource::kNetwork;
  return IsLock(resource) || IsChannel(resource) || resource == Resource::kWaitGroup || resource == Resource::kCond ||
         resource == Resource::kForever;
}

}  // namespace

std::optional<BlockKind> ParseBlockKind(std::string_view text) {
  const auto at = std::ranges::find(kNames, text);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<BlockKind>(at - kNames.begin());
}

const char* Name(BlockKind kind) { return kNames[static_cast<size_t>(kind)]; }

bool BlockProfiler::Wants(const StateSpan& span) {
  if (span.state != StateOf(kind_)) return false;
  if (span.state != GoState::kWaiting || IsAskedFor(span.reason_text)) return true;
  // Without a word of the trace's, or for ever: what the frames say, which others do not show.
  const bool is_silent = span.reason == BlockReason::kNone || span.reason == BlockReason::kForever;
  return count_ == Count::kAll && is_silent && ResourceIs(kind_, sites_.Of(span.stack, span.reason).resource);
}

bool BlockProfiler::IsAskedFor(model::StringId reason) {
  if (reason.index() >= reasons_.size()) reasons_.resize(source_->symbols().strings().size(), Answer::kNotKnown);
  Answer& answer = reasons_[reason.index()];
  if (answer == Answer::kNotKnown) answer = ReasonIs(kind_, source_->symbols().text(reason)) ? Answer::kYes : Answer::kNo;
  return answer == Answer::kYes;
}

BlockRow& BlockProfiler::Row(const StateSpan& span) {
  const bool is_sched = kind_ == BlockKind::kSched;
  const model::StackId stack = count_ == Count::kClosedOnly ? span.begin_stack : span.stack;
  const model::StackId other = count_ == Count::kClosedOnly ? model::StackId()
                               : is_sched                   ? span.cause_stack
                                                            : span.ender_stack;
  const uint64_t key = (uint64_t{stack.value} << 32) | other.value;
  const uint32_t* known = row_of_.Find(key);
  if (known == nullptr) {
    known = &row_of_.Add(key, static_cast<uint32_t>(rows_.size()));
    rows_.push_back({.stack = stack, .other_stack = other});
  }
  BlockRow& row = rows_[*known];
  if (span.state == GoState::kWaiting) row.resource = sites_.Of(span.stack, span.reason).resource;
  return row;
}

void BlockProfiler::See(const StateSpan& part, const GoroutineOrigin& origin) {
  if (count_ == Count::kClosedOnly) return SeeClosedOnly(part, origin);
  BlockRow& row = Row(part);
  waited_.Add(static_cast<uint64_t>(part.goroutine));
  row.began_before += part.began_before;
  if (part.is_open) {
    ++row.open;
    row.open_ns += part.duration();
  } else {
    row.waits.Add(part.duration());
  }
}

// `go tool trace` cuts each wait to the time between the goroutine's first run and its end, and drops what is left empty. A
// goroutine that never ran in the trace is not cut, which is known only at the end.
void BlockProfiler::SeeClosedOnly(const StateSpan& span, const GoroutineOrigin& origin) {
  if (span.is_open) return;
  if (!origin.first_ran) {
    before_first_run_[span.goroutine].push_back(span);
    return;
  }
  const int64_t ns = span.end - std::max({span.said_at, span.begin, *origin.first_ran});
  if (ns <= 0) return;
  waited_.Add(static_cast<uint64_t>(span.goroutine));
  Row(span).waits.Add(ns);
}

BlockProfile BlockProfiler::Finish(const StateSpans& spans) {
  for (const auto& [goroutine, waits] : before_first_run_) {
    const GoroutineOrigin* origin = spans.origin(goroutine);
    if (origin == nullptr || origin->first_ran) continue;
    for (const StateSpan& span : waits) {
      if (span.end <= std::max(span.said_at, span.begin)) continue;
      waited_.Add(static_cast<uint64_t>(goroutine));
      Row(span).waits.Add(span.end - std::max(span.said_at, span.begin));
    }
  }
  BlockProfile profile{
      .kind = kind_, .counted = count_, .goroutines = waited_.size(), .trace_ns = spans.end() - spans.begin()};
  const auto order = [](const BlockRow& row) { return std::tuple(-row.total_ns(), row.stack, row.other_stack); };
  std::ranges::sort(rows_, {}, order);
  profile.rows = std::move(rows_);
  return profile;
}

BlockProfile ProfileBlocking(model::EventSource& source, BlockKind kind, Count count, TraceFilter& filter) {
  StateSpans spans(source);
  BlockProfiler profiler(kind, count, source);
  const auto take = [&](const StateSpan& span) {
    const GoroutineOrigin* origin = spans.origin(span.goroutine);
    const std::span<const StateSpan> parts = filter.Cut(span, origin);
    if (!profiler.Wants(span)) return;
    for (const StateSpan& part : parts) profiler.See(part, *origin);
  };
  for (auto batch = source.Next(); !batch.empty(); batch = source.Next()) {
    for (const model::Event& event : batch) {
      filter.See(event);
      if (const StateSpan* span = spans.See(event)) take(*span);
    }
  }
  for (const StateSpan& span : spans.Open()) take(span);
  return profiler.Finish(spans);
}

model::Profile ToProfile(const BlockProfile& profile, const model::EventSource& source) {
  model::Profile out;
  const auto text = [&](std::string_view word) { return out.symbols.InternString(word); };
  out.value_types = {{text("contentions"), text("count")}, {text("delay"), text("nanoseconds")}};
  out.period_type = {text("trace"), text("count")};
  out.period = 1;
  out.duration_nanos = profile.counted == Count::kClosedOnly ? 0 : profile.trace_ns;
  StackCopy copy(source.symbols(), source.stacks(), out);
  WaitSites sites(source);
  const auto add = [&](const BlockRow& row, uint64_t count, int64_t ns, bool is_open) {
    if (count == 0) return;
    std::vector<model::Label> labels;
    if (is_open) labels.push_back({.key = text("wait"), .text = text("open")});
    const model::StackId waker = sites.CallOf(row.other_stack);
    if (waker != model::StackTrie::root()) {
      const std::string frame = FrameText(source.symbols(), source.stacks().location(waker));
      labels.push_back({.key = text(profile.kind == BlockKind::kSched ? "made_ready_by" : "woken_by"), .text = text(frame)});
    }
    const int64_t values[] = {static_cast<int64_t>(count), ns};
    out.AddSample(copy(row.stack), values, out.labels.Intern(labels));
  };
  for (const BlockRow& row : profile.rows) {
    add(row, row.waits.count(), row.waits.total(), false);
    add(row, row.open, row.open_ns, true);
  }
  return out;
}

}  // namespace analysis
