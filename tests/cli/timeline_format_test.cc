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

  void Read(const json& event) {
    const std::string phase = event.at("ph");
    const auto process = event.at("pid").get<int64_t>();
    if (phase == "M") {
      if (event["name"] == "process_name") named_processes.insert(process);
      if (event["name"] == "thread_name" && named_threads.insert({process, event["tid"]}).second)
        CHECK(threads.insert(event["tid"].get<int64_t>()).second);
      return;
    }
    used_processes.insert(process);
    REQUIRE(event.at("ts").get<double>() >= 0);
    if (phase == "C") return ReadCounter(event);
    const Thread thread{process, event.at("tid").get<int64_t>()};
    used_threads.insert(thread);
    if (phase == "X") {
      REQUIRE(event.at("dur").get<double>() >= 0);
      slices[thread].push_back({Ns(event["ts"]), Ns(event["ts"].get<double>() + event["dur"].get<double>())});
    } else if (phase == "s") {
      CHECK(flow_begins.emplace(event.at("id").get<int64_t>(), event).second);
    } else if (phase == "f") {
      CHECK(event.at("bp") == "e");
      CHECK(flow_ends.emplace(event.at("id").get<int64_t>(), event).second);
    } else {
      CHECK(phase == "i");
      CHECK(event.at("s") == "t");
    }
  }

  void ReadCounter(const json& event) {
    for (const auto& [key, value] : event.at("args").items()) CHECK(value.is_number());
    int64_t& last = counter_at[event.at("name").get<std::string>()];
    CHECK(Ns(event["ts"]) >= last);
    last = Ns(event["ts"]);
  }

  // Slices of a thread lie beside each other, in order.
  void CheckSlices() const {
    for (const auto& [thread, row] : slices) {
      for (size_t at = 1; at < row.size(); ++at) REQUIRE(row[at].begin >= row[at - 1].end);
    }
  }

  bool IsInSlice(const json& event) const {
    const auto row = slices.find({event["pid"].get<int64_t>(), event["tid"].get<int64_t>()});
    if (row == slices.end()) return false;
    const int64_t at = Ns(event["ts"]);
    return std::ranges::any_of(row->second, [&](const Slice& slice) { return slice.begin <= at && at <= slice.end; });
  }

  void CheckFlows() const {
    CHECK(flow_begins.size() == flow_ends.size());
    for (const auto& [id, begin] : flow_begins) {
      REQUIRE(flow_ends.contains(id));
      const json& end = flow_ends.at(id);
      REQUIRE(begin["cat"] == end["cat"]);
      REQUIRE(begin["name"] == end["name"]);
      REQUIRE(Ns(begin["ts"]) <= Ns(end["ts"]));
      REQUIRE(IsInSlice(begin));
      REQUIRE(IsInSlice(end));
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
      CHECK(document.used_processes == document.named_processes);
      for (const Thread& thread : document.used_threads) CHECK(document.named_threads.contains(thread));
      flows += document.flow_begins.size();
    }
  }
  CHECK(flows > 1000);
}
