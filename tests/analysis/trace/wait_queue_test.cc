#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>

#include "analysis/trace/wait_queue.h"

namespace {

using analysis::WaitPlace;
using analysis::WaitQueue;

std::string Standing(WaitQueue<int>& queue) {
  std::string text;
  queue.ForEach(
      [&](const WaitPlace& place, int row) { text += std::to_string(place.goroutine) + "=" + std::to_string(row) + " "; });
  return text;
}

}  // namespace

TEST_CASE("who waits again at its old place stands ahead of those that came later") {
  WaitQueue<int> queue;
  queue.Add({.queued_at = 1, .goroutine = 7}, 10);
  queue.Add({.queued_at = 2, .goroutine = 8}, 20);
  queue.Erase({.queued_at = 1, .goroutine = 7});
  CHECK(queue.first().goroutine == 8);
  CHECK(queue.Add({.queued_at = 1, .goroutine = 7}, 30));
  CHECK_FALSE(queue.Add({.queued_at = 1, .goroutine = 7}, 40));
  CHECK(Standing(queue) == "7=30 8=20 ");
  CHECK(queue.first().goroutine == 7);
  CHECK(queue.CountBefore({.queued_at = 2, .goroutine = 8}) == 1);
}

TEST_CASE("a queue of waits holds what a sorted table of them would, however they come and go") {
  WaitQueue<int> queue;
  std::map<std::pair<int64_t, int64_t>, int> table;
  std::minstd_rand random(7);
  for (int step = 0; step < 20000; ++step) {
    const WaitPlace place{.queued_at = step / 8 - static_cast<int64_t>(random() % 40),
                          .goroutine = static_cast<int64_t>(random() % 4)};
    const auto known = table.find({place.queued_at, place.goroutine});
    if (known == table.end() && random() % 2 == 0) {
      table[{place.queued_at, place.goroutine}] = step;
      REQUIRE(queue.Add(place, step));
    } else if (known != table.end()) {
      REQUIRE(queue.Find(place) != nullptr);
      queue.Erase(place);
      table.erase(known);
    }
    REQUIRE(queue.size() == table.size());
    if (!table.empty()) REQUIRE(queue.first() == WaitPlace{table.begin()->first.first, table.begin()->first.second});
  }
  std::map<std::pair<int64_t, int64_t>, int> standing;
  queue.ForEach([&](const WaitPlace& place, int row) { standing[{place.queued_at, place.goroutine}] = row; });
  CHECK(standing == table);
}
