#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "analysis/frame_text.h"
#include "analysis/trace/contention.h"
#include "proto/formats.h"
#include "tests/support/fixture.h"

// What the recorded programs are known to wait for, by their sources and their own watches.
namespace {

using analysis::Contention;
using analysis::ContentionClass;
using Json = nlohmann::json;

struct Found {
  std::unique_ptr<model::EventSource> source;
  Contention contention;

  std::string Function(const analysis::ContentionSite& site) const {
    const std::string text = analysis::FrameText(source->symbols(), site.where);
    return text.substr(0, text.find(' '));
  }
  const ContentionClass* WaitsIn(const std::string& function) const {
    for (const ContentionClass& row : contention.classes) {
      for (const auto& site : row.waiters) {
        if (Function(site) == function) return &row;
      }
    }
    return nullptr;
  }
};

Found ContentionOf(const std::string& fixture) {
  Found found{.source = proto::ReadTrace(test_support::FixturePath(fixture), {}), .contention = {}};
  analysis::TraceFilter filter({}, *found.source);
  found.contention = analysis::FindContention(*found.source, filter);
  return found;
}

Json Table(const model::Report& report, const std::string& key) {
  for (const model::Block& block : report.blocks) {
    const auto* table = std::get_if<model::Table>(&block);
    if (table == nullptr || table->key != key) continue;
    Json rows = Json::array();
    for (const model::ValueList& cells : table->rows) {
      Json row;
      for (size_t i = 0; i < cells.size(); ++i) {
        const auto& kind = cells[i].kind();
        const std::string& name = table->columns[i].key;
        if (const auto* text = std::get_if<std::string>(&kind)) row[name] = *text;
        if (const auto* number = std::get_if<int64_t>(&kind)) row[name] = *number;
        if (const auto* number = std::get_if<uint64_t>(&kind)) row[name] = *number;
        if (cells[i].is_null()) row[name] = nullptr;
      }
      rows.push_back(row);
    }
    return rows;
  }
  FAIL("no table " << key);
  return {};
}

}  // namespace

TEST_CASE("the convoy's waits are charged to the function that holds the lock, as its program says") {
  const Json expect = Json::parse(test_support::ReadFixture("mutex_convoy/expect.json"));
  const Json facts = Json::parse(test_support::ReadFixture("mutex_convoy/go1.26.facts.json"));
  const Found found = ContentionOf("mutex_convoy/go1.26.trace");
  const ContentionClass* lock = found.WaitsIn(expect["lock"]["waiting_function"]);
  REQUIRE(lock != nullptr);
  CHECK(lock == &found.contention.classes[0]);
  CHECK(found.Function(lock->holders[0]) == expect["lock"]["holding_function"]);
  CHECK(lock->holders[0].count == expect["lock"]["holds"]);
  CHECK(static_cast<double>(lock->holders[0].ns) >
        expect["lock"]["holding_share"].get<double>() * static_cast<double>(lock->total_ns()));
  CHECK(lock->goroutines == expect["lock"]["waiting_goroutines"]);
  CHECK(lock->max_waiters <= expect["lock"]["waiting_goroutines"].get<uint64_t>());
  // Each time it is held, it is held so long with somebody waiting, and a lookup waits less than its client's watch shows.
  CHECK(lock->contended_ns <= found.contention.trace_ns);
  CHECK(lock->waits.max() > 0);
  CHECK(lock->total_ns() < facts["lookup_ns"].get<int64_t>());
  CHECK(static_cast<double>(lock->total_ns()) > 0.9 * facts["lookup_ns"].get<double>());
  const ContentionClass* quiet = found.WaitsIn(expect["quiet_lock"]["function"]);
  const int64_t quiet_ns = quiet == nullptr ? 0 : quiet->total_ns();
  CHECK(static_cast<double>(quiet_ns) <
        expect["quiet_lock"]["maximum_share"].get<double>() * static_cast<double>(lock->total_ns()));
}

TEST_CASE("the only other thing the convoy's program waits for is its WaitGroup: the tracing itself does not show") {
  const Found found = ContentionOf("mutex_convoy/go1.26.trace");
  for (const ContentionClass& row : found.contention.classes) {
    if (analysis::IsLock(row.resource)) continue;
    CHECK(row.resource == analysis::Resource::kWaitGroup);
    CHECK(found.Function(row.waiters[0]) == "main.main");
  }
}

TEST_CASE("the runtime's own profiles are matched with the locks of the trace, and never added to them") {
  const Found found = ContentionOf("mutex_convoy/go1.26.trace");
  const model::Profile mutex = proto::ReadProfile(test_support::FixturePath("mutex_convoy/go1.26.mutex.pb.gz"), {});
  const model::Profile block = proto::ReadProfile(test_support::FixturePath("mutex_convoy/go1.26.block.pb.gz"), {});
  const analysis::ContentionProfiles profiles{.mutex = &mutex, .block = &block};
  const model::Report beside = ContentionReport(found.contention, *found.source, profiles, 10);
  const Json alone = Table(ContentionReport(found.contention, *found.source, {}, 10), "locks");
  const Json locks = Table(beside, "locks");
  REQUIRE(locks.size() == alone.size());
  for (size_t i = 0; i < locks.size(); ++i) CHECK(locks[i]["total_ns"] == alone[i]["total_ns"]);
  size_t matched = 0;
  for (const Json& row : Table(beside, "profiles")) {
    const std::string site = row["site"];
    const bool is_holder = row["profile"] == "mutex" && site.starts_with("main.(*PriceTable).refresh");
    const bool is_waiter = row["profile"] == "block" && site.starts_with("main.(*PriceTable).lookup");
    if (!is_holder && !is_waiter) continue;
    ++matched;
    CHECK(row["same_as"] == "mutex waited for in main.(*PriceTable).lookup");
    // Both know finished waits only, by another clock.
    CHECK(row["delay_ns"].get<double>() == doctest::Approx(locks[0]["total_ns"].get<double>()).epsilon(0.05));
  }
  CHECK(matched == 2);
}

TEST_CASE("waits that never ended count, are marked, and have no mean and no percentiles") {
  for (const char* version : {"go1.21", "go1.22", "go1.23", "go1.25", "go1.26", "go1.27"}) {
    CAPTURE(version);
    const Found found = ContentionOf(std::string("lock_across_send/") + version + ".trace");
    const ContentionClass* lock = found.WaitsIn("main.(*Book).lastPrice");
    REQUIRE(lock != nullptr);
    CHECK(lock->open == 1);
    CHECK(lock->open_ns > 0);
    const Json rows = Table(ContentionReport(found.contention, *found.source, {}, 10), "locks");
    size_t never_ended = 0;
    for (const Json& row : rows) {
      if (row["count"] != row["open"]) continue;
      ++never_ended;
      for (const char* key : {"mean_ns", "p50_ns", "p99_ns", "max_ns"}) CHECK(row[key].is_null());
      CHECK(row["total_ns"].get<int64_t>() > 0);
    }
    if (lock->waits.count() == 0) CHECK(never_ended > 0);
  }
}
