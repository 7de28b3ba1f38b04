#include "proto/gotrace/v2_ahead.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using proto::gotrace::V2Ahead;
using proto::gotrace::V2Generation;
using proto::gotrace::V2Rows;
using proto::gotrace::V2Type;

// Batches of bytes, each of a thread of its own, one time unit after the other.
struct Generation {
  explicit Generation(const std::vector<std::string>& batches) {
    for (const std::string& batch : batches) {
      of.batches.push_back({.offset = bytes.size(),
                            .time = of.batches.size(),
                            .size = static_cast<uint32_t>(batch.size()),
                            .next = proto::gotrace::kNoBatch});
      bytes += batch;
    }
    bytes.resize(bytes.size() + proto::gotrace::InputWindow::kSlack);
    of.bytes = reinterpret_cast<const uint8_t*>(bytes.data());
  }
  std::string bytes;
  V2Generation of;
};

std::string Record(V2Type type, const std::string& numbers) { return static_cast<char>(type) + numbers; }

}  // namespace

TEST_CASE("a batch that was read ahead has a row for each record, and one that was not is read by who wants it") {
  const std::string start = Record(V2Type::kGoStart, "\x05\x07\x01");
  const Generation generation({start + Record(V2Type::kGoBlock, "\x81\x01\x02\x03"), start});
  V2Ahead ahead;
  ahead.Begin(generation.of);
  REQUIRE(ahead.ReadOne());
  const V2Rows* rows = ahead.Take(0);
  REQUIRE(rows != nullptr);
  REQUIRE(rows->count == 2);
  CHECK(rows->bytes == 9);
  CHECK(rows->rows[0].type == V2Type::kGoStart);
  CHECK(rows->rows[0].units == 5);
  CHECK(rows->rows[0].arguments[0] == 7);
  CHECK(rows->rows[1].at == 4);
  CHECK(rows->rows[1].units == 129);
  CHECK(rows->rows[1].arguments[1] == 3);
  CHECK(ahead.Take(1) == nullptr);
  CHECK(!ahead.ReadOne());
}

TEST_CASE("reading ahead stops before what is odd: no event, a number of more than 32 bits, a record cut short") {
  const std::string good = Record(V2Type::kGoDestroy, "\x01");
  for (const std::string& odd : {std::string("\xfe\x01"), Record(V2Type::kGoStart, "\x01\x80\x80\x80\x80\x10\x01"),
                                 Record(V2Type::kGoStart, "\x01")}) {
    const Generation generation({good + odd});
    V2Ahead ahead;
    ahead.Begin(generation.of);
    REQUIRE(ahead.ReadOne());
    const V2Rows* rows = ahead.Take(0);
    CHECK(rows->count == 1);
    CHECK(rows->bytes == good.size());
  }
}
