#include "analysis/trace/mutator_utilisation.h"

#include <algorithm>
#include <string_view>

namespace analysis {
namespace {

using model::Event;
using model::EventKind;
using model::GoState;

constexpr size_t kMostProcs = 1 << 16;  // what a damaged metric may not exceed

constexpr size_t kBuckets = 1024;

double BeginOf(size_t bucket) { return static_cast<double>(bucket) / kBuckets; }
size_t BucketOf(double mean) { return static_cast<size_t>(std::clamp(mean * kBuckets, 0.0, double{kBuckets - 1})); }

bool IsExecuting(GoState state) { return state == GoState::kRunning || state == GoState::kSyscall; }

// Only changes are kept, and of several at one moment the least.
void Append(UtilisationFunction& function, model::Time time, double value) {
  if (!function.empty()) {
    if (function.back().value == value) return;
    if (function.back().time == time) {
      function.back().value = std::min(function.back().value, value);
      return;
    }
  }
  function.push_back({time, value});
}

}  // namespace

UtilisationBuilder::Range UtilisationBuilder::Kind(model::StringId name) {
  const auto [at, is_new] = kinds_.try_emplace(name, Range::kOther);
  if (!is_new) return at->second;
  const std::string_view text = source_->symbols().text(name);
  if (options_.stop_the_world && text.starts_with("stop-the-world") && text.find("GC") != std::string_view::npos) {
    at->second = Range::kStopTheWorld;
  } else if (options_.assist && text == "GC mark assist") {
    at->second = Range::kAssist;
  } else if (options_.sweep && text == "GC incremental sweep") {
    at->second = Range::kSweep;
  }
  return at->second;
}

void UtilisationBuilder::See(const Event& event) {
  has_events_ = true;
  end_ = event.time;
  if (event.kind == EventKind::kSync) ++syncs_;
  if (event.kind == EventKind::kMetric && source_->symbols().text(event.name) == "/sched/gomaxprocs:threads") {
    SetProcs(static_cast<size_t>(std::min<uint64_t>(event.value, kMostProcs)), event.time);
  }
  if (procs_.empty()) return;
  switch (event.kind) {
    case EventKind::kRangeActive:
      SeeRangeActive(event);
      break;
    case EventKind::kRangeBegin:
      SeeRangeBegin(event);
      break;
    case EventKind::kRangeEnd:
      SeeRangeEnd(event);
      break;
    case EventKind::kGoroutineState:
      SeeState(event);
      break;
    case EventKind::kLabel:
      SeeLabel(event);
      break;
    default:
      break;
  }
  if (is_changed_) Record(event.time);
}

void UtilisationBuilder::SetProcs(size_t count, model::Time time) {
  is_changed_ = true;
  if (options_.per_proc) {
    for (size_t at = count; at < procs_.size(); ++at) Append(functions_[procs_[at].function], time, 0);
  }
  if (procs_.size() > count) procs_.resize(count);
  while (procs_.size() < count) {
    size_t function = 0;
    if (options_.per_proc || functions_.empty()) {
      function = functions_.size();
      functions_.push_back({{time, 1}});
    }
    procs_.push_back({.collecting = 0, .function = function});
  }
  if (proc_counts_.empty() || proc_counts_.back().second != count) proc_counts_.emplace_back(time, count);
}

// A range that was going on when the trace began comes to light only now: the time until now is put right first. Later
// generations say again what is known.
void UtilisationBuilder::SeeRangeActive(const Event& event) {
  if (!IsFirstGeneration()) return;
  const Range kind = Kind(event.name);
  const auto state = states_.find(event.goroutine);
  const bool runs = state != states_.end() && IsExecuting(state->second);
  if (!options_.per_proc && (kind == Range::kSweep || (kind == Range::kAssist && runs))) {
    size_t count = 0;
    for (UtilisationStep& step : functions_[0]) {
      while (count + 1 < proc_counts_.size() && proc_counts_[count + 1].first < step.time) ++count;
      step.value = std::max(0.0, step.value - 1.0 / static_cast<double>(proc_counts_[count].second));
    }
    is_changed_ = true;
  }
  SeeRangeBegin(event);
}

void UtilisationBuilder::ChangeProc(model::ProcId proc, int change) {
  if (proc < 0 || static_cast<size_t>(proc) >= procs_.size()) return;
  procs_[static_cast<size_t>(proc)].collecting += change;
  is_changed_ = true;
}

void UtilisationBuilder::SeeRangeBegin(const Event& event) {
  switch (Kind(event.name)) {
    case Range::kStopTheWorld:
      ++stopped_;
      is_changed_ = true;
      return;
    case Range::kSweep:
      ChangeProc(event.proc, 1);
      return;
    case Range::kAssist:
      ChangeProc(event.proc, 1);
      if (event.scope == model::RangeScope::kGoroutine) assisting_.insert(event.subject);
      return;
    default:
      return;
  }
}

void UtilisationBuilder::SeeRangeEnd(const Event& event) {
  switch (Kind(event.name)) {
    case Range::kStopTheWorld:
      --stopped_;
      is_changed_ = true;
      return;
    case Range::kSweep:
      ChangeProc(event.proc, -1);
      return;
    case Range::kAssist:
      ChangeProc(event.proc, -1);
      if (event.scope == model::RangeScope::kGoroutine) assisting_.erase(event.subject);
      return;
    default:
      return;
  }
}

void UtilisationBuilder::SeeState(const Event& event) {
  const bool was_on = IsExecuting(event.from), is_on = IsExecuting(event.to);
  if (const auto worker = is_on ? marks_on_.end() : marks_on_.find(event.subject); worker != marks_on_.end()) {
    ChangeProc(worker->second, -1);
    marks_on_.erase(worker);
  }
  if (was_on != is_on && (assisting_.contains(event.subject) || marking_.contains(event.subject))) {
    ChangeProc(event.proc, is_on ? 1 : -1);
  }
  if (!IsFirstGeneration()) return;
  if (event.to == GoState::kNotExist) {
    states_.erase(event.subject);
  } else {
    states_[event.subject] = event.to;
  }
}

void UtilisationBuilder::SeeLabel(const Event& event) {
  const std::string_view label = source_->symbols().text(event.name);
  if (!options_.background || !label.starts_with("GC ") || label == "GC (idle)") return;
  if (options_.per_proc && label == "GC (dedicated)") return;
  if (options_.as_go_tool) {
    marking_.insert(event.goroutine);
    ChangeProc(event.proc, 1);
  } else if (marks_on_.try_emplace(event.goroutine, event.proc).second) {
    ChangeProc(event.proc, 1);
  }
}

// Of several changes at one moment the least counts, so the last of them may have to wait for the next event.
void UtilisationBuilder::Record(model::Time time) {
  is_changed_ = false;
  const auto record = [&](UtilisationFunction& function, double value) {
    Append(function, time, value);
    is_changed_ = is_changed_ || function.back().value != value;
  };
  if (options_.per_proc) {
    for (const Proc& proc : procs_) record(functions_[proc.function], stopped_ > 0 || proc.collecting > 0 ? 0 : 1);
    return;
  }
  const auto collecting = stopped_ > 0 ? static_cast<std::ptrdiff_t>(procs_.size())
                                       : std::ranges::count_if(procs_, [](const Proc& proc) { return proc.collecting > 0; });
  record(functions_[0], 1 - static_cast<double>(collecting) / static_cast<double>(procs_.size()));
}

std::vector<UtilisationFunction> UtilisationBuilder::Finish() {
  if (!has_events_) return {};
  for (const Proc& proc : procs_) {
    UtilisationFunction& function = functions_[proc.function];
    if (options_.as_go_tool) {
      Append(function, end_, 0);
    } else if (function.back().time < end_) {
      function.push_back({end_, 0});
    }
  }
  return std::move(functions_);
}

void CutTo(UtilisationFunction& function, model::Time from, model::Time to) {
  UtilisationFunction cut;
  for (size_t at = 0; at + 1 < function.size(); ++at) {
    const model::Time begin = std::max(function[at].time, from), end = std::min(function[at + 1].time, to);
    if (begin < end) cut.push_back({begin, function[at].value});
    if (begin < end && end == to) break;
  }
  if (!cut.empty()) cut.push_back({std::min(function.back().time, to), 0});
  function.swap(cut);
}

UtilisationCurve::UtilisationCurve(std::vector<UtilisationFunction> functions) {
  for (UtilisationFunction& function : functions) {
    if (function.size() < 2) continue;
    Series series{.steps = std::move(function), .sums = {}};
    double sum = 0;
    series.sums.push_back(0);
    for (size_t at = 1; at < series.steps.size(); ++at) {
      const UtilisationStep& before = series.steps[at - 1];
      sum += before.value * static_cast<double>(series.steps[at].time - before.time);
      series.sums.push_back(sum);
    }
    series_.push_back(std::move(series));
  }
}

// The mean over [t, t + window] is linear in t between the moments where either edge meets a step: each(t, mean) is called
// there, in order of t, and at both ends.
template <class Each>
void UtilisationCurve::Slide(const Series& series, int64_t window, Each each) {
  const auto& steps = series.steps;
  const model::Time first = steps.front().time, last = steps.back().time;
  window = std::clamp<int64_t>(window, 1, last - first);
  size_t left = 0, right = 0;
  const auto integral = [&](size_t at, model::Time time) {
    return series.sums[at] + steps[at].value * static_cast<double>(time - steps[at].time);
  };
  for (model::Time time = first;;) {
    while (left + 1 < steps.size() && steps[left + 1].time <= time) ++left;
    while (right + 1 < steps.size() && steps[right + 1].time <= time + window) ++right;
    each(time, (integral(right, time + window) - integral(left, time)) / static_cast<double>(window));
    if (time == last - window) return;
    model::Time next = last - window;
    if (left + 1 < steps.size()) next = std::min(next, steps[left + 1].time);
    if (right + 1 < steps.size()) next = std::min(next, steps[right + 1].time - window);
    time = next;
  }
}

double UtilisationCurve::Minimum(int64_t window) const {
  double least = 1;
  for (const Series& series : series_) {
    Slide(series, window, [&](model::Time, double mean) { least = std::min(least, mean); });
  }
  return std::max(least, 0.0);
}

// Each(low, high, ns): between two moments the mean goes evenly from one value to the other, so that much time is spread
// evenly over the values between, or all of it lies at one.
template <class Each>
void UtilisationCurve::EachStretch(int64_t window, Each each) const {
  for (const Series& series : series_) {
    model::Time before = 0;
    double mean_before = -1;
    Slide(series, window, [&](model::Time time, double mean) {
      const auto ns = static_cast<double>(time - before);
      if (mean_before >= 0 && ns > 0) each(std::min(mean_before, mean), std::max(mean_before, mean), ns);
      before = time;
      mean_before = mean;
    });
  }
}

// The time is dealt out to buckets of means first, and only those buckets in which an answer lies are sorted: at a million
// steps that is a tenth of the work of sorting all.
std::vector<double> UtilisationCurve::Quantiles(int64_t window, std::span<const double> shares) const {
  struct Bucket {
    double ns = 0;
    double more_across = 0;  // of stretches across whole buckets: how much more they have here than in the bucket before
    int more_stretches = 0;  // how many more of them there are
  };
  std::vector<Bucket> buckets(kBuckets + 1);
  double duration = 0;
  EachStretch(window, [&](double low, double high, double ns) {
    duration += ns;
    const size_t from = BucketOf(low), to = BucketOf(high);
    if (from == to) {
      buckets[from].ns += ns;
      return;
    }
    const double per_bucket = ns / (high - low) / kBuckets;
    buckets[from].ns += per_bucket * (static_cast<double>(from + 1) - low * kBuckets);
    buckets[to].ns += per_bucket * (high * kBuckets - static_cast<double>(to));
    buckets[from + 1].more_across += per_bucket;
    ++buckets[from + 1].more_stretches;
    buckets[to].more_across -= per_bucket;
    --buckets[to].more_stretches;
  });
  if (duration == 0) return std::vector<double>(shares.size(), Minimum(window));
  double across = 0;
  int stretches = 0;
  size_t last = 0;  // that is not empty
  for (Bucket& bucket : buckets) {
    stretches += bucket.more_stretches;
    across = stretches == 0 ? 0 : across + bucket.more_across;  // 0: nothing is left but what was rounded
    bucket.ns += across;
    if (bucket.ns != 0) last = static_cast<size_t>(&bucket - buckets.data());
  }

  std::vector<Wanted> wanted;
  for (const double share : shares) {
    double below = 0;
    size_t at = 0;
    while (at < last && (buckets[at].ns == 0 || below + buckets[at].ns < duration * share)) below += buckets[at++].ns;
    wanted.push_back({.bucket = at, .ns = duration * share - below, .edges = {}});
  }
  return QuantilesIn(window, wanted);
}

std::vector<double> UtilisationCurve::QuantilesIn(int64_t window, std::span<Wanted> wanted) const {
  size_t last = 0;
  for (const Wanted& one : wanted) last = std::max(last, one.bucket);
  EachStretch(window, [&](double low, double high, double ns) {
    const size_t from = BucketOf(low);
    if (from > last) return;  // most
    const size_t to = BucketOf(high);
    for (Wanted& one : wanted) {
      if (from > one.bucket || to < one.bucket) continue;
      if (low == high) {
        one.edges.push_back({low, 0, ns});
        continue;
      }
      const double slope = ns / (high - low);
      one.edges.push_back({from < one.bucket ? BeginOf(one.bucket) : low, slope, 0});
      one.edges.push_back({to > one.bucket ? BeginOf(one.bucket + 1) : high, -slope, 0});
    }
  });
  std::vector<double> found;
  for (Wanted& one : wanted) found.push_back(QuantileOf(one));
  return found;
}

double UtilisationCurve::QuantileOf(Wanted& wanted) {
  std::ranges::sort(wanted.edges, {}, &Edge::mean);
  double sum = 0, slope = 0, mean = 0;
  for (const Edge& edge : wanted.edges) {
    const double reached = sum + (edge.mean - mean) * slope;
    if (reached >= wanted.ns) return slope <= 0 ? edge.mean : mean + (wanted.ns - sum) / slope;
    if (reached + edge.jump >= wanted.ns) return edge.mean;
    sum = reached + edge.jump;
    mean = edge.mean;
    slope += edge.slope;
  }
  return wanted.edges.empty() ? BeginOf(wanted.bucket + 1) : wanted.edges.back().mean;
}

std::vector<UtilisationWindow> UtilisationCurve::Worst(int64_t window, size_t count) const {
  std::vector<UtilisationWindow> rest;
  for (const Series& series : series_) {
    Slide(series, window, [&](model::Time time, double mean) {
      if (mean < 1) rest.push_back({.begin = time, .mean = mean});
    });
  }
  // A heap, for few are taken out of a million.
  const auto is_better = [](const UtilisationWindow& a, const UtilisationWindow& b) {
    return std::pair(a.mean, a.begin) > std::pair(b.mean, b.begin);
  };
  std::ranges::make_heap(rest, is_better);
  std::vector<UtilisationWindow> worst;
  while (!rest.empty() && worst.size() < count) {
    std::ranges::pop_heap(rest, is_better);
    const UtilisationWindow row = rest.back();
    rest.pop_back();
    const auto overlaps = [&](const UtilisationWindow& other) { return std::abs(other.begin - row.begin) < window; };
    if (std::ranges::none_of(worst, overlaps)) worst.push_back(row);
  }
  return worst;
}

double UtilisationCurve::Mean() const {
  double sum = 0, time = 0;
  for (const Series& series : series_) {
    sum += series.sums.back();
    time += static_cast<double>(series.steps.back().time - series.steps.front().time);
  }
  return time == 0 ? 1 : sum / time;
}

}  // namespace analysis
