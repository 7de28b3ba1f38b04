#include "proto/gotrace/wire_text.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "model/input_error.h"
#include "tests/fuzz/read_anything.h"
#include "tests/support/fixture.h"
#include "tests/support/wire_text.h"

namespace {

std::string TextOf(const std::string& bytes, std::string* damage = nullptr) {
  proto::gotrace::WireText wire("test", proto::OpenBytes("test", bytes));
  std::string text;
  while (wire.Next(text)) continue;
  if (damage != nullptr) *damage = wire.damage();
  return text;
}

TEST_CASE("a trace, told as text and assembled again, is the same to the byte") {
  size_t traces = 0, old = 0;
  for (const std::string& folder : test_support::FixtureFolders()) {
    for (const std::string& file : test_support::FixtureFiles(folder, ".trace")) {
      const std::string bytes = test_support::UnpackedFile(test_support::FixturePath(file));
      CAPTURE(file);
      std::string damage;
      const std::string text = TextOf(bytes, &damage);
      const std::string again = test_support::AssembleWire(text);
      // Of a trace that was not finished the last batch has no end; the assembler gives it one.
      CHECK(damage.empty() == (folder != "unfinished" || bytes == again));
      CHECK((damage.empty() ? bytes == again : bytes.starts_with(again.substr(0, bytes.size() / 2))));
      ++traces;
      old += bytes.compare(0, 8, "go 1.22 ") < 0;
    }
  }
  CHECK(traces > 80);
  CHECK(old >= 20);
}

TEST_CASE("records are told as they lie in the file") {
  const std::string text =
      "Trace Go1.26\n"
      "EventBatch gen=1 m=7 time=100 size=5\n"
      "GoBlock dt=99 reason_string=12 stack=300\n"
      "EventBatch gen=1 m=18446744073709551615 time=0 size=0\n"
      "Strings\n"
      "String id=12\n"
      "\tdata=\"a \\\"b\\\" \\\\\\n\\x00\\xff\u00e9\"\n"
      "Stack id=3 nframes=2\n"
      "\tpc=1 func=2 file=3 line=4\n"
      "\tpc=5 func=6 file=7 line=8\n"
      "ExperimentalBatch exp=1 gen=1 m=7 time=100\n"
      "\tdata=\"\\x01\\x02\"\n"
      "EndOfGeneration\n";
  const std::string bytes = test_support::AssembleWire(text);
  CHECK(bytes.substr(0, 16) == std::string("go 1.26 trace\0\0\0", 16));
  std::string expected = text;
  expected.replace(expected.find("size=0"), 6, "size=27");  // the assembler counts
  CHECK(TextOf(bytes) == expected);
}

TEST_CASE("records of v1 are told as they lie in the file, and make the same bytes again") {
  const std::string text =
      "Trace Go1.21\n"
      "Batch proc=0 ticks=1000\n"
      "ProcStart dt=1 thread=7\n"
      "GoCreate dt=300 new_g=7 new_stack=3 stack=4\n"
      "GoStartLocal dt=5 g=7\n"
      "UserLog dt=6 task=1 category=9 stack=4\n"
      "\tdata=\"twelve\"\n"
      "Batch proc=18446744073709551615 ticks=0\n"
      "TimerGoroutine g=5\n"
      "String id=9\n"
      "\tdata=\"order\"\n"
      "Stack id=4 nframes=1 padded=10\n"
      "\tpc=1 func=2 file=3 line=4\n"
      "Frequency hz=1000000000\n";
  const std::string bytes = test_support::AssembleWire(text);
  CHECK(bytes.substr(16, 4) == std::string("\x41\x00\xe8\x07", 4));  // Batch, two numbers
  CHECK(TextOf(bytes) == text);
  std::string damage;
  CHECK(TextOf(bytes + "\x3f", &damage) == text);
  CHECK(damage == fmt::format("byte {}: found a record of type 63", bytes.size()));
  CHECK(TextOf(bytes + "\xcd\x02\x01\x01\x01\x01", &damage) == text);
  CHECK(damage == fmt::format("byte {}: GoCreate says it has 2 bytes, and has 4", bytes.size()));
}

TEST_CASE("bytes that make no record end the text, and it says where") {
  const std::string bytes = test_support::AssembleWire("Trace Go1.22\nEventBatch gen=1 m=0 time=0 size=0\nProcStop dt=1\n");
  std::string damage;
  CHECK(TextOf(bytes + "\xc8", &damage).ends_with("ProcStop dt=1\n"));
  CHECK(damage == "byte 32: found a record of type 200");
  CHECK(TextOf(bytes + "\x16\x01", &damage).ends_with("ProcStop dt=1\n"));
  CHECK(damage == "byte 32: the file ends in the middle of a GoSyscallBegin record");
  CHECK_THROWS_AS(TextOf(std::string("go 1.9 trace\0\0\0\0", 16)), model::InputError);
}

}  // namespace
