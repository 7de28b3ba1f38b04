#include "tests/support/places.h"

namespace test_support {

const char* const kSourceDir = SOURCE_DIR;
const char* const kBinaryDir = BINARY_DIR;

}  // namespace test_support
