#include "proto/pprof/reader.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "model/input_error.h"
#include "proto/byte_source.h"
#include "proto/pprof/writer.h"
#include "tests/support/places.h"
#include "tests/support/pprof_text.h"
#include "tests/support/slow_source.h"

namespace {

using test_support::CanonicalText;
using test_support::PprofBytes;
using test_support::ReadPprof;

// Everything the format has, ids far apart and out of order, the string table last.
constexpr std::string_view kRich = R"(
  sample_type { type: 1 unit: 2 } sample_type { type: 3 unit: 4 }
  sample { location_id: [7, 1000000] value: [1, 10] label { key: 5 str: 6 } label { key: 7 num: 4096 num_unit: 8 } }
  sample { location_id: 1000000 value: [2, -20] }
  sample { value: [3, 30] label { key: 5 num: -1 } }
  mapping { id: 9 memory_start: 4096 memory_limit: 8192 file_offset: 16 filename: 9 build_id: 10 has_functions: true }
  location { id: 1000000 mapping_id: 9 address: 5000 line { function_id: 18446744073709551615 line: 12 column: 3 } }
  location { id: 7 address: 5001 is_folded: true line { function_id: 4 line: 1 } line { function_id: 18446744073709551615 line: 2 } }
  function { id: 18446744073709551615 name: 11 system_name: 12 filename: 13 start_line: 10 }
  function { id: 4 name: 14 filename: 13 }
  drop_frames: 15 keep_frames: 16 time_nanos: 1700000000 duration_nanos: 5
  period_type { type: 3 unit: 4 } period: 100 comment: [17, 18] default_sample_type: 1 doc_url: 19
  string_table: ["", "samples", "count", "cpu", "nanoseconds", "tenant", "acme", "bytes", "kilobytes", "/bin/app", "beef",
                 "main.main", "_main.main", "/src/main.go", "main.inlined", "drop", "keep", "one", "two", "https://doc"]
)";

std::string Wrong(std::string_view text) {
  try {
    ReadPprof(PprofBytes(text));
  } catch (const model::InputError& error) {
    return error.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("all of a profile is read") {
  CHECK(
      CanonicalText(ReadPprof(PprofBytes(kRich))) ==
      "type samples/count\n"
      "type cpu/nanoseconds\n"
      "sample 1 10 mapping 0 0x1389 folded [main.inlined  /src/main.go:1:0 s=0] [main.main _main.main /src/main.go:2:0 s=10]"
      " mapping 1 0x1388 [main.main _main.main /src/main.go:12:3 s=10] tenant=acme bytes=4096kilobytes\n"
      "sample 2 -20 mapping 1 0x1388 [main.main _main.main /src/main.go:12:3 s=10]\n"
      "sample 3 30 tenant=-1\n"
      "mapping 0x0-0x0@0x0   falsefalsefalsefalse\n"
      "mapping 0x1000-0x2000@0x10 /bin/app beef truefalsefalsefalse\n"
      "tables 2 3 2\n"
      "period 100 cpu/nanoseconds, time 1700000000, duration 5, default 0\n"
      "drop drop keep keep url https://doc comments one|two\n");
}

TEST_CASE("what is written reads back the same") {
  const model::Profile profile = ReadPprof(PprofBytes(kRich));
  CHECK(CanonicalText(ReadPprof(proto::pprof::Write(profile))) == CanonicalText(profile));
}

TEST_CASE("every recorded profile survives write and read") {
  size_t files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::filesystem::path(test_support::kSourceDir) / "fixtures")) {
    if (!entry.path().string().ends_with(".pb.gz")) continue;
    const auto source = proto::OpenInput(entry.path());
    const model::Profile profile = proto::pprof::Read(*source, entry.path());
    CHECK(profile.value_count() > 0);
    CHECK_MESSAGE(CanonicalText(ReadPprof(proto::pprof::Write(profile))) == CanonicalText(profile), entry.path());
    ++files;
  }
  CHECK(files > 0);
}

TEST_CASE("a profile that comes in pieces of any size is the same profile") {
  const std::string bytes = PprofBytes(kRich);
  const std::string whole = CanonicalText(ReadPprof(bytes));
  for (size_t step = 1; step <= bytes.size(); ++step) {
    test_support::SlowSource source(bytes, step);
    CHECK_MESSAGE(CanonicalText(proto::pprof::Read(source, "pieces")) == whole, step);
  }
}

TEST_CASE("a profile cut at any byte is an error or a profile with less, never more") {
  const std::string whole = PprofBytes(kRich);
  const std::string all = CanonicalText(ReadPprof(whole));
  size_t refused = 0;
  for (size_t length = 0; length < whole.size(); ++length) {
    try {
      const std::string less = CanonicalText(ReadPprof(whole.substr(0, length)));
      CHECK(less.size() < all.size());
    } catch (const model::InputError&) {
      ++refused;
    }
  }
  CHECK(refused + 20 > whole.size());  // only between the single values at the end is a cut no damage
}

TEST_CASE("a flipped bit is an error or another profile, and never worse") {
  const std::string whole = PprofBytes(kRich);
  size_t refused = 0;
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    try {
      CanonicalText(ReadPprof(proto::pprof::Write(ReadPprof(bytes))));
    } catch (const model::InputError&) {
      ++refused;
    }
  }
  CHECK(refused > whole.size());
}

TEST_CASE("an id that nothing defines is named with the record that mentions it") {
  CHECK(Wrong(R"(sample_type {} sample { location_id: 88 value: 1 } string_table: "")") ==
        "test.pb: byte 6 (sample 1): location id 88 is not defined in this profile");
  CHECK(Wrong(R"(location { id: 3 line { function_id: 4 } } string_table: "")")
            .find("(location 3): function id 4 is not defined in this profile") != std::string::npos);
  CHECK(Wrong(R"(location { id: 3 mapping_id: 6 } string_table: "")")
            .find("(location 3): mapping id 6 is not defined in this profile") != std::string::npos);
}

TEST_CASE("rows are defined once and have an id") {
  CHECK(Wrong(R"(location { id: 3 } location { id: 3 } string_table: "")").find("(location 3): id 3 is defined twice") !=
        std::string::npos);
  CHECK(Wrong(R"(function { id: 3 } function { id: 3 } string_table: "")").find("(function 3): id 3 is defined twice") !=
        std::string::npos);
  CHECK(Wrong(R"(mapping { } string_table: "")").find("(mapping 0): has id 0, which means none") != std::string::npos);
}

TEST_CASE("a string index outside of the table is an error") {
  CHECK(Wrong(R"(function { id: 1 name: 9 } string_table: ["", "x"])")
            .find("(name of a function): string 9 is not in the string table, which has 2") != std::string::npos);
  CHECK(Wrong(R"(function { id: 1 name: -1 } string_table: "")").find("string -1 is not in the string table") !=
        std::string::npos);
  CHECK(Wrong(R"(sample_type {} sample { value: 1 label { key: 7 str: 1 } } string_table: "")").find("string 7 is not in") !=
        std::string::npos);
  CHECK(Wrong(R"(string_table: "main")").find("the first string of the table must be empty") != std::string::npos);
}

TEST_CASE("samples have one value for each sample type") {
  CHECK(Wrong(R"(sample_type {} sample { value: [1, 2] } string_table: "")")
            .find("(sample 1): has 2 values, the profile has 1 sample types") != std::string::npos);
  CHECK(Wrong(R"(sample { value: 1 } string_table: "")").find("samples have 1 values, the profile has 0 sample types") !=
        std::string::npos);
}

TEST_CASE("a length that lies is not believed") {
  const std::string huge = "\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
  CHECK_THROWS_AS(ReadPprof(huge), model::InputError);
  const std::string beyond = "\x12\x7f\x0a";
  CHECK_THROWS_WITH(ReadPprof(beyond), "test.pb: byte 2: a field says it has 127 bytes, 1 are left");
}

TEST_CASE("two profiles one behind the other are told apart from one") {
  const std::string one = PprofBytes(R"(time_nanos: 5 string_table: "")");
  CHECK_THROWS_WITH(ReadPprof(one + one), doctest::Contains("several profiles"));
}

TEST_CASE("numbers may be packed or not, and unknown fields are stepped over") {
  const std::string loose(
      "\x12\x06\x08\x01\x08\x02\x10\x05"  // sample: location 1, location 2, value 5, each a field of its own
      "\x0a\x00"                          // sample type
      "\x22\x02\x08\x01"
      "\x22\x02\x08\x02"  // two locations
      "\x32\x00"
      "\xa2\x06\x03"
      "abc",
      26);
  const model::Profile profile = ReadPprof(loose);
  CHECK(profile.sample_count() == 1);
  CHECK(profile.stacks.Depth(profile.sample_stack[0]) == 2);
}

TEST_CASE("profiles are recognised by their bytes, text is not taken for one") {
  const std::string bytes = PprofBytes(kRich);
  CHECK(proto::pprof::LooksPprof(bytes));
  CHECK(proto::pprof::LooksPprof(std::string_view(bytes).substr(0, 37)));
  for (const char* text : {"", "main;serve 3\n", "goroutine 1 [running]:\n", "go 1.26 trace\0\0\0",
                           "perf 1 [000] 1.0: cpu-clock:\n", "\n\n\n"}) {
    CHECK_FALSE(proto::pprof::LooksPprof(text));
  }
}
