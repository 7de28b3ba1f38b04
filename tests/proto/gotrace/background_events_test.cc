#include "proto/gotrace/background_events.h"

#include <doctest/doctest.h>

#include <string>
#include <tuple>
#include <vector>

#include "proto/byte_source.h"
#include "tests/support/fixture.h"

namespace {

using proto::gotrace::BackgroundEvents;
using Share = BackgroundEvents::Share;

std::unique_ptr<proto::gotrace::V2Reader> Open(const std::string& bytes) {
  return std::make_unique<proto::gotrace::V2Reader>("x.trace", "go 1.26 trace", 26,
                                                    proto::gotrace::InputWindow(proto::OpenBytes("x.trace", bytes)));
}

// Names are looked up while the trace is read, as the analyses do.
using Seen = std::tuple<model::Time, uint64_t, int64_t, int, uint32_t, std::string>;
struct Read {
  std::vector<Seen> events;
  std::vector<std::string> damage;
  uint64_t bytes = 0;
  bool operator==(const Read&) const = default;
};

Read All(model::EventSource& source) {
  Read read;
  for (auto batch = source.Next(); !batch.empty(); batch = source.Next()) {
    for (const model::Event& event : batch) {
      CHECK(source.stacks().contains(event.stack));
      read.events.emplace_back(event.time, event.offset, event.subject, static_cast<int>(event.kind), event.stack.value,
                               source.symbols().text(event.name));
    }
  }
  CHECK(source.Next().empty());
  for (const model::Damage& damage : source.info().damage) read.damage.push_back(damage.what);
  read.bytes = source.info().bytes_read;
  return read;
}

}  // namespace

TEST_CASE("events come out of the background as they went in, of one generation or many, whole or cut short") {
  for (const char* name : {"generations/go1.26.trace", "unfinished/go1.26.trace", "gc_heavy/go1.26.trace"}) {
    CAPTURE(name);
    const std::string whole = test_support::ReadFixture(name);
    for (const size_t size : {whole.size(), whole.size() * 2 / 3}) {
      const std::string bytes = whole.substr(0, size);
      const auto plain = Open(bytes);
      const Read expected = All(*plain);
      for (const Share share : {Share::kByCaller, Share::kNumbers, Share::kAll}) {
        for (const uint64_t without_thread : {0, 1000}) {
          BackgroundEvents background(Open(bytes), without_thread, share);
          CHECK((All(background) == expected));
        }
      }
    }
  }
}

TEST_CASE("a trace that is dropped in the middle ends its thread") {
  const std::string bytes = test_support::ReadFixture("generations/go1.26.trace");
  for (const Share share : {Share::kNumbers, Share::kAll}) {
    for (size_t batches = 1; batches < 12; ++batches) {
      BackgroundEvents background(Open(bytes), 0, share);
      for (size_t i = 0; i < batches; ++i) background.Next();
    }
  }
}
