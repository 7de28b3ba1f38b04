#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "model/input_error.h"
#include "proto/byte_source.h"
#include "proto/gotrace/background_events.h"
#include "proto/gotrace/gotrace.h"
#include "tests/fuzz/read_anything.h"

namespace {

using proto::gotrace::BackgroundEvents;

struct ReadTrace {
  std::vector<std::tuple<model::Time, uint64_t, int64_t, uint32_t, std::string>> events;
  std::vector<std::string> damage;
  std::string error;
  bool operator==(const ReadTrace&) const = default;
};

// Without a share, without a second thread.
ReadTrace Read(std::string_view bytes, int version, std::optional<BackgroundEvents::Share> share) {
  auto reader = std::make_unique<proto::gotrace::V2Reader>("fuzz", "go 1.x trace", version,
                                                           proto::gotrace::InputWindow(proto::OpenBytes("fuzz", bytes)));
  std::unique_ptr<model::EventSource> source;
  if (share) {
    source = std::make_unique<BackgroundEvents>(std::move(reader), 0, *share);
  } else {
    source = std::move(reader);
  }
  ReadTrace read;
  try {
    for (auto batch = source->Next(); !batch.empty(); batch = source->Next()) {
      for (const model::Event& event : batch) {
        read.events.emplace_back(event.time, event.offset, event.subject, event.stack.value,
                                 source->symbols().text(event.name));
      }
    }
  } catch (const model::InputError& error) {
    read.error = error.what();
  }
  for (const model::Damage& damage : source->info().damage) read.damage.push_back(damage.what);
  return read;
}

// Small traces are read without a second thread; here they get one, and it must make no difference.
void CheckSecondThread(std::string_view bytes) {
  const int version = proto::gotrace::VersionOf(bytes);
  if (version != 22 && version != 23 && version != 25 && version != 26) return;
  const ReadTrace plain = Read(bytes, version, std::nullopt);
  for (const auto share : {BackgroundEvents::Share::kNumbers, BackgroundEvents::Share::kAll}) {
    if (Read(bytes, version, share) == plain) continue;
    std::fprintf(stderr, "broken law: a second thread makes no difference\n");
    std::abort();
  }
}

}  // namespace

// The entry of clang's libFuzzer: `./dev fuzz [SECONDS]`.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  test_support::ReadAnything(bytes);
  CheckSecondThread(bytes);
  return 0;
}
