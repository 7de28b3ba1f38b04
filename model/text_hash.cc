#include "model/text_hash.h"

#include <random>

namespace model {

uint64_t RandomSeed() {
  std::random_device random;
  return (uint64_t{random()} << 32) | random();
}

}  // namespace model
