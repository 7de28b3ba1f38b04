#include <cstddef>
#include <cstdint>

#include "tests/fuzz/read_anything.h"

// The entry of clang's libFuzzer: `./dev fuzz [SECONDS]`.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test_support::ReadAnything({reinterpret_cast<const char*>(data), size});
  return 0;
}
