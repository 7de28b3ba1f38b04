#include "analysis/trace/goroutine_life.h"

#include <fmt/format.h>

#include <map>
#include <string>

#include "analysis/frame_text.h"
#include "analysis/trace/wait_site.h"
#include "model/units.h"

namespace analysis {
namespace {

using model::Event;
using model::EventKind;
using model::GoState;

std::string Ns(int64_t ns) { return model::FormatValue(ns, "nanoseconds"); }

bool IsNote(EventKind kind) {
  return kind == EventKind::kRegionBegin || kind == EventKind::kRegionEnd || kind == EventKind::kTaskBegin ||
         kind == EventKind::kTaskEnd || kind == EventKind::kLog;
}

class Writer {
 public:
  Writer(const GoroutineLife& life, const model::EventSource& source) : life_(life), source_(source), sites_(source) {}

  model::Table Rows(size_t rows_shown);
  std::string Answer();

 private:
  std::string Frame(model::StackId stack) {
    const model::StackId call = sites_.CallOf(stack);
    return call == model::StackTrie::root() ? "" : FrameText(source_.symbols(), source_.stacks().location(call));
  }

  std::string State(const StateSpan& span) {
    const Resource resource = sites_.Of(span.stack, span.reason).resource;
    if (span.state != GoState::kWaiting) return model::Name(span.state);
    const std::string_view text = source_.symbols().text(span.reason_text);
    return fmt::format("Waiting [{}]", resource == Resource::kNone ? text : std::string_view(Name(resource)));
  }

  std::string Cause(const StateSpan& span) const {
    if (span.state == GoState::kWaiting) {
      if (span.is_open) return "not over";
      return span.ender == model::kNoGoroutine ? "ended by the runtime" : fmt::format("ended by g{}", span.ender);
    }
    if (span.state == GoState::kRunnable) {
      if (span.cause != model::kNoGoroutine) {
        return fmt::format("{} by g{}", span.begin == life_.origin.first_seen ? "created" : "made ready", span.cause);
      }
      return source_.symbols().text(span.reason_text).empty() ? "" : std::string(source_.symbols().text(span.reason_text));
    }
    if (span.lost_proc_at) return fmt::format("its proc was handed on after {}", Ns(*span.lost_proc_at - span.begin));
    return span.proc == model::kNoProc ? "" : fmt::format("on p{}", span.proc);
  }

  model::ValueList SpanRow(const StateSpan& span, const Meanwhile& meanwhile) {
    const model::StackId other = span.state == GoState::kRunnable ? span.cause_stack : span.ender_stack;
    return {span.begin - life_.trace_begin,
            span.duration(),
            span.state == GoState::kWaiting || span.state == GoState::kSyscall ? State(span)
                                                                               : std::string(model::Name(span.state)),
            Frame(span.stack),
            Cause(span) + (span.began_before ? " (began before the trace)" : ""),
            Frame(other),
            ProcText(meanwhile),
            ThreadText(meanwhile),
            span.is_open,
            StackValue(source_.symbols(), source_.stacks(), span.stack),
            StackValue(source_.symbols(), source_.stacks(), other)};
  }

  model::ValueList NoteRow(const Event& event) {
    const std::string_view name = source_.symbols().text(event.name);
    const std::string_view text = source_.symbols().text(event.text);
    return {
        event.time - life_.trace_begin,
        nullptr,
        std::string(model::Name(event.kind)),
        Frame(event.stack),
        event.kind == EventKind::kLog ? fmt::format("{}: {}", name, text) : fmt::format("{} (task {})", name, event.subject),
        "",
        "",
        "",
        false,
        StackValue(source_.symbols(), source_.stacks(), event.stack),
        model::ValueList{}};
  }

  const GoroutineLife& life_;
  const model::EventSource& source_;
  WaitSites sites_;
};

model::Table Writer::Rows(size_t rows_shown) {
  model::Table table{.key = "life", .rows_shown = rows_shown};
  table.columns = {{"begin_ns", "at", "nanoseconds"},
                   {"duration_ns", "for", "nanoseconds"},
                   {"state", "what", ""},
                   {"site", "where", ""},
                   {"cause", "why", ""},
                   {"other_site", "by", ""},
                   {"proc_meanwhile", "its P meanwhile", ""},
                   {"thread_meanwhile", "its thread meanwhile", ""},
                   {"is_open", "", "", false},
                   {"stack", "", "", false},
                   {"other_stack", "", "", false}};
  auto note = life_.notes.begin();
  for (size_t i = 0; i < life_.spans.size(); ++i) {
    const StateSpan& span = life_.spans[i];
    table.rows.push_back(SpanRow(span, life_.meanwhile[i]));
    for (; note != life_.notes.end() && note->time <= span.end; ++note) table.rows.push_back(NoteRow(*note));
  }
  return table;
}

std::string Writer::Answer() {
  const std::string_view start = source_.symbols().function_name(life_.origin.start);
  std::string text = fmt::format("Goroutine {}, {}, ", life_.goroutine, start.empty() ? "no stack was recorded" : start);
  if (life_.origin.is_created_in_trace) {
    const std::string at = Frame(life_.origin.creator_stack);
    text += life_.origin.creator == model::kNoGoroutine ? "created by the runtime"
                                                        : fmt::format("created by g{} in {}", life_.origin.creator, at);
    text += fmt::format(" at {}", Ns(life_.origin.first_seen - life_.trace_begin));
  } else {
    text += "older than the trace";
  }
  if (life_.origin.ended) return text + fmt::format(", ended at {}.", Ns(*life_.origin.ended - life_.trace_begin));
  if (life_.spans.empty()) return text + ".";
  const StateSpan& last = life_.spans.back();
  return text + fmt::format("; at the end {} for {}.", State(last), Ns(last.duration()));
}

}  // namespace

GoroutineLife FollowGoroutine(model::EventSource& source, model::GoroutineId goroutine) {
  GoroutineLife life{.goroutine = goroutine};
  StateSpans spans(source);
  MeanwhileWatch watch(goroutine);
  const auto add = [&](const StateSpan& span) {
    life.spans.push_back(span);
    life.meanwhile.push_back(span.state == GoState::kRunning ? Meanwhile{} : watch.Take(span.end));
  };
  for (auto batch = source.Next(); !batch.empty(); batch = source.Next()) {
    for (const Event& event : batch) {
      const StateSpan* span = spans.See(event);
      if (span != nullptr && span->goroutine == goroutine) add(*span);
      watch.See(event);
      if (IsNote(event.kind) && event.goroutine == goroutine) life.notes.push_back(event);
      if (event.kind != EventKind::kGoroutineState || event.subject != goroutine) continue;
      life.is_found = true;
      life.origin = *spans.origin(goroutine);
    }
  }
  for (const StateSpan& span : spans.Open()) {
    if (span.goroutine == goroutine) add(span);
  }
  life.trace_begin = spans.begin();
  life.trace_end = spans.end();
  return life;
}

model::Report LifeReport(const GoroutineLife& life, const model::EventSource& source, size_t rows_shown) {
  Writer writer(life, source);
  model::Report report{.title = fmt::format("goroutine {}", life.goroutine), .answer = writer.Answer()};
  std::map<GoState, int64_t> by_state;
  for (const StateSpan& span : life.spans) by_state[span.state] += span.duration();
  model::Fields fields{{{"goroutine", "", life.goroutine, ""},
                        {"start", "", std::string(source.symbols().function_name(life.origin.start)), ""},
                        {"creator", "", life.origin.creator, ""},
                        {"trace_ns", "", life.trace_end - life.trace_begin, "nanoseconds"}}};
  for (const auto& [state, ns] : by_state) {
    std::string key = model::Name(state);
    for (char& c : key) c = static_cast<char>(c | 0x20);
    fields.rows.push_back({key + "_ns", model::Name(state), ns, "nanoseconds"});
  }
  report.blocks.emplace_back(std::move(fields));
  report.blocks.emplace_back(writer.Rows(rows_shown));
  return report;
}

}  // namespace analysis
