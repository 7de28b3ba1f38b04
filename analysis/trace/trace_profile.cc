#include "analysis/trace/trace_profile.h"

#include <fmt/format.h>

#include <map>
#include <tuple>
#include <vector>

#include "analysis/stack_copy.h"
#include "analysis/trace/state_spans.h"

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

struct Sums {
  std::map<Row, int64_t> times;
  std::map<std::pair<StackId, model::FunctionId>, int64_t> samples;

  void Add(const StateSpan& part, const GoroutineOrigin& origin) {
    if (part.state == GoState::kNotExist || part.state == GoState::kUndetermined) return;
    Row row{.state = part.state, .start = origin.start};
    if (part.state != GoState::kRunning) row.stack = part.stack;
    if (part.state == GoState::kWaiting) row.reason = part.reason_text;
    times[row] += part.duration();
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
    if (stack != kNoStack) return copy_(stack);
    const std::string_view name = source_.symbols().function_name(start);
    const std::string_view file = source_.symbols().text(source_.symbols().functions()[start].file);
    return out_.stacks.Child(kNoStack, out_.symbols.InternFrame(name.empty() ? "[no stack]" : name, file, 0));
  }

  model::LabelSetId Labels(std::string_view state, model::FunctionId start) {
    const model::Label labels[] = {{.key = Text("start"), .text = Text(source_.symbols().function_name(start))},
                                   {.key = Text("state"), .text = Text(state)}};
    return out_.labels.Intern(labels);
  }

  const model::EventSource& source_;
  model::Profile out_;
  StackCopy copy_;
};

}  // namespace

model::Profile ProfileTrace(model::EventSource& source, TraceFilter& filter) {
  StateSpans spans(source);
  Sums sums;
  const auto take = [&](const StateSpan& span) {
    const GoroutineOrigin* origin = spans.origin(span.goroutine);
    for (const StateSpan& part : filter.Cut(span, origin)) sums.Add(part, *origin);
  };
  for (auto batch = source.Next(); !batch.empty(); batch = source.Next()) {
    for (const model::Event& event : batch) {
      filter.See(event);
      if (event.kind == model::EventKind::kCpuSample) {
        const GoroutineOrigin* origin = spans.origin(event.goroutine);
        if (filter.Takes(event.time, event.goroutine, origin)) {
          ++sums.samples[{event.stack, origin == nullptr ? model::FunctionId() : origin->start}];
        }
      }
      if (const StateSpan* span = spans.See(event)) take(*span);
    }
  }
  for (const StateSpan& span : spans.Open()) take(span);
  ProfileMaker maker(source);
  for (const auto& [row, ns] : sums.times) maker.Add(row, ns);
  for (const auto& [row, count] : sums.samples) maker.AddSamples(row.first, row.second, count);
  return maker.Take(spans.end() - spans.begin());
}

}  // namespace analysis
