#include "analysis/trace/trace_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "analysis/stack_copy.h"
#include "analysis/trace/state_spans.h"
#include "model/input_error.h"

namespace analysis {
namespace {

using model::GoState;
using model::StackId;

constexpr StackId kNoStack = model::StackTrie::root();

// What is told apart. Running time has no stack of its own.
struct Row {
  GoState state = GoState::kUndetermined;
  model::StringId reason;
  StackId stack;
  model::FunctionId start;
  auto operator<=>(const Row&) const = default;
};

std::optional<Row> RowOf(const StateSpan& part, const GoroutineOrigin& origin) {
  if (part.state == GoState::kNotExist || part.state == GoState::kUndetermined) return std::nullopt;
  Row row{.state = part.state, .start = origin.start};
  if (part.state != GoState::kRunning) row.stack = part.stack;
  if (part.state == GoState::kWaiting) row.reason = part.reason_text;
  return row;
}

struct Sums {
  std::map<Row, int64_t> times;
  std::map<std::pair<StackId, model::FunctionId>, int64_t> samples;

  void AddSpan(const StateSpan& part, const GoroutineOrigin& origin) {
    if (const auto row = RowOf(part, origin)) times[*row] += part.duration();
  }
  void AddSample(const model::Event& event, model::FunctionId start) { ++samples[{event.stack, start}]; }
};

// What a chart shows, in the order of time.
struct Moments {
  struct Moment {
    model::GoroutineId goroutine;
    Row row;
    int64_t ns = -1;  // -1: a CPU sample, on row.stack
  };
  std::vector<Moment> moments;
  struct Goroutine {
    size_t order;  // by first mention
    model::FunctionId start;
  };
  std::unordered_map<model::GoroutineId, Goroutine> goroutines;
  size_t most = 0;

  void Add(model::GoroutineId goroutine, const Row& row, int64_t ns) {
    if (moments.size() == most) {
      throw model::UsageError(fmt::format(
          "a chart of more than {} moments can't be drawn: narrow it with --goroutine, --start, --from and --to", most));
    }
    Goroutine& known = goroutines.try_emplace(goroutine, Goroutine{goroutines.size(), {}}).first->second;
    if (row.start != model::FunctionId()) known.start = row.start;  // of an old one it shows later
    moments.push_back({goroutine, row, ns});
  }
  void AddSpan(const StateSpan& part, const GoroutineOrigin& origin) {
    if (const auto row = RowOf(part, origin)) Add(part.goroutine, *row, part.duration());
  }
  void AddSample(const model::Event& event, model::FunctionId start) {
    Add(event.goroutine, {.state = GoState::kRunning, .stack = event.stack, .start = start}, -1);
  }
};

const char* StateText(GoState state) {
  switch (state) {
    case GoState::kWaiting:
      return "waiting";
    case GoState::kRunnable:
      return "ready";
    case GoState::kSyscall:
      return "system call";
    default:
      return "running";
  }
}

class ProfileMaker {
 public:
  explicit ProfileMaker(const model::EventSource& source) : source_(source), copy_(source.symbols(), source.stacks(), out_) {
    for (const char* type : {"wall", "off_cpu", "on_cpu"}) out_.value_types.push_back({Text(type), Text("nanoseconds")});
    out_.value_types.push_back({Text("samples"), Text("count")});
    out_.default_value_type = 0;
  }

  // From now on, all stands on a frame of this name.
  void Upon(const std::string& name) { base_ = out_.stacks.Child(kNoStack, out_.symbols.InternFrame(name, "", 0)); }

  void Add(const Row& row, int64_t ns) {
    const std::string_view reason = source_.symbols().text(row.reason);
    const std::string state = StateText(row.state);
    const std::string leaf = reason.empty() ? fmt::format("[{}]", state) : fmt::format("[{}: {}]", state, reason);
    const bool is_on_cpu = row.state == GoState::kRunning;
    const int64_t values[] = {ns, is_on_cpu ? 0 : ns, is_on_cpu ? ns : 0, 0};
    const StackId stack = out_.stacks.Child(Base(row.stack, row.start), out_.symbols.InternFrame(leaf, "", 0));
    out_.AddSample(stack, values, Labels(state, row.start));
  }

  void AddSamples(StackId stack, model::FunctionId start, int64_t count) {
    const int64_t values[] = {0, 0, 0, count};
    out_.AddSample(Base(stack, start), values, Labels("running", start));
  }

  model::Profile Take(int64_t duration) {
    out_.duration_nanos = duration;
    return std::move(out_);
  }

 private:
  model::StringId Text(std::string_view text) { return out_.symbols.InternString(text); }

  // The stack, or the start function where there is none.
  StackId Base(StackId stack, model::FunctionId start) {
    if (stack != kNoStack) return base_ == kNoStack ? copy_(stack) : copy_.Upon(base_, stack);
    const std::string_view name = source_.symbols().function_name(start);
    const std::string_view file = source_.symbols().text(source_.symbols().functions()[start].file);
    return out_.stacks.Child(base_, out_.symbols.InternFrame(name.empty() ? "[no stack]" : name, file, 0));
  }

  model::LabelSetId Labels(std::string_view state, model::FunctionId start) {
    const model::Label labels[] = {{.key = Text("start"), .text = Text(source_.symbols().function_name(start))},
                                   {.key = Text("state"), .text = Text(state)}};
    return out_.labels.Intern(labels);
  }

  const model::EventSource& source_;
  model::Profile out_;
  StackCopy copy_;
  StackId base_ = kNoStack;
};

// Shows `into` each part of a span and each CPU sample that is asked for, in the order of their ends. How long the trace is.
template <class Into>
int64_t Walk(model::EventSource& source, TraceFilter& filter, Into& into) {
  StateSpans spans(source);
  const auto take = [&](const StateSpan& span) {
    const GoroutineOrigin* origin = spans.origin(span.goroutine);
    for (const StateSpan& part : filter.Cut(span, origin)) into.AddSpan(part, *origin);
  };
  for (auto batch = source.Next(); !batch.empty(); batch = source.Next()) {
    for (const model::Event& event : batch) {
      filter.See(event);
      if (event.kind == model::EventKind::kCpuSample) {
        const GoroutineOrigin* origin = spans.origin(event.goroutine);
        if (filter.Takes(event.time, event.goroutine, origin)) {
          into.AddSample(event, origin == nullptr ? model::FunctionId() : origin->start);
        }
      }
      if (const StateSpan* span = spans.See(event)) take(*span);
    }
  }
  for (const StateSpan& span : spans.Open()) take(span);
  return spans.end() - spans.begin();
}

std::string GoroutineName(const model::EventSource& source, model::GoroutineId goroutine, model::FunctionId start) {
  if (goroutine == model::kNoGoroutine) return "[no goroutine]";
  const std::string_view name = source.symbols().function_name(start);
  return name.empty() ? fmt::format("g{}", goroutine) : fmt::format("g{} {}", goroutine, name);
}

}  // namespace

model::Profile ProfileTrace(model::EventSource& source, TraceFilter& filter) {
  Sums sums;
  const int64_t duration = Walk(source, filter, sums);
  ProfileMaker maker(source);
  for (const auto& [row, ns] : sums.times) maker.Add(row, ns);
  for (const auto& [row, count] : sums.samples) maker.AddSamples(row.first, row.second, count);
  return maker.Take(duration);
}

model::Profile ChartTrace(model::EventSource& source, TraceFilter& filter, size_t most) {
  Moments seen{.most = most};
  const int64_t duration = Walk(source, filter, seen);
  std::ranges::stable_sort(seen.moments, {}, [&](const auto& moment) { return seen.goroutines.at(moment.goroutine).order; });
  ProfileMaker maker(source);
  model::GoroutineId last = model::kNoGoroutine;
  for (size_t i = 0; i < seen.moments.size(); ++i) {
    const auto& [goroutine, row, ns] = seen.moments[i];
    if (i == 0 || goroutine != last) maker.Upon(GoroutineName(source, goroutine, seen.goroutines.at(goroutine).start));
    last = goroutine;
    if (ns < 0) {
      maker.AddSamples(row.stack, row.start, 1);
    } else {
      maker.Add(row, ns);
    }
  }
  return maker.Take(duration);
}

}  // namespace analysis
