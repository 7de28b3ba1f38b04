#include "analysis/trace/outside_waits.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/frame_text.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"
#include "tests/support/trace_script.h"

namespace {

using analysis::OutsideKind;
using analysis::OutsideWait;
using Json = nlohmann::json;

std::vector<OutsideWait> WaitsOf(model::EventSource& source) {
  analysis::TraceFilter filter({}, source);
  analysis::StateSpans spans(source);
  analysis::OutsideWaits waits(source, filter, spans);
  for (auto batch = source.Next(); !batch.empty(); batch = source.Next()) {
    for (const model::Event& event : batch) waits.See(event, spans.See(event));
  }
  return waits.Finish();
}

std::string Function(const model::EventSource& source, const OutsideWait& row) {
  const std::string text = analysis::FrameText(source.symbols(), row.where);
  return text.substr(0, text.find(' '));
}

}  // namespace

TEST_CASE("system calls and network waits are found by the program's line and the call, as the program made them") {
  const Json expect = Json::parse(test_support::ReadFixture("syscalls/expect.json"));
  for (const char* version : {"go1.21", "go1.22", "go1.26"}) {
    CAPTURE(version);
    const auto source = proto::ReadTrace(test_support::FixturePath(std::string("syscalls/") + version + ".trace"), {});
    const std::vector<OutsideWait> rows = WaitsOf(*source);
    for (const Json& wanted : expect["syscalls"]) {
      CAPTURE(wanted.dump());
      uint64_t count = 0;
      int64_t ns = 0;
      for (const OutsideWait& row : rows) {
        if (row.kind != OutsideKind::kSyscall || Function(*source, row) != wanted["function"]) continue;
        if (row.operation != wanted["call"]) continue;
        count += row.count();
        ns += row.total_ns();
      }
      CHECK(count >= wanted["count"].get<uint64_t>());
      CHECK(ns >= wanted.value("minimum_ns", int64_t{0}));
    }
    for (const Json& wanted : expect["network_waits"]) {
      CAPTURE(wanted.dump());
      uint64_t count = 0;
      int64_t ns = 0;
      for (const OutsideWait& row : rows) {
        if (row.kind != OutsideKind::kNetwork || Function(*source, row) != wanted["function"]) continue;
        if (row.operation != wanted["op"]) continue;
        count += row.count();
        ns += row.total_ns();
      }
      CHECK(count >= wanted["minimum_count"].get<uint64_t>());
      CHECK(ns >= wanted["minimum_total_ns"].get<int64_t>());
    }
  }
}

TEST_CASE("a receive that nobody ended was ended by a timer, one that is still on is not known to be") {
  const auto source = test_support::TraceScript(R"(
      0 sync
      0 g1 was running on p0
      0 g2 was running on p1
     10 g1 wait "sleep" @ main.poll;time.Sleep
     10 g2 wait "chan receive" @ main.tick;runtime.chanrecv1
     30 - wake g1
     31 g1 run on p0
     50 - wake g2
     51 g2 run on p1
     60 g2 wait "chan receive" @ main.tick;runtime.chanrecv1
     70 g1 wait "sleep" @ main.poll;time.Sleep
     90 sync
  )");
  std::string text;
  for (const OutsideWait& row : WaitsOf(*source)) {
    text += fmt::format("{} {} {} ended {}ns, {} open {}ns\n", row.operation, Function(*source, row), row.waits.count(),
                        row.waits.total(), row.open, row.open_ns);
  }
  CHECK(text ==
        "recv main.tick 1 ended 40ns, 0 open 0ns\n"
        "sleep main.poll 1 ended 20ns, 1 open 20ns\n");
}
