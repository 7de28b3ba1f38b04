#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <optional>

#include "analysis/trace/event_filter.h"
#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "cli/trace_command.h"
#include "model/input_error.h"
#include "proto/formats.h"
#include "proto/gotrace/wire_text.h"
#include "render/event_json.h"
#include "render/event_text.h"

namespace cli {
namespace {

constexpr size_t kPiece = 1 << 16;

model::EventKind KindOf(const std::string& name) {
  std::string known;
  for (size_t i = 0; i < model::kEventKindCount; ++i) {
    const auto kind = model::EventKind(i);
    if (name == Name(kind)) return kind;
    known += fmt::format("{}{}", i == 0 ? "" : ", ", Name(kind));
  }
  throw model::UsageError(fmt::format("--kind {}: wanted one of {}", name, known));
}

analysis::EventFilterOptions FilterOf(const CommandLine& line) {
  const analysis::TraceFilterOptions window = TraceFilterOf(line);
  const auto ids = [&](const char* name) {
    return line.values().count(name) != 0 ? line.values()[name].as<std::vector<int64_t>>() : std::vector<int64_t>();
  };
  analysis::EventFilterOptions options{.from_ns = window.from_ns,
                                       .to_ns = window.to_ns,
                                       .goroutines = window.goroutines,
                                       .procs = ids("proc"),
                                       .threads = ids("thread")};
  if (line.values().count("kind") == 0) return options;
  for (const std::string& name : line.values()["kind"].as<std::vector<std::string>>()) options.kinds.push_back(KindOf(name));
  return options;
}

// The file is opened at the first byte for it: a filter that nothing meets leaves none.
class Output {
 public:
  explicit Output(const CommandLine& line) : line_(line) {}
  void Write(std::string& text) {
    if (text.empty()) return;
    if (!file_) file_.emplace(line_.Text("output"));
    file_->Write(text);
    text.clear();
  }
  void Commit() {
    if (file_) file_->Commit();
  }

 private:
  const CommandLine& line_;
  std::optional<OutputFile> file_;
};

void SayDamage(const model::EventSource& source, const std::string& path) {
  const model::TraceInfo& info = source.info();
  for (const model::Damage& damage : info.damage) fmt::print(stderr, "gotrace: {}: {}\n", path, damage.what);
  for (const model::Warnings::Kind& kind : info.warnings.kinds())
    fmt::print(stderr, "gotrace: {}: {} times: {}\n", path, kind.count, kind.name);
}

// Where the events themselves run over the terminal there is no place for a line of progress.
bool IsOnTerminal(const CommandLine& line) { return line.Text("output").empty() && ::isatty(STDOUT_FILENO) != 0; }

std::unique_ptr<model::EventSource> Open(const CommandLine& line, const std::string& path) {
  if (!IsOnTerminal(line)) return OpenTrace(line, path);
  return proto::ReadTrace(path, {.open = {.max_unpacked_bytes = line.max_input_bytes()}});
}

// An event that begins or ends the work that is asked for belongs to it.
bool IsOfWork(analysis::TraceFilter& work, const model::Event& event) {
  const auto takes = [&] {
    return work.Takes(event.time, event.goroutine, nullptr) ||
           (event.kind == model::EventKind::kGoroutineState && work.Takes(event.time, event.subject, nullptr));
  };
  const bool was_inside = takes();
  work.See(event);
  return was_inside || takes();
}

int DumpEvents(const CommandLine& line, const std::string& path) {
  analysis::EventFilter filter(FilterOf(line));
  const auto source = Open(line, path);
  analysis::TraceFilterOptions asked;
  asked.task = line.Text("task");
  asked.region = line.Text("region");
  const bool is_by_work = !asked.empty();
  analysis::TraceFilter work(asked, *source);
  const bool is_json = line.Flag("json");
  if (line.Flag("stack-ids") && !is_json) throw model::UsageError("--stack-ids is a form of --json");
  const auto stacks = line.Flag("stack-ids") ? render::Stacks::kOnce
                      : line.Flag("stacks")  ? render::Stacks::kShow
                                             : render::Stacks::kLeaveOut;
  render::EventJson json(*source, stacks);
  Output output(line);
  std::string text;
  bool has_any = false;
  for (auto batch = source->Next(); !batch.empty() && !filter.IsOver(); batch = source->Next()) {
    for (const model::Event& event : batch) {
      const bool is_of_work = !is_by_work || IsOfWork(work, event);
      if (!filter.Takes(event) || !is_of_work) continue;
      has_any = true;
      if (is_json) {
        json.Append(event, filter.begin(), text);
      } else {
        AppendEventText(*source, event, filter.begin(), stacks, text);
      }
    }
    if (text.size() >= kPiece) output.Write(text);
  }
  if (is_json) {
    for (const model::Damage& damage : source->info().damage) json.Append(damage, text);
  }
  output.Write(text);
  if (is_by_work) CheckMet(work, path);
  if (const std::string unmet = filter.Unmet(); !unmet.empty()) throw model::UsageError(fmt::format("{}: {}", path, unmet));
  if (is_by_work && !has_any) throw model::UsageError(fmt::format("{}: no event is all that was asked for at once", path));
  output.Commit();
  if (!is_json) SayDamage(*source, path);
  return kClean;
}

int DumpWire(const CommandLine& line, const std::string& path) {
  for (const char* option : {"from", "to", "goroutine", "task", "region", "proc", "thread", "kind"}) {
    if (line.values().count(option) != 0)
      throw model::UsageError(fmt::format("--wire prints the whole file: no --{} with it", option));
  }
  if (line.Flag("json") || line.Flag("stacks") || line.Flag("stack-ids"))
    throw model::UsageError("--wire has a form of its own: no --json, --stacks or --stack-ids with it");
  proto::gotrace::WireText wire(path, proto::OpenInput(path, {.max_unpacked_bytes = line.max_input_bytes()}));
  Progress progress("reading " + path);
  Output output(line);
  std::string text;
  while (wire.Next(text)) {
    output.Write(text);
    if (!IsOnTerminal(line)) progress.Update(wire.bytes_read(), wire.bytes_total());
  }
  output.Commit();
  if (!wire.damage().empty()) fmt::print(stderr, "gotrace: {}: {}\n", path, wire.damage());
  return kClean;
}

}  // namespace

int RunGotraceDump(Arguments arguments) {
  CommandLine line(
      "gotrace", "dump TRACE",
      "Prints a trace's events in their order, one a line:\n\n"
      "  SECONDS [mTHREAD] [pPROC] [gGOROUTINE] WHAT [@ STACK] [=> STACK]\n\n"
      "SECONDS are since the trace's begin. With --stacks, @ is where the goroutine on the left was, leaf first, and\n"
      "=> where the one that the event is about is. --json prints an object a line.");
  using Ids = std::vector<int64_t>;
  line.options().add_options()("goroutine", po::value<Ids>()->value_name("N"),
                               "only what goroutine N does and what is done to it; may be given again")(
      "task", po::value<std::string>()->value_name("TYPE|ID"), "only what goroutines do while working for this task")(
      "region", po::value<std::string>()->value_name("TYPE"), "only what goroutines do in a region of this type")(
      "proc", po::value<Ids>()->value_name("N"), "only on and about proc N; may be given again")(
      "thread", po::value<Ids>()->value_name("N"), "only on thread N; may be given again")(
      "kind", po::value<std::vector<std::string>>()->value_name("KIND"),
      "only this kind (goroutine-state, range-begin, log, ..); may be given again")(
      "from", po::value<std::string>()->value_name("TIME"), "only from TIME after the trace's begin on (250ms, 1.5s)")(
      "to", po::value<std::string>()->value_name("TIME"), "only up to TIME after the trace's begin")(
      "stacks", po::bool_switch(), "with stacks")(
      "stack-ids", po::bool_switch(), "with --json: each stack once, in a line of its own, and its number in events")(
      "wire", po::bool_switch(), "the records as they lie in the file instead, as `go tool trace -d=wire` prints them");
  if (!line.Parse(arguments)) return kClean;
  const std::string path = line.Inputs(1, 1).front();
  return line.Flag("wire") ? DumpWire(line, path) : DumpEvents(line, path);
}

}  // namespace cli
