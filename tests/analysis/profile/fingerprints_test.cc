#include "analysis/profile/fingerprints.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/pprof_text.h"

namespace {

const model::TextHasher kHash(7);

// Of a file with these mappings and locations and two functions, main.run (10) and main.add, both in main.go.
std::vector<model::TextHash> Of(const std::string& records) {
  return analysis::LocationFingerprints(test_support::ReadPprof(test_support::PprofBytes(R"(
    sample_type { type: 1 unit: 2 })" + records + R"(
    function { id: 1 name: 3 system_name: 3 filename: 5 start_line: 10 }
    function { id: 2 name: 4 system_name: 4 filename: 5 start_line: 20 }
    function { id: 3 name: 3 system_name: 3 filename: 6 start_line: 10 }
    string_table: ["", "cpu", "count", "main.run", "main.add", "main.go", "run.go", "/bin/a", "build-1"])")),
                                        kHash);
}

}  // namespace

TEST_CASE("a place has one fingerprint wherever the program was loaded and however the file numbers it") {
  const auto here = Of(R"(
    mapping { id: 1 memory_start: 0x400000 memory_limit: 0x500000 filename: 7 build_id: 8 }
    location { id: 1 mapping_id: 1 address: 0x400010 line { function_id: 2 line: 21 } line { function_id: 1 line: 11 } })");
  const auto there = Of(R"(
    mapping { id: 9 memory_start: 0x700000 memory_limit: 0x800000 build_id: 8 }
    location { id: 30 mapping_id: 9 address: 0x700020 }
    location { id: 20 mapping_id: 9 address: 0x700010 line { function_id: 2 line: 21 } line { function_id: 1 line: 11 } })");
  CHECK(here[0] == there[1]);
  CHECK(here[0] != there[0]);
}

TEST_CASE("what differs in anything has another fingerprint") {
  const auto all = Of(R"(
    mapping { id: 1 memory_start: 0x400000 memory_limit: 0x500000 filename: 7 build_id: 8 }
    mapping { id: 2 memory_start: 0x400000 memory_limit: 0x500000 file_offset: 4096 filename: 7 build_id: 8 }
    mapping { id: 3 memory_start: 0x400000 memory_limit: 0x600000 filename: 7 build_id: 8 }
    mapping { id: 4 memory_start: 0x400000 memory_limit: 0x500000 filename: 7 }
    mapping { id: 5 }
    location { id: 1 mapping_id: 1 address: 0x400010 line { function_id: 1 line: 11 } }
    location { id: 2 mapping_id: 2 address: 0x400010 line { function_id: 1 line: 11 } }
    location { id: 3 mapping_id: 3 address: 0x400010 line { function_id: 1 line: 11 } }
    location { id: 4 mapping_id: 4 address: 0x400010 line { function_id: 1 line: 11 } }
    location { id: 5 mapping_id: 1 address: 0x400011 line { function_id: 1 line: 11 } }
    location { id: 6 mapping_id: 1 address: 0x400010 line { function_id: 1 line: 12 } }
    location { id: 7 mapping_id: 1 address: 0x400010 line { function_id: 1 line: 11 column: 3 } }
    location { id: 8 mapping_id: 1 address: 0x400010 line { function_id: 2 line: 11 } }
    location { id: 9 mapping_id: 1 address: 0x400010 line { function_id: 3 line: 11 } }
    location { id: 10 mapping_id: 1 address: 0x400010 is_folded: true line { function_id: 1 line: 11 } }
    location { id: 11 mapping_id: 1 address: 0x400010 }
    location { id: 12 mapping_id: 1 address: 0x400010 line { function_id: 1 line: 11 } line { function_id: 2 line: 21 } }
    location { id: 13 mapping_id: 1 address: 0x400010 line { function_id: 2 line: 21 } line { function_id: 1 line: 11 } }
    location { id: 14 mapping_id: 1 address: 0x400010 line { function_id: 1 line: 11 } line { function_id: 1 line: 11 } }
    location { id: 15 address: 0x10 }
    location { id: 16 mapping_id: 5 address: 0x10 })");
  REQUIRE(all.size() == 16);
  for (size_t a = 0; a < all.size(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      CAPTURE(a + 1);
      CAPTURE(b + 1);
      CHECK(all[a] != all[b]);
    }
  }
}
