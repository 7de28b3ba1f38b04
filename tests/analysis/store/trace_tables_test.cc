#include "analysis/store/trace_tables.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/trace/trace_summary.h"
#include "model/input_error.h"
#include "proto/formats.h"
#include "render/json_report.h"
#include "tests/support/fixture.h"
#include "tests/support/trace_script.h"

namespace {

using analysis::Database;

struct Tables {
  explicit Tables(model::EventSource& source) : database("", analysis::OpenFor::kFilling) {
    FillTraceTables(database, source);
  }
  std::string Csv(std::string_view sql) {
    std::string text;
    RunQuery(
        database, sql, [&](const auto& names) { text = analysis::CsvLine(names); },
        [&](const model::ValueList& row) { text += analysis::CsvLine(row); });
    return text;
  }
  int64_t Number(std::string_view sql) {
    int64_t number = -1;
    RunQuery(
        database, sql, [](const auto&) {},
        [&](const model::ValueList& row) {
          if (const auto* found = std::get_if<int64_t>(&row.at(0).kind())) number = *found;
        });
    return number;
  }
  Database database;
};

}  // namespace

TEST_CASE("a trace is in the tables, times from its first event on") {
  const auto source = test_support::TraceScript(R"(
    100 sync
    100 g1 was running on p0
    105 g1 create g2 main.worker @ main.main;main.start
    106 g2 run on p1
    108 g2 wait "sync" @ main.worker;sync.(*Mutex).Lock
    110 g1 task 7 job
    111 g1 region 7 pay
    112 g1 log 7 order "twelve"
    113 g1 endregion 7 pay
    119 g1 wake g2 @ main.main;sync.(*Mutex).Unlock
  )");
  Tables tables(*source);
  CHECK(tables.Csv(
            "SELECT goroutine_id, state, resource, begin_ns, end_ns, is_open FROM spans ORDER BY goroutine_id, begin_ns") ==
        "goroutine_id,state,resource,begin_ns,end_ns,is_open\n"
        "1,Running,,0,19,1\n"
        "2,Runnable,,5,6,0\n"
        "2,Running,,6,8,0\n"
        "2,Waiting,mutex,8,19,0\n"
        "2,Runnable,,19,19,1\n");
  CHECK(tables.Csv("SELECT type, begin_ns, end_ns FROM regions") == "type,begin_ns,end_ns\npay,11,13\n");
  CHECK(tables.Csv("SELECT id, type, end_ns FROM tasks") == "id,type,end_ns\n7,job,\n");
  CHECK(tables.Csv("SELECT waiter, waker, total_ns FROM wakers") ==
        "waiter,waker,total_ns\nmain.worker,main.main,11\n");
  CHECK(tables.Csv("SELECT start, goroutines FROM goroutine_groups") == "start,goroutines\n(no stack was recorded),1\nmain.worker,1\n");
}

TEST_CASE("every table and view can be asked, on every recording, and every reference leads somewhere") {
  for (const std::string& folder : test_support::FixtureFolders()) {
    for (const std::string& name : test_support::FixtureFiles(folder, ".trace")) {
      CAPTURE(folder);
      CAPTURE(name);
      const auto source = proto::ReadTrace(test_support::FixturePath(name));
      Tables tables(*source);
      for (const analysis::TraceTable& table : TraceTablesOf(tables.database)) {
        CAPTURE(table.name);
        CHECK(tables.Csv(fmt::format("SELECT * FROM {} LIMIT 5", table.name)).find('\n') != std::string::npos);
      }
      analysis::Statement broken = tables.database.Prepare("PRAGMA foreign_key_check");
      CHECK(!broken.Step());
      analysis::Statement integrity = tables.database.Prepare("PRAGMA integrity_check");
      REQUIRE(integrity.Step());
      CHECK(integrity.Text(0) == "ok");
      // Spans of a goroutine tile its life.
      CHECK(tables.Number(R"(SELECT count(*) FROM (
              SELECT s.begin_ns, lag(s.end_ns) OVER (PARTITION BY goroutine_id ORDER BY s.id) AS before FROM spans s)
            WHERE before NOT NULL AND before <> begin_ns)") == 0);
    }
  }
}

TEST_CASE("the tables count what the summary counts") {
  for (const std::string& folder : test_support::FixtureFolders()) {
    for (const std::string& name : test_support::FixtureFiles(folder, ".trace")) {
      CAPTURE(folder);
      CAPTURE(name);
      const std::string path = test_support::FixturePath(name);
      const auto source = proto::ReadTrace(path);
      Tables tables(*source);
      const auto again = proto::ReadTrace(path);
      const analysis::TraceSummary summary = analysis::Summarise(*again);
      const auto said = nlohmann::json::parse(render::JsonReport(analysis::SummaryReport(summary, 10)));
      for (const char* state : {"Running", "Runnable", "Waiting", "Syscall"}) {
        CAPTURE(state);
        const auto total = tables.Number(fmt::format(
            "SELECT coalesce(sum(end_ns - begin_ns), 0) FROM spans WHERE state = '{}' AND NOT is_open AND NOT began_before",
            state));
        // Of a goroutine for a thread that C made, v1 tells the creation and then a state without a cause. The official facts
        // leave out what was between them (here 974 ns of Runnable); spans have no gap.
        const int64_t left_out = name == "cgo_callbacks/go1.21.trace" && std::string_view(state) == "Runnable" ? 974 : 0;
        CHECK(total <= said["state_ns"][state].get<int64_t>() + left_out);
      }
      int64_t logs = 0, tasks = 0, regions = 0;
      for (const auto& count : said["logs"]) logs += count.get<int64_t>();
      for (const auto& count : said["tasks_begun"]) tasks += count.get<int64_t>();
      for (const auto& count : said["regions_begun"]) regions += count.get<int64_t>();
      CHECK(tables.Number("SELECT count(*) FROM logs") == logs);
      CHECK(tables.Number("SELECT count(*) FROM tasks WHERE begin_ns NOT NULL") == tasks);
      CHECK(tables.Number("SELECT count(*) FROM regions WHERE begin_ns NOT NULL") == regions);
      CHECK(tables.Number("SELECT count(*) FROM cpu_samples") == said["cpu_samples"].get<int64_t>());
      CHECK(tables.Number("SELECT count(*) FROM goroutines WHERE ended_ns NOT NULL") ==
            said["goroutines_ended"].get<int64_t>());
      CHECK(tables.Number("SELECT count(*) FROM goroutines") == said["goroutines"].get<int64_t>());
      CHECK(tables.Number("SELECT count(*) FROM procs") <= said["procs"].get<int64_t>());
    }
  }
}

TEST_CASE("a query can only read, and says what it does not understand") {
  const auto source = test_support::TraceScript("0 sync\n0 g1 was running on p0\n");
  Tables tables(*source);
  for (const char* sql : {"DELETE FROM spans", "ATTACH '/dev/null' AS other", "PRAGMA journal_mode = WAL",
                          "CREATE TABLE t (x)", "SELECT * FROM pragma_table_info('spans')"}) {
    CAPTURE(sql);
    CHECK_THROWS_AS(tables.Csv(sql), model::UsageError);
  }
  CHECK_THROWS_WITH(tables.Csv("SELECT missing FROM spans"), "the query: no such column: missing");
  CHECK_THROWS_WITH(tables.Csv("SELECT 1; SELECT 2"), "wanted one query, found two");
}

TEST_CASE("CSV quotes what would break it") {
  CHECK(analysis::CsvLine(analysis::ColumnNames{"a", "b,c", "d\"e"}) == "a,\"b,c\",\"d\"\"e\"\n");
  CHECK(analysis::CsvLine(model::ValueList{nullptr, int64_t{3}, "x\ny"}) == ",3,\"x\ny\"\n");
}
