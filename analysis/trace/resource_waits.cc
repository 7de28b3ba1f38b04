#include "analysis/trace/resource_waits.h"

#include <fmt/format.h>

#include "analysis/deadlock/thresholds.h"
#include "analysis/trace/watched_source.h"
#include "model/units.h"

namespace analysis {
namespace {

std::string Ns(int64_t ns) { return model::FormatValue(ns, "nanoseconds"); }

// Shorter queues behind a writer are the lock doing its work.
constexpr uint64_t kReadersBehindWriters = 3;
// An ended wait so many times the median is the odd one out.
constexpr int64_t kFarFromMedian = 20;
constexpr uint64_t kEnoughForMedian = 10;

bool IsOvertaken(const ContentionWaiter& waiter) {
  return waiter.overtaken >= (IsLock(waiter.resource)                ? deadlock::kOvertakenAtLock
                              : waiter.resource == Resource::kSelect ? deadlock::kOvertakenInSelect
                                                                     : deadlock::kOvertakenOnChannel);
}

// A receiver without work may wait for ever, so only locks are held against their history alone.
bool IsFarLonger(const ContentionClass& row, const ContentionWaiter& waiter, int64_t waited) {
  return IsLock(waiter.resource) && row.waits.count() > 0 &&
         waited > deadlock::kFarLonger * std::max(row.waits.max(), deadlock::kSlack);
}

std::string OfWaiter(const ContentionClass& row, const ContentionWaiter& waiter, int64_t waited) {
  std::string text = fmt::format("goroutine {} has waited for {}", waiter.goroutine, Ns(waited));
  if (IsFarLonger(row, waiter, waited)) {
    text += fmt::format(", {} times as long as the longest wait here that ended ({})",
                        waited / std::max<int64_t>(row.waits.max(), 1), Ns(row.waits.max()));
  }
  if (IsOvertaken(waiter)) {
    text += fmt::format("; {} that came later were served meanwhile", model::FormatCount(waiter.overtaken));
  }
  return text;
}

}  // namespace

std::vector<std::string> Starvation(const ContentionClass& row, model::Time end) {
  std::vector<std::string> lines;
  uint64_t more = 0;
  for (const ContentionWaiter& waiter : row.waiting) {
    const int64_t waited = end - waiter.since;
    if (!IsFarLonger(row, waiter, waited) && !IsOvertaken(waiter)) continue;
    lines.empty() ? lines.push_back(OfWaiter(row, waiter, waited)) : static_cast<void>(++more);
  }
  if (more > 0) lines.push_back(fmt::format("and {} more like it", model::FormatCount(more)));
  if (row.readers_behind_writers >= kReadersBehindWriters) {
    lines.push_back(fmt::format("{} readers queued behind a waiting writer; the longest writer waited {}",
                                model::FormatCount(row.readers_behind_writers), Ns(row.longest_writer_wait_ns)));
  }
  const int64_t median = std::max<int64_t>(row.waits.Percentile(0.5), 1);
  if (IsLock(row.resource) && row.waits.count() >= kEnoughForMedian && row.waits.max() > deadlock::kSlack &&
      row.waits.max() > kFarFromMedian * median) {
    lines.push_back(fmt::format("the longest wait that ended took {} times the median ({} against {})",
                                row.waits.max() / median, Ns(row.waits.max()), Ns(median)));
  }
  return lines;
}

ResourceWaits FindResourceWaits(model::EventSource& source, TraceFilter& contention_filter, TraceFilter& outside_filter) {
  StateSpans spans(source);
  ContentionFinder contention(source, contention_filter, spans);
  OutsideWaits outside(source, outside_filter, spans);
  WatchedSource watched(source, [&](std::span<const model::Event> batch) {
    for (const model::Event& event : batch) {
      const StateSpan* const ended = spans.See(event);
      contention.See(event, ended);
      outside.See(event, ended);
    }
  });
  ResourceWaits waits;
  waits.stuck = deadlock::Analyse(watched);
  waits.contention = contention.Finish();
  waits.outside = outside.Finish();
  waits.chains = deadlock::FindChains(waits.stuck);
  return waits;
}

}  // namespace analysis
