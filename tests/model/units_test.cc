#include <doctest/doctest.h>

#include "model/units.h"

using namespace model;

// Expectations are what `go tool pprof -top` and `-raw` print for such values.
TEST_CASE("values are shown in the largest unit in which they are at least one") {
  CHECK(FormatValue(1536, "bytes") == "1.50kB");
  CHECK(FormatValue(61'000'000'000, "nanoseconds") == "61s");
  CHECK(FormatValue(10'000'000, "nanoseconds") == "10ms");
  CHECK(FormatValue(-1'500'000, "nanoseconds") == "-1.50ms");
  CHECK(FormatValue(7'200'000'000'000, "nanoseconds") == "2hrs");
  CHECK(FormatValue(0, "nanoseconds") == "0");
  CHECK(FormatValue(12, "count") == "12");
  CHECK(FormatValue(5, "widgets") == "5");
}

TEST_CASE("a column has one unit") {
  CHECK(FormatValueAs(250, "milliseconds", "s") == "0.25s");
  CHECK(FormatValueAs(1 << 20, "bytes", "kB") == "1024kB");
}

TEST_CASE("percentages have at least two digits and no sign") {
  CHECK(FormatPercent(1, 8) == "12.50%");
  CHECK(FormatPercent(3, 1000) == "0.3%");
  CHECK(FormatPercent(-1, 4) == "25.00%");
  CHECK(FormatPercent(99'951, 100'000) == "100%");
  CHECK(FormatPercent(1, 0) == "0%");
}

TEST_CASE("changes have a sign, counts have commas") {
  CHECK(FormatChange(2048, "bytes") == "+2kB");
  CHECK(FormatChange(-3, "count") == "-3");
  CHECK(FormatCount(1234567) == "1,234,567");
  CHECK(FormatCount(12) == "12");
}
