#include <fmt/format.h>

#include <algorithm>

#include "analysis/frame_text.h"
#include "analysis/stack_copy.h"
#include "analysis/trace/critical_path.h"
#include "model/units.h"

namespace analysis {
namespace {

using model::GoState;

// People are not shown parts below this share of the path, unless something was logged there.
constexpr double kShownShare = 0.005;

std::string Ns(int64_t ns) { return model::FormatValue(ns, "nanoseconds"); }

class Writer {
 public:
  Writer(const CriticalPaths& paths, const model::EventSource& source) : paths_(paths), source_(source), sites_(source) {}

  model::Report Write();

 private:
  std::string_view Text(model::StringId id) const { return source_.symbols().text(id); }

  std::string Function(const PathPart& part) {
    const model::StackId call = sites_.CallOf(part.stack);
    if (call == model::StackTrie::root()) return "";
    const auto lines = source_.symbols().lines(source_.stacks().location(call));
    return lines.empty() ? "" : std::string(source_.symbols().function_name(lines.front().function));
  }
  std::string Site(const PathPart& part) {
    const model::StackId call = sites_.CallOf(part.stack);
    return call == model::StackTrie::root() ? "" : FrameText(source_.symbols(), source_.stacks().location(call));
  }

  static std::string State(const PathPart& part) {
    switch (part.state) {
      case GoState::kRunning:
        return "running";
      case GoState::kRunnable:
        return "ready";
      case GoState::kSyscall:
        return "syscall";
      case GoState::kWaiting:
        return part.resource == Resource::kNone ? "waiting" : Name(part.resource);
      default:
        return "not known";
    }
  }

  std::string What() const {
    if (!paths_.target.task.empty()) return fmt::format("task {}", paths_.target.task);
    if (!paths_.target.region.empty()) return fmt::format("region {}", paths_.target.region);
    return fmt::format("goroutine {}", *paths_.target.goroutine);
  }

  bool IsOne() const { return paths_.count == 1 || paths_.target.only_worst; }

  std::string Counted() const {
    if (paths_.count == 1) return What();
    const bool is_task = !paths_.target.task.empty();
    const std::string all = fmt::format("{} {} {}", model::FormatCount(paths_.count),
                                        is_task ? paths_.target.task : paths_.target.region, is_task ? "tasks" : "regions");
    if (!paths_.target.only_worst) return all;
    return fmt::format("The longest of {}, {}{},", all, is_task ? "" : "of g", paths_.worst->id);
  }

  std::string Naming(const PathPart& part) {
    const std::string_view region = Text(part.region);
    const std::string function = Function(part);
    std::string name = region.empty() ? function : fmt::format("{}", region);
    if (name.empty()) name = fmt::format("g{}", part.goroutine);
    return fmt::format("{} in {}", State(part), name);
  }

  static std::vector<PathPart> Joined(const CriticalPath& path);
  model::Table Table(const char* key, const std::string& title, const CriticalPath& path);
  model::Value Instead(const std::optional<PathPart>& part);
  model::Table Savings();
  model::Table Sums();

  const CriticalPaths& paths_;
  const model::EventSource& source_;
  WaitSites sites_;
};

// Neighbours of one goroutine, state, region and place as one.
std::vector<PathPart> Writer::Joined(const CriticalPath& path) {
  std::vector<PathPart> joined;
  for (const PathPart& part : path.parts) {
    PathPart* last = joined.empty() ? nullptr : &joined.back();
    if (last != nullptr && last->goroutine == part.goroutine && last->state == part.state && last->region == part.region &&
        last->resource == part.resource && last->stack == part.stack) {
      last->end = part.end;
    } else {
      joined.push_back(part);
    }
  }
  return joined;
}

model::Table Writer::Table(const char* key, const std::string& title, const CriticalPath& path) {
  model::Table table{.key = key, .title = title};
  table.columns = {{"begin_ns", "at", "nanoseconds"},
                   {"duration_ns", "for", "nanoseconds"},
                   {"share", "share", "ratio"},
                   {"state", "what", ""},
                   {"region", "region", ""},
                   {"site", "where", ""},
                   {"function", "", "", false},
                   {"goroutine", "g", ""},
                   {"log", "log", ""},
                   {"stack", "", "", false}};
  const std::vector<PathPart> parts = Joined(path);
  for (const PathPart& part : parts) {
    std::string logs;
    for (const model::Event& log : path.logs) {
      if (log.time < part.begin || log.time >= part.end) continue;
      logs += fmt::format("{}{}: {}", logs.empty() ? "" : "; ", Text(log.name), Text(log.text));
    }
    const double share = static_cast<double>(part.duration()) / static_cast<double>(std::max<int64_t>(path.duration(), 1));
    table.rows.push_back({part.begin - path.begin, part.duration(), share, State(part), Text(part.region), Site(part),
                          Function(part), part.goroutine, logs,
                          StackValue(source_.symbols(), source_.stacks(), part.stack)});
  }
  return table;
}

model::Data AsData(const model::Table& table) {
  model::ValueList rows;
  for (const model::ValueList& cells : table.rows) {
    model::ValueObject row;
    for (size_t at = 0; at < cells.size(); ++at) row.emplace_back(table.columns[at].key, cells[at]);
    rows.emplace_back(std::move(row));
  }
  return {table.key, std::move(rows)};
}

model::Table WithoutSmallParts(model::Table table) {
  table.key.clear();
  std::erase_if(table.rows, [](const model::ValueList& row) {
    return std::get<double>(row[2].kind()) < kShownShare && std::get<std::string>(row[8].kind()).empty();
  });
  return table;
}

// Beyond a saving something else decides: where that was, and in whose goroutine.
model::Value Writer::Instead(const std::optional<PathPart>& part) {
  return part ? model::Value(fmt::format("{} (g{})", Naming(*part), part->goroutine)) : model::Value("");
}

model::Table Writer::Savings() {
  model::Table table{
      .key = "savings",
      .title = fmt::format("What would have to be faster, in {} {}: had it taken no time and all else as long as it did",
                           paths_.target.task.empty() ? "goroutine" : "task", paths_.worst->id),
      .rows_shown = 0};
  const auto has = [&](auto member) {
    return std::ranges::any_of(paths_.savings, [&](const PathSaving& row) { return (row.*member).has_value(); });
  };
  const bool has_other = has(&PathSaving::other);
  table.columns = {{"at_most_ns", "saves at most", "nanoseconds"},
                   {"on_path_ns", "on path", "nanoseconds"},
                   {"if_all_needed_ns", "if all are needed", "nanoseconds", has_other},
                   {"state", "what", ""},
                   {"region", "region", ""},
                   {"site", "where", ""},
                   {"function", "", "", false},
                   {"then", "then decides", "", has(&PathSaving::then)},
                   {"other", "or, if needed", "", has_other}};
  for (const PathSaving& row : paths_.savings) {
    table.rows.push_back({row.at_most_ns, row.on_path_ns, row.if_all_needed_ns, State(row.example), Text(row.example.region),
                          Site(row.example), Function(row.example), Instead(row.then), Instead(row.other)});
    if (static_cast<double>(row.on_path_ns) >= kShownShare * static_cast<double>(paths_.worst->duration()))
      ++table.rows_shown;
  }
  table.rows_shown = std::min<size_t>(table.rows_shown, 10);
  return table;
}

model::Table Writer::Sums() {
  model::Table table{
      .key = "sums", .title = fmt::format("All {} together", model::FormatCount(paths_.count)), .rows_shown = 15};
  table.columns = {{"total_ns", "total", "nanoseconds"},
                   {"share", "share", "ratio"},
                   {"at_most_ns", "saves at most", "nanoseconds"},
                   {"paths", "on paths", "count"},
                   {"mean_ns", "mean", "nanoseconds"},
                   {"state", "what", ""},
                   {"region", "region", ""},
                   {"site", "where", ""},
                   {"function", "", "", false}};
  for (const PathSum& sum : paths_.sums) {
    table.rows.push_back({sum.ns, static_cast<double>(sum.ns) / static_cast<double>(std::max<int64_t>(paths_.total_ns, 1)),
                          sum.at_most_ns, sum.paths, sum.ns / static_cast<int64_t>(sum.paths), State(sum.example),
                          Text(sum.example.region), Site(sum.example), Function(sum.example)});
  }
  return table;
}

model::Report Writer::Write() {
  model::Report report{.title = fmt::format("critical path of {}", What())};
  if (paths_.count == 0) {
    report.answer = fmt::format("No {} ended in the trace ({} did not end).", What(), paths_.unfinished);
  } else {
    const PathSum& most = paths_.sums[0];
    const int64_t total = IsOne() ? paths_.worst->duration() : paths_.total_ns;
    report.answer =
        fmt::format("{} took {}{}; {} of that was {}.", Counted(), Ns(total), IsOne() ? "" : " together",
                    model::FormatPercent(static_cast<double>(most.ns), static_cast<double>(total)), Naming(most.example));
  }
  report.blocks.emplace_back(model::Fields{{{"count", "", paths_.count, "count"},
                                            {"unfinished", "", paths_.unfinished, "count"},
                                            {"total_ns", "", paths_.total_ns, "nanoseconds"}}});
  const auto add = [&](const char* key, const char* title, const std::optional<CriticalPath>& path) {
    if (!path) return;
    model::Table table = Table(key,
                               fmt::format("{}: {} {}, {} at {}", title, paths_.target.task.empty() ? "goroutine" : "task",
                                           path->id, Ns(path->duration()), Ns(path->begin - paths_.trace_begin)),
                               *path);
    report.blocks.emplace_back(AsData(table));
    report.blocks.emplace_back(WithoutSmallParts(std::move(table)));
    report.blocks.emplace_back(model::Data{
        std::string(key) + "_of",
        model::ValueObject{
            {"id", path->id}, {"begin_ns", path->begin - paths_.trace_begin}, {"duration_ns", path->duration()}}});
  };
  if (!IsOne()) add("typical", "Typical (median length)", paths_.typical);
  add("worst", paths_.count > 1 ? "Longest" : "Path", paths_.worst);
  if (!paths_.savings.empty()) report.blocks.emplace_back(Savings());
  if (!IsOne()) report.blocks.emplace_back(Sums());
  return report;
}

}  // namespace

model::Report CriticalPathReport(const CriticalPaths& paths, const model::EventSource& source) {
  return Writer(paths, source).Write();
}

model::Profile ToProfile(const CriticalPaths& paths, const model::EventSource& source) {
  model::Profile out;
  out.value_types = {{out.symbols.InternString("paths"), out.symbols.InternString("count")},
                     {out.symbols.InternString("time"), out.symbols.InternString("nanoseconds")}};
  out.period_type = out.value_types[1];
  out.period = 1;
  const auto frame = [&](const std::string& name) { return out.symbols.InternFrame(name, "", 0); };
  const std::string root = paths.target.task.empty() ? paths.target.region : paths.target.task;
  for (const PathSum& sum : paths.sums) {
    std::vector<model::LocationId> leaf_first;
    const char* state = sum.example.state == GoState::kWaiting ? Name(sum.example.resource) : model::Name(sum.example.state);
    leaf_first.push_back(frame(fmt::format("[{}]", state)));
    for (const model::LocationId at : source.stacks().LeafFirst(sum.example.stack)) {
      const auto lines = source.symbols().lines(at);
      if (!lines.empty()) leaf_first.push_back(frame(std::string(source.symbols().function_name(lines.front().function))));
    }
    const std::string_view region = source.symbols().text(sum.example.region);
    if (!region.empty()) leaf_first.push_back(frame(fmt::format("region {}", region)));
    if (!root.empty()) leaf_first.push_back(frame(root));
    const int64_t values[] = {static_cast<int64_t>(sum.paths), sum.ns};
    out.AddSample(out.stacks.FromLeafFirst(leaf_first), values);
  }
  return out;
}

}  // namespace analysis
