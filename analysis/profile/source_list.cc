#include "analysis/profile/source_list.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <tuple>

#include "analysis/profile/file_names.h"
#include "analysis/profile/name_matcher.h"
#include "analysis/profile/top.h"
#include "analysis/profile/trimmed_graph.h"
#include "model/input_error.h"

namespace analysis {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMargin = 5;  // lines shown around the ones that cost
constexpr ReportDefaults kDefaults{.trim = false,
                                   .granularity = model::Granularity::kLines,
                                   .force_granularity = true,
                                   .keep_objects = true,
                                   .unit = ReportDefaults::Unit::kEach};

struct Source {
  std::vector<std::string> lines;  // lines[0] is line 1
  std::string error;
};

Source Read(const fs::path& path) {
  Source source;
  errno = 0;
  std::ifstream file(path);
  if (!file) {
    source.error =
        fmt::format("open {}: {}", path.string(), errno == ENOENT ? "no such file or directory" : std::strerror(errno));
    return source;
  }
  for (std::string line; std::getline(file, line);) {
    if (line.ends_with('\r')) line.pop_back();
    source.lines.push_back(std::move(line));
  }
  return source;
}

// A relative name is looked for in each folder of the search path and in all folders above it.
Source Find(const std::string& file, const std::string& trimmed, const std::string& search) {
  const std::string name(TrimPath(file, trimmed, search));
  if (fs::path(name).is_absolute()) return Read(name);
  for (size_t from = 0; from <= search.size();) {
    const size_t colon = std::min(search.find(':', from), search.size());
    for (fs::path folder = search.substr(from, colon - from); !folder.empty(); folder = folder.parent_path()) {
      if (fs::is_regular_file(folder / name)) return Read(folder / name);
      if (folder == folder.parent_path()) break;
    }
    from = colon + 1;
  }
  return {.error = fmt::format("could not find file {} on path {}", name, search)};
}

struct Cost {
  int64_t flat = 0, cum = 0;
};

// One function in one file.
struct Routine {
  std::map<int64_t, Cost> lines;
  Cost sum;
  int64_t first = INT64_MAX, last = 0;

  void Add(const model::Place& place, const model::Node& node) {
    Cost& line = lines[place.line];
    line.flat += node.flat.sum;
    line.cum += node.cum.sum;
    sum.flat += node.flat.sum;
    sum.cum += node.cum.sum;
    first = std::min(first, place.start_line != 0 ? place.start_line : place.line - kMargin);
    last = std::max(last, place.line + kMargin);
  }
};

class Lister {
 public:
  Lister(View& view, const std::string& expression) : view_(view), trimmed_(Trim(view, kDefaults)) {
    const auto compiled = CompileExpression("list", expression);
    const model::Symbols& symbols = view.profile().symbols;
    for (const model::NodeId id : trimmed_.nodes) {
      const model::Place& place = trimmed_.places.place(id);
      const std::string name(symbols.text(place.name));
      if (!RE2::PartialMatch(name, *compiled)) continue;
      auto& files = functions_[name];
      if (place.file != model::StringId()) files[std::string(symbols.text(place.file))].Add(place, trimmed_.node(id));
    }
    if (functions_.empty()) throw model::UsageError(fmt::format("no function matches {}", expression));
  }

  model::Report Run() {
    text_.lines.push_back("Total: " + view_.Format(view_.total()));
    for (const auto& [name, files] : functions_) {
      if (files.empty()) text_.lines.push_back("No source information for " + name);
      for (const auto& [file, routine] : files) Print(name, file, routine);
    }
    return {.title = "list",
            .blocks = {text_, ProfileFields(view_), model::Data{"functions", json_}},
            .warnings = view_.profile().warnings};
  }

 private:
  std::string OrDot(int64_t value) const { return value == 0 ? "." : view_.Format(value); }

  void Print(const std::string& name, const std::string& file, const Routine& routine) {
    text_.lines.push_back(fmt::format("ROUTINE ======================== {} in {}", name, file));
    text_.lines.push_back(fmt::format("{:>10} {:>10} (flat, cum) {} of Total", view_.Format(routine.sum.flat),
                                      view_.Format(routine.sum.cum), PaddedPercent(routine.sum.cum, view_.total())));
    const Source source =
        Find(file, view_.options().trim_path,
             view_.options().source_path.empty() ? fs::current_path().string() : view_.options().source_path);
    if (!source.error.empty()) text_.lines.push_back(" Error: " + source.error);
    if (source.error.empty())
      PrintSource(routine, source);
    else
      PrintNumbers(routine);
    model::ValueList lines;
    for (const auto& [number, cost] : routine.lines) {
      lines.push_back(model::ValueObject{{"line", number}, {"flat", cost.flat}, {"cum", cost.cum}});
    }
    json_.push_back(
        model::ValueObject{{"name", name},
                           {"file", file},
                           {"flat", routine.sum.flat},
                           {"cum", routine.sum.cum},
                           {"lines", lines},
                           {"error", source.error.empty() ? model::Value(nullptr) : model::Value(source.error)}});
  }

  void PrintLine(int64_t number, const Cost& cost, std::string_view text) {
    text_.lines.push_back(fmt::format("{:>10} {:>10} {:>6}:{}", OrDot(cost.flat), OrDot(cost.cum), number, text));
  }

  void PrintSource(const Routine& routine, const Source& source) {
    const auto end = std::min<int64_t>(routine.last, static_cast<int64_t>(source.lines.size()));
    for (int64_t number = std::max<int64_t>(routine.first, 1); number <= end; ++number) {
      const auto at = routine.lines.find(number);
      PrintLine(number, at == routine.lines.end() ? Cost() : at->second, source.lines[static_cast<size_t>(number - 1)]);
    }
  }

  // Without the source the lines that cost are still known by number.
  void PrintNumbers(const Routine& routine) {
    for (const auto& [number, cost] : routine.lines) {
      if (number != 0) PrintLine(number, cost, "");
    }
  }

  View& view_;
  TrimmedGraph trimmed_;
  std::map<std::string, std::map<std::string, Routine>> functions_;
  model::Lines text_;
  model::ValueList json_;
};

}  // namespace

model::Report SourceList(View view, const std::string& expression) { return Lister(view, expression).Run(); }

}  // namespace analysis
