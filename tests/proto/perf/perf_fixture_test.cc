#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <sstream>

#include "proto/perf/perf.h"
#include "render/folded_text.h"
#include "tests/support/fixture.h"

// Recorded texts (fixtures/perf/record.sh) against what inferno-collapse-perf and stackcollapse-perf.pl make of them, byte
// for byte once both are sorted.

namespace {

model::Profile ReadRecording(const std::string& name, const proto::PerfOptions& options = {}) {
  const auto source = proto::OpenInput(test_support::FixturePath("perf/" + name));
  return proto::ReadPerfScript(name, *source, options);
}

std::string Unpacked(const std::string& name) {
  const auto source = proto::OpenInput(test_support::FixturePath("perf/" + name));
  std::string text;
  for (auto span = source->Next(); !span.empty(); span = source->Next()) text.append(span.begin(), span.end());
  return text;
}

std::vector<std::string> SortedLines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    // both got this thread under another name: they take the number for a process.
    if (line.starts_with("price_worker_2;")) line.replace(0, 14, "price_worker_II");
    lines.push_back(line);
  }
  std::ranges::sort(lines);
  return lines;
}

}  // namespace

TEST_CASE("folded stacks of recorded perf scripts are those of inferno") {
  for (const char* name : {"cpp/default", "cpp/fields", "cpp/srcline", "cpp/no_stacks", "go/every_cpu", "go/two_events"}) {
    INFO(name);
    const model::Profile profile = ReadRecording(name + std::string(".perf.txt.gz"));
    CHECK(SortedLines(render::FoldedText(profile, {.value = 1})) ==
          SortedLines(Unpacked(name + std::string(".inferno.txt.gz"))));
  }
}

TEST_CASE("folded stacks of recorded perf scripts are those of stackcollapse-perf.pl") {
  for (const char* name : {"cpp/default", "cpp/fields", "cpp/srcline", "go/every_cpu", "go/two_events"}) {
    INFO(name);
    const model::Profile profile = ReadRecording(name + std::string(".perf.txt.gz"));
    CHECK(SortedLines(render::FoldedText(profile, {.value = 1})) ==
          SortedLines(Unpacked(name + std::string(".stackcollapse.txt.gz"))));
  }
}

TEST_CASE("with marks and addresses as well") {
  for (const char* name : {"cpp/default", "cpp/fields", "cpp/srcline", "cpp/no_stacks"}) {
    INFO(name);
    const model::Profile profile = ReadRecording(name + std::string(".perf.txt.gz"));
    const std::string text = render::FoldedText(
        profile, {.value = 1, .mark_kernel = true, .mark_jit = true, .mark_inlined = true, .addresses = true});
    CHECK(SortedLines(text) == SortedLines(Unpacked(name + std::string(".all.inferno.txt.gz"))));
  }
}

TEST_CASE("the event that was asked for, in samples") {
  const model::Profile profile = ReadRecording("go/two_events.perf.txt.gz", {.event = "cpu-clock"});
  CHECK(SortedLines(render::FoldedText(profile, {.value = 0})) ==
        SortedLines(Unpacked("go/two_events.cpu-clock.samples.inferno.txt.gz")));
  CHECK(model::Total(profile, 1) > 1'000'000 * model::Total(profile, 0));
}

TEST_CASE("texts with fewer fields have the same stacks, in samples and without what they leave out") {
  const auto totals = [](const char* name) { return model::Total(ReadRecording(name), 0); };
  const int64_t samples = totals("cpp/default.perf.txt.gz");
  CHECK(samples > 100);
  for (const char* name :
       {"cpp/fields.perf.txt.gz", "cpp/frames_only.perf.txt.gz", "cpp/no_binary.perf.txt.gz", "cpp/srcline.perf.txt.gz"}) {
    CHECK_MESSAGE(totals(name) == samples, name);
    CHECK_MESSAGE(ReadRecording(name).warnings.empty(), name);
  }
}

TEST_CASE("a recording can be cut by command and by time without loss") {
  const char* const name = "cpp/fields.perf.txt.gz";
  const model::Profile all = ReadRecording(name);
  const auto part = [&](const proto::PerfOptions& options) { return model::Total(ReadRecording(name, options), 0); };
  CHECK(part({.commands = {"pricer"}}) + part({.commands = {"price worker 2"}}) == model::Total(all, 0));
  // The header of the text names the time of its first and last sample.
  const std::string text = Unpacked(name);
  const auto time = [&](const char* label) { return std::stod(text.substr(text.find(':', text.find(label)) + 1)); };
  const double first = time("time of first sample"), last = time("time of last sample");
  CHECK(all.duration_nanos > 0);
  CHECK(all.duration_nanos <= static_cast<int64_t>((last - first) * 1e9) + 1000);
  const auto middle = static_cast<int64_t>((first + last) / 2 * 1e9);
  CHECK(part({.to_ns = middle}) + part({.from_ns = middle + 1}) == model::Total(all, 0));
}

TEST_CASE("processes, threads and processors that are asked for have the samples that the text gives them") {
  //   pricer  9473/9474  [001]  5260.622637:  1001001 cpu-clock:
  static const std::regex kHeader(R"(^ *(.+?) +(\d+)/(\d+) +\[(\d+)\] +\d+\.\d+:.*)");
  for (const char* name : {"cpp/fields.perf.txt.gz", "go/every_cpu.perf.txt.gz"}) {
    std::map<std::string, std::map<int64_t, int64_t>> samples;  // by kind and number
    std::istringstream text(Unpacked(name));
    for (std::string line; std::getline(text, line);) {
      std::smatch found;
      if (!std::regex_match(line, found, kHeader)) continue;
      ++samples["pid"][std::stoll(found[2])];
      ++samples["tid"][std::stoll(found[3])];
      ++samples["cpu"][std::stoll(found[4])];
    }
    CHECK(samples["tid"].size() > 1);
    const auto check = [&](int64_t wanted, const proto::PerfOptions& options) {
      CHECK(model::Total(ReadRecording(name, options), 0) == wanted);
    };
    for (const auto& [pid, count] : samples["pid"]) check(count, {.processes = {pid}});
    for (const auto& [tid, count] : samples["tid"]) check(count, {.threads = {tid}});
    for (const auto& [cpu, count] : samples["cpu"]) check(count, {.cpus = {cpu}});
  }
}
