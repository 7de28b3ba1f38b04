#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fixture.h"
#include "tests/support/places.h"
#include "tests/support/shell.h"

// The rules of Chrome's trace event format that Perfetto's importer holds files to: where one is broken it drops the event
// and counts it among its import errors. Here each recording's timeline is held to them.
namespace {

using nlohmann::json;
using Thread = std::pair<int64_t, int64_t>;  // process and thread

struct Slice {
  int64_t begin, end;  // ns
};

int64_t Ns(const json& micros) { return static_cast<int64_t>(micros.get<double>() * 1000 + 0.5); }

struct Document {
  std::map<Thread, std::vector<Slice>> slices;  // in the order of the file
  std::map<int64_t, json> flow_begins, flow_ends;
  std::set<int64_t> named_processes, used_processes;
  std::set<Thread> named_threads, used_threads;
  std::set<int64_t> threads;  // Perfetto knows a thread by its number alone
  std::map<std::string, int64_t> counter_at;

  std::map<std::string, size_t> broken;  // rules, with how often

  void Hold(bool is_kept, const char* rule) {
    if (!is_kept) ++broken[rule];
  }

  void Read(const json& event) {
    const std::string phase = event.at("ph");
    const auto process = event.at("pid").get<int64_t>();
    if (phase == "M") {
      if (event["name"] == "process_name") named_processes.insert(process);
      if (event["name"] == "thread_name" && named_threads.insert({process, event["tid"]}).second)
        Hold(threads.insert(event["tid"].get<int64_t>()).second, "a thread is one thread of one process");
      return;
    }
    used_processes.insert(process);
    Hold(event.at("ts").get<double>() >= 0, "times begin with the trace");
    if (phase == "C") return ReadCounter(event);
    const Thread thread{process, event.at("tid").get<int64_t>()};
    used_threads.insert(thread);
    if (phase == "X") {
      Hold(event.at("dur").get<double>() >= 0, "slices have a length");
      slices[thread].push_back({Ns(event["ts"]), Ns(event["ts"].get<double>() + event["dur"].get<double>())});
    } else if (phase == "s") {
      Hold(flow_begins.emplace(event.at("id").get<int64_t>(), event).second, "an arrow begins once");
    } else if (phase == "f") {
      Hold(event.at("bp") == "e", "an arrow ends in the slice that is on");
      Hold(flow_ends.emplace(event.at("id").get<int64_t>(), event).second, "an arrow ends once");
    } else {
      Hold(phase == "i", "known phases only");
      Hold(event.at("s") == "t", "marks are of a thread");
    }
  }

  void ReadCounter(const json& event) {
    for (const auto& [key, value] : event.at("args").items()) Hold(value.is_number(), "counters count");
    int64_t& last = counter_at[event.at("name").get<std::string>()];
    Hold(Ns(event["ts"]) >= last, "counters go on in time");
    last = Ns(event["ts"]);
  }

  // Slices of a thread lie beside each other, in order.
  void CheckSlices() {
    for (const auto& [thread, row] : slices) {
      for (size_t at = 1; at < row.size(); ++at)
        Hold(row[at].begin >= row[at - 1].end, "slices of a thread lie beside each other");
    }
  }

  bool IsInSlice(const json& event) const {
    const auto row = slices.find({event["pid"].get<int64_t>(), event["tid"].get<int64_t>()});
    if (row == slices.end()) return false;
    const int64_t at = Ns(event["ts"]);
    const auto slice = std::ranges::lower_bound(row->second, at, {}, &Slice::end);  // they lie beside each other
    return slice != row->second.end() && slice->begin <= at;
  }

  void CheckFlows() {
    Hold(flow_begins.size() == flow_ends.size(), "arrows have two ends");
    for (const auto& [id, begin] : flow_begins) {
      Hold(flow_ends.contains(id), "arrows have two ends");
      if (!flow_ends.contains(id)) continue;
      const json& end = flow_ends.at(id);
      Hold(begin["cat"] == end["cat"], "both ends have one category");
      Hold(begin["name"] == end["name"], "both ends have one name");
      Hold(Ns(begin["ts"]) <= Ns(end["ts"]), "arrows go on in time");
      Hold(IsInSlice(begin), "arrows begin in a slice");
      Hold(IsInSlice(end), "arrows end in a slice");
    }
  }
};

}  // namespace

TEST_CASE("every recording's timeline keeps to the rules that importers hold it to") {
  size_t flows = 0;
  for (const std::string& folder : test_support::FixtureFolders()) {
    for (const std::string& name : test_support::FixtureFiles(folder, ".trace")) {
      CAPTURE(name);
      const std::string program = std::string(test_support::kBinaryDir) + "/gotrace";
      const json file = json::parse(
          test_support::OutputOf("'" + program + "' timeline '" + test_support::FixturePath(name) + "' 2>/dev/null"));
      Document document;
      for (const json& event : file.at("traceEvents")) document.Read(event);
      document.CheckSlices();
      document.CheckFlows();
      for (const auto& [rule, count] : document.broken) FAIL_CHECK(count << " times broken: " << rule);
      CHECK(document.used_processes == document.named_processes);
      for (const Thread& thread : document.used_threads) CHECK(document.named_threads.contains(thread));
      flows += document.flow_begins.size();
    }
  }
  CHECK(flows > 1000);
}
