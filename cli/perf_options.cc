#include "cli/perf_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "model/input_error.h"

namespace cli {
namespace {

std::vector<std::string> Split(const std::string& list) {
  std::vector<std::string> words;
  std::istringstream text(list);
  for (std::string word; std::getline(text, word, ',');) words.push_back(word);
  return words;
}

std::vector<int64_t> Numbers(const CommandLine& line, const char* name) {
  std::vector<int64_t> numbers;
  for (const std::string& word : Split(line.Text(name))) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size() || number < 0) {
      throw model::UsageError(
          fmt::format("--{} {}: found \"{}\", wanted numbers with commas between them", name, line.Text(name), word));
    }
    numbers.push_back(number);
  }
  return numbers;
}

// "3032.5" seconds; `otherwise` where nothing is said.
int64_t Nanoseconds(const std::string& text, const std::string& range, int64_t otherwise) {
  if (text.empty()) return otherwise;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || !(std::fabs(seconds) < 9e9)) {
    throw model::UsageError(fmt::format("--time {}: wanted START,END in seconds as `perf script` shows them", range));
  }
  return static_cast<int64_t>(std::llround(seconds * 1e9));
}

}  // namespace

void AddPerfOptions(CommandLine& line) {
  const auto text = [](const char* name) { return po::value<std::string>()->default_value("")->value_name(name); };
  po::options_description perf("Which samples of a perf script text");
  perf.add_options()("event", text("NAME"), "samples of this event, \"cycles\" or \"cycles:u\" (default: the first)")(
      "comm", text("NAMES"), "of these commands")("pid", text("NUMBERS"), "of these processes")(
      "tid", text("NUMBERS"), "of these threads")("cpu", text("NUMBERS"), "on these CPUs")(
      "time", text("START,END"), "of this stretch of the recording, in seconds as perf shows them")(
      "label", text("KEYS"), "keep pid, tid, cpu as labels, for -tagfocus, -tagroot and the like");
  line.options().add(perf);
}

proto::PerfOptions PerfOptionsAsked(const CommandLine& line) {
  proto::PerfOptions options{.event = line.Text("event"),
                             .commands = Split(line.Text("comm")),
                             .processes = Numbers(line, "pid"),
                             .threads = Numbers(line, "tid"),
                             .cpus = Numbers(line, "cpu")};
  const std::string range = line.Text("time");
  const size_t comma = range.find(',');
  options.from_ns = Nanoseconds(range.substr(0, comma), range, options.from_ns);
  if (comma != std::string::npos) options.to_ns = Nanoseconds(range.substr(comma + 1), range, options.to_ns);
  for (const std::string& key : Split(line.Text("label"))) {
    if (key != "pid" && key != "tid" && key != "cpu")
      throw model::UsageError(fmt::format("--label {}: wanted pid, tid or cpu", key));
    (key == "pid" ? options.label_processes : key == "tid" ? options.label_threads : options.label_cpus) = true;
  }
  return options;
}

}  // namespace cli
