#include "analysis/profile/layers.h"

#include <doctest/doctest.h>

#include "proto/formats.h"
#include "tests/support/fixture.h"
#include "tests/support/folded.h"

namespace {

using analysis::Account;
using model::FrameOrigin;

analysis::Layers Of(const std::string& folded) {
  return analysis::SumByLayer({test_support::Folded(folded), analysis::ViewOptions()});
}

int64_t Self(const analysis::Layers& layers, FrameOrigin origin) { return layers.layers[static_cast<size_t>(origin)].self; }
int64_t On(const analysis::Layers& layers, Account account) { return layers.accounts[static_cast<size_t>(account)]; }

}  // namespace

TEST_CASE("what runs counts for the layer of the leaf, and for the program's function it is done for") {
  const auto layers =
      Of("runtime.main;main.main;main.save;os.(*File).Write;syscall.write 5\n"
         "runtime.main;main.main;main.load;runtime.mallocgc 3\n"
         "runtime.main;main.main 2");
  CHECK(layers.total == 10);
  CHECK(Self(layers, FrameOrigin::kSystem) == 5);
  CHECK(Self(layers, FrameOrigin::kRuntime) == 3);
  CHECK(Self(layers, FrameOrigin::kApplication) == 2);
  CHECK(layers.layers[static_cast<size_t>(FrameOrigin::kSystem)].by_owner.at("main.save") == 5);
  CHECK(On(layers, Account::kProgram) == 10);
}

TEST_CASE("the runtime's own goroutines and threads are told from the program's") {
  const auto layers =
      Of("runtime.gcBgMarkWorker;runtime.systemstack;runtime.gcDrain 4\n"
         "runtime.mcall;runtime.park_m;runtime.schedule;runtime.findRunnable 3\n"
         "runtime.goexit;net/http.(*conn).serve;main.handle;runtime.systemstack;runtime.mallocgc 2\n"
         "start_thread;poll 1");
  CHECK(On(layers, Account::kCollector) == 4);
  CHECK(On(layers, Account::kScheduler) == 3);
  CHECK(On(layers, Account::kProgram) == 2);
  CHECK(On(layers, Account::kOther) == 1);
}

TEST_CASE("layers and accounts add up to the total on every CPU recording") {
  for (const std::string& folder : test_support::FixtureFolders()) {
    for (const std::string& name : test_support::FixtureFiles(folder, ".cpu.pb.gz")) {
      const auto layers =
          analysis::SumByLayer({proto::ReadProfile(test_support::FixturePath(name)), analysis::ViewOptions()});
      int64_t by_layer = 0, by_account = 0;
      for (const auto& layer : layers.layers) by_layer += layer.self;
      for (const int64_t account : layers.accounts) by_account += account;
      CHECK_MESSAGE(by_layer == layers.total, name);
      CHECK_MESSAGE(by_account == layers.total, name);
    }
  }
}

TEST_CASE("a program that makes garbage is seen to collect it") {
  const auto layers = analysis::SumByLayer(
      {proto::ReadProfile(test_support::FixturePath("antipatterns/go1.26.garbage.cpu.pb.gz")), analysis::ViewOptions()});
  CHECK(Self(layers, FrameOrigin::kGarbageCollector) > layers.total / 5);
  CHECK(Self(layers, FrameOrigin::kGarbageCollector) > Self(layers, FrameOrigin::kApplication));
}
