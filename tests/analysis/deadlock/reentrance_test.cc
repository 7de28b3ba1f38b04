#include <doctest/doctest.h>

#include "tests/analysis/deadlock/told.h"

namespace {

using test_support::Verdicts;

// Two workers that have waited since before the trace; main sleeps.
std::string Workers(const std::string& first, const std::string& second) {
  return fmt::format(R"(
      0 sync
      0 g1 was running on p0
      1 g1 wait "sleep" @ main.main;time.Sleep
 900000010 g2 was waiting @ {};runtime.chanrecv1
 900000010 g3 was waiting @ {};runtime.chanrecv1
)",
                     first, second);
}

constexpr const char* kAsksItself = "main.(*pool).worker;main.job;main.(*pool).ask";

}  // namespace

TEST_CASE("workers that all run a job which waits for an answer of their own pool wait for each other") {
  CHECK(Verdicts(Workers(kAsksItself, kAsksItself)) == "g2+g3 deadlock");
  // A job behind a Once is the program's code as well.
  CHECK(
      Verdicts(Workers("main.(*conn).loop;main.(*model).config;main.(*conn).Close;sync.(*Once).Do;main.(*conn).Close.func1",
                       "main.other")) == "g2 deadlock, g3 suspect");
}

TEST_CASE(
    "a worker that does something else may come to answer, and who waits in calls of its own type only has no job in hand") {
  const std::string asleep = "1 - wake g3\n2 g3 run on p1\n3 g3 wait \"sleep\" @ main.(*pool).worker;main.job;time.Sleep\n";
  CHECK(Verdicts("0 sync\n0 g3 was waiting\n" + asleep + "900000010 g2 was waiting @ " + kAsksItself +
                 ";runtime.chanrecv1") == "");
  CHECK(Verdicts(Workers("main.(*pool).worker;main.(*pool).next", "main.(*pool).worker;main.(*pool).next")) ==
        "g2+g3 suspect");
  CHECK(Verdicts(Workers("main.(*pool).worker;slices.SortFunc;main.(*pool).next",
                         "main.(*pool).worker;slices.SortFunc;main.(*pool).next")) == "g2+g3 suspect");
}
