#include "proto/dump/dump_header.h"

#include <doctest/doctest.h>

using proto::ParseDumpHeader;
using Labels = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("a header has a number and a state") {
  const auto header = ParseDumpHeader("goroutine 1 [chan receive (nil chan)]:");
  REQUIRE(header);
  CHECK(header->goroutine == 1);
  CHECK(header->state == "chan receive (nil chan)");
  CHECK_FALSE(header->wait_minutes);
  CHECK_FALSE(header->thread);
}

TEST_CASE("marks and details are not part of the state") {
  const auto header = ParseDumpHeader(
      "goroutine 33 gp=0x3d8de5372000 m=4 mp=0x3d8de5372008 [sync.Mutex.Lock (leaked) (scan) (durable), 12 minutes, locked "
      "to thread, "
      "synctest bubble 7 labels:{\"a\": \"b\", \"c\": \"d\"}]:");
  REQUIRE(header);
  CHECK(header->state == "sync.Mutex.Lock");
  CHECK(header->is_leaked);
  CHECK(header->is_durable);
  CHECK(header->is_locked_to_thread);
  CHECK(header->wait_minutes == 12);
  CHECK(header->synctest_bubble == 7);
  CHECK(header->thread == 4);
  CHECK(header->labels == Labels{{"a", "b"}, {"c", "d"}});
}

TEST_CASE("labels may hold what ends a header") {
  CHECK(ParseDumpHeader(R"(goroutine 33 gp=0x3d m=nil [chan receive labels:{"customer": "\"quoted\" name]"}]:)")->labels ==
        Labels{{"customer", "\"quoted\" name]"}});
  CHECK(ParseDumpHeader(R"(goroutine 21 gp=0x39 m=nil [chan receive] {customer: "\"quoted\" name]"}:)")->labels ==
        Labels{{"customer", "\"quoted\" name]"}});
  CHECK(ParseDumpHeader(R"(goroutine 5 [select, 3 minutes labels:{"k]:": "v\\\n\u65e5\U0001f600\x01"}]:)")->labels ==
        Labels{{"k]:", "v\\\n日😀\x01"}});
  CHECK(ParseDumpHeader(R"(goroutine 5 [select] {path: /a/b.go, "": ""}:)")->labels ==
        Labels{{"path", "/a/b.go"}, {"", ""}});
}

TEST_CASE("headers as testing/synctest and labels make them, Go 1.25 to 1.27") {
  const auto durable = ParseDumpHeader("goroutine 12 [chan receive (durable), synctest bubble 1]:");
  REQUIRE(durable);
  CHECK(durable->state == "chan receive");
  CHECK(durable->is_durable);
  CHECK(durable->synctest_bubble == 1);
  const auto run = ParseDumpHeader("goroutine 9 [synctest.Run (durable), synctest bubble 1]:");
  REQUIRE(run);
  CHECK(run->state == "synctest.Run");
  const Labels labels = {{"k\"q", "\\n日\n"}, {"path", "/a/b]: x"}};
  CHECK(ParseDumpHeader(R"(goroutine 8 [select (no cases) labels:{"k\"q": "\\n\u65e5\n", "path": "/a/b]: x"}]:)")->labels ==
        labels);
  CHECK(ParseDumpHeader(R"(goroutine 8 [runnable] {"k\"q": "\\n\u65e5\n", path: "/a/b]: x"}:)")->labels == labels);
}

TEST_CASE("a detail that a later Go may add is stepped over") {
  const auto header = ParseDumpHeader("goroutine 5 [select, upside down, 3 minutes]:");
  REQUIRE(header);
  CHECK(header->state == "select");
  CHECK(header->wait_minutes == 3);
}

TEST_CASE("what only looks like a header is none") {
  for (const char* line :
       {"", "goroutine", "goroutine ", "goroutine 1", "goroutine 1 [", "goroutine 1 []:", "goroutine 1 [running]",
        "goroutine 1 [running:", "goroutine x [running]:", "goroutine -1 [running]:",
        "goroutine 99999999999999999999 [running]:", "goroutine 1 [running]: then what?", "goroutine 1 gp=0x [running]:",
        "goroutine 1 m= [running]:", "goroutine 1 [select labels:{\"a\": \"b}]:", "goroutine 1 [select] {\"a\" \"b\"}:",
        "goroutine 1 [select labels:{]:", "goroutine profile: total 8", "Goroutine 8 (running) created at:"}) {
    CHECK_MESSAGE(!ParseDumpHeader(line), line);
  }
}

TEST_CASE("a header cut anywhere is no header") {
  const std::string_view line =
      R"(goroutine 33 gp=0x3d m=nil [chan receive (leaked), 3 minutes labels:{"customer": "\"quoted\" name]"}]:)";
  REQUIRE(ParseDumpHeader(line));
  for (size_t size = 0; size < line.size(); ++size) CHECK_MESSAGE(!ParseDumpHeader(line.substr(0, size)), size);
}
