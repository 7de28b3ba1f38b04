#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

// The unpacked bytes of an input, a span at a time: a file, standard input ("-"), or either through gzip (any number of
// members), zlib or zstd, recognised by their first bytes, one inside the other if need be. Memory: a few buffers, whatever
// the size.
namespace proto {

// How far the file itself has been read, in its own (packed) bytes. `total` is 0 where nobody knows: a pipe.
struct Progress {
  uint64_t done = 0;
  uint64_t total = 0;
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // The next bytes; empty at the end. Valid until the next call. Throws InputError where packing is damaged, where the
  // system fails to read, and where more than the allowed size comes out.
  virtual std::span<const uint8_t> Next() = 0;

  virtual Progress progress() const = 0;
};

// What packed bytes may unpack to unless the user says otherwise: real profiles, traces and perf texts pack 3 to 40 times,
// so this is generous to them and stops a megabyte that stands for ten gigabytes.
constexpr uint64_t kUnpackedAlwaysAllowed = uint64_t{256} << 20;
constexpr uint64_t kUnpackedPerPackedByte = 200;

struct OpenOptions {
  uint64_t max_unpacked_bytes = 0;  // 0 = by the rule above; plain inputs are never refused by it
};

// Throws InputError for what can't be opened (missing, a directory, no permission), in the system's words.
std::unique_ptr<ByteSource> OpenInput(const std::string& path, const OpenOptions& options = {});

// The same over bytes in memory (tests). `bytes` must outlive the source; `name` stands for the file in messages.
std::unique_ptr<ByteSource> OpenBytes(std::string name, std::string_view bytes, const OpenOptions& options = {});

}  // namespace proto
