#include <doctest/doctest.h>

#include <string>

#include "tests/support/transcript.h"

// Disks that are full or can't be written to: small file systems of our own, mounted in a namespace of our own.
namespace {

bool CanMount(const std::string& folder) {
  const bool can =
      test_support::RunShell("mkdir -p probe && unshare -rm mount -t tmpfs none probe", folder).exit_status == 0;
  if (!can) MESSAGE("no file system can be mounted here, so none was filled");
  return can;
}

std::string InNamespace(const std::string& script) { return "unshare -rm sh -c '" + script + "' 2>&1"; }

}  // namespace

TEST_CASE("a full disk is said to be one, and the history keeps what it had and stays usable") {
  const std::string folder = test_support::MakeSessionFolder("full disk");
  if (!CanMount(folder)) return;
  const auto outcome = test_support::RunShell(
      InNamespace("mkdir disk; mount -t tmpfs -o size=160k none disk; runs=0; "
                  "while goprof history add --store disk/h.db fixtures/cpu_regression/go1.26.[ab]*.cpu.pb.gz > out 2>&1; do "
                  "runs=$((runs + 1)); [ $runs = 200 ] && break; done; cat out; "
                  "listed=$(goprof history list --store disk/h.db --json | grep -c commit); "
                  "[ $listed -ge $((runs * 10)) ] && [ $listed -lt $((runs * 10 + 10)) ] && echo nothing was lost"),
      folder);
  REQUIRE(outcome.lines.size() == 2);
  CHECK(outcome.lines[0] == "goprof: disk/h.db: the disk is full; nothing was changed");
  CHECK(outcome.lines[1] == "nothing was lost");
}

TEST_CASE("a history on a read-only disk can be read, and adding to it says why it can't be") {
  const std::string folder = test_support::MakeSessionFolder("read-only disk");
  if (!CanMount(folder)) return;
  const auto outcome = test_support::RunShell(
      InNamespace(
          "mkdir disk; mount -t tmpfs none disk; "
          "goprof history add --store \"disk/h?1%2 #.db\" fixtures/cpu_regression/go1.26.before.1.cpu.pb.gz; mount -o "
          "remount,ro disk; "
          "goprof history add --store \"disk/h?1%2 #.db\" fixtures/cpu_regression/go1.26.before.1.cpu.pb.gz; echo $?; "
          "goprof history list --store \"disk/h?1%2 #.db\" | head -1"),
      folder);
  REQUIRE(outcome.lines.size() == 4);
  CHECK(outcome.lines[1] == "goprof: disk/h?1%2 #.db: can't be opened, or nothing can be written beside it");
  CHECK(outcome.lines[2] == "2");
  CHECK(outcome.lines[3] == "1 runs in disk/h?1%2 #.db");
}
