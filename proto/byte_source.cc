#include "proto/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <isa-l/igzip_lib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "model/input_error.h"
#include "proto/rewound_source.h"

namespace proto {
namespace {

constexpr size_t kBufferBytes = 256 * 1024;
// What a packed input may be packed in: gzip in zstd in gzip. Deeper nesting is an attack, not a file.
constexpr int kDeepestPacking = 3;
// zstd lets a frame ask for a window of gigabytes; more than this is refused, as the zstd program does.
constexpr int kLargestZstdWindowLog = 27;

class FileSource : public ByteSource {
 public:
  explicit FileSource(std::string path) : path_(std::move(path)), buffer_(kBufferBytes) {
    if (path_ == "-") {
      path_ = "standard input";
      file_ = STDIN_FILENO;
      return;
    }
    file_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0) throw model::InputError(path_, fmt::format("can't open: {}", std::strerror(errno)));
    struct stat status {};
    ::fstat(file_, &status);
    if (S_ISDIR(status.st_mode)) {
      ::close(file_);
      throw model::InputError(path_, "is a directory, wanted a file");
    }
    if (S_ISREG(status.st_mode)) progress_.total = static_cast<uint64_t>(status.st_size);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override {
    if (file_ > STDIN_FILENO) ::close(file_);
  }

  std::span<const uint8_t> Next() override {
    for (;;) {
      const ssize_t got = ::read(file_, buffer_.data(), buffer_.size());
      if (got >= 0) {
        progress_.done += static_cast<uint64_t>(got);
        return std::span(buffer_).first(static_cast<size_t>(got));
      }
      if (errno != EINTR) throw model::InputError(path_, fmt::format("can't read: {}", std::strerror(errno)));
    }
  }

  Progress progress() const override { return progress_; }

 private:
  std::string path_;
  std::vector<uint8_t> buffer_;
  Progress progress_;
  int file_ = -1;
};

class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes)
      : rest_(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()), total_(bytes.size()) {}

  std::span<const uint8_t> Next() override { return std::exchange(rest_, {}); }
  Progress progress() const override { return {.done = total_ - rest_.size(), .total = total_}; }

 private:
  std::span<const uint8_t> rest_;
  uint64_t total_;
};

// Common to both unpackers: packed bytes in, a bounded number of unpacked bytes out.
class Unpacker : public ByteSource {
 public:
  Unpacker(std::string name, std::unique_ptr<ByteSource> packed, uint64_t allowed)
      : name_(std::move(name)), packed_(std::move(packed)), allowed_(allowed), buffer_(kBufferBytes) {}

  std::span<const uint8_t> Next() final {
    const size_t made = Fill(buffer_);
    unpacked_ += made;
    const uint64_t allowed = allowed_ != 0 ? allowed_ : kUnpackedAlwaysAllowed + kUnpackedPerPackedByte * progress().done;
    if (unpacked_ > allowed) {
      throw model::InputError(name_, {.byte = progress().done},
                              fmt::format("unpacks to more than {} bytes; if that is meant, give --max-input", allowed));
    }
    return std::span(buffer_).first(made);
  }
  Progress progress() const final { return packed_->progress(); }

 protected:
  virtual size_t Fill(std::span<uint8_t> out) = 0;  // 0 = the end

  // More packed bytes; false at the end of the file.
  bool Refill() {
    consumed_ += taken_;
    input_ = packed_->Next();
    taken_ = input_.size();
    return !input_.empty();
  }
  [[noreturn]] void Fail(const std::string& what) const {
    throw model::InputError(name_, {.byte = consumed_ + taken_ - input_.size()}, what);
  }

  std::span<const uint8_t> input_;  // packed bytes not used yet

 private:
  std::string name_;
  std::unique_ptr<ByteSource> packed_;
  uint64_t allowed_;
  std::vector<uint8_t> buffer_;
  uint64_t unpacked_ = 0;
  uint64_t consumed_ = 0;  // packed bytes before the current span
  size_t taken_ = 0;       // length of the current span
};

// ISA-L comes back with the upper halves of the vector registers in use, and until they are cleared everything else is slower:
// reading a profile took 0.76 s in place of 0.55.
void ClearVectorRegisters() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx")) asm volatile("vzeroupper");
#endif
}

// RFC 1950 and 1952. Members follow one another; zero bytes behind the last are padding (tar and tape write it).
class GzipUnpacker : public Unpacker {
 public:
  GzipUnpacker(std::string name, std::unique_ptr<ByteSource> packed, uint64_t allowed)
      : Unpacker(std::move(name), std::move(packed), allowed) {
    isal_inflate_init(&stream_);
  }

 protected:
  size_t Fill(std::span<uint8_t> out) override {
    size_t made = 0;
    while (made < out.size()) {
      if (!is_in_member_ && !StartMember()) break;
      if (input_.empty() && !holds_output_ && !Refill()) Fail("packed data ends in the middle (gzip)");
      made += Inflate(out.subspan(made));
      if (made > 0 && input_.empty()) break;
    }
    return made;
  }

 private:
  bool StartMember() {
    for (;;) {
      if (input_.empty() && !Refill()) return false;
      if (is_first_member_ || input_[0] != 0) break;
      input_ = input_.subspan(1);
    }
    constexpr uint8_t kGzipBegin = 0x1f;
    isal_inflate_reset(&stream_);
    stream_.crc_flag = input_[0] == kGzipBegin ? ISAL_GZIP : ISAL_ZLIB;
    is_first_member_ = false;
    is_in_member_ = true;
    return true;
  }

  size_t Inflate(std::span<uint8_t> out) {
    stream_.next_in = const_cast<uint8_t*>(input_.data());
    stream_.avail_in = static_cast<uint32_t>(input_.size());
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uint32_t>(out.size());
    const int status = isal_inflate(&stream_);
    ClearVectorRegisters();
    input_ = input_.last(stream_.avail_in);
    if (status != ISAL_DECOMP_OK && status != ISAL_END_INPUT && status != ISAL_OUT_OVERFLOW)
      Fail(fmt::format("packed data is damaged (gzip: {})", InWords(status)));
    is_in_member_ = stream_.block_state != ISAL_BLOCK_FINISH;
    holds_output_ = is_in_member_ && stream_.avail_out == 0;
    return out.size() - stream_.avail_out;
  }

  static const char* InWords(int status) {
    switch (status) {
      case ISAL_INVALID_BLOCK:
        return "invalid block";
      case ISAL_INVALID_SYMBOL:
        return "invalid code";
      case ISAL_INVALID_LOOKBACK:
        return "invalid distance";
      case ISAL_INCORRECT_CHECKSUM:
        return "incorrect check sum";
      case ISAL_NEED_DICT:
        return "needs a dictionary";
      default:
        return "incorrect header";
    }
  }

  inflate_state stream_;
  bool is_first_member_ = true;
  bool is_in_member_ = false;
  bool holds_output_ = false;  // the output was full: there may be more without new input
};

class ZstdUnpacker : public Unpacker {
 public:
  ZstdUnpacker(std::string name, std::unique_ptr<ByteSource> packed, uint64_t allowed)
      : Unpacker(std::move(name), std::move(packed), allowed), stream_(ZSTD_createDStream(), &ZSTD_freeDStream) {
    ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kLargestZstdWindowLog);
  }

 protected:
  size_t Fill(std::span<uint8_t> out) override {
    ZSTD_outBuffer made = {out.data(), out.size(), 0};
    while (made.pos < made.size) {
      if (input_.empty() && !holds_output_ && !Refill()) {
        if (is_in_frame_) Fail("packed data ends in the middle (zstd)");
        break;
      }
      ZSTD_inBuffer in = {input_.data(), input_.size(), 0};
      const size_t left = ZSTD_decompressStream(stream_.get(), &made, &in);
      input_ = input_.subspan(in.pos);
      if (ZSTD_isError(left) != 0) Fail(fmt::format("packed data is damaged (zstd: {})", ZSTD_getErrorName(left)));
      is_in_frame_ = left != 0;
      holds_output_ = is_in_frame_ && made.pos == made.size;
      if (made.pos > 0 && input_.empty()) break;
    }
    return made.pos;
  }

 private:
  std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream_;
  bool is_in_frame_ = false;
  bool holds_output_ = false;  // the output was full: there may be more without new input
};

enum class Packing { kNone, kGzip, kZstd };

constexpr size_t kMagicBytes = 4;

Packing Recognise(std::string_view head) {
  if (head.starts_with("\x1f\x8b\x08")) return Packing::kGzip;
  if (head.starts_with("\x28\xb5\x2f\xfd")) return Packing::kZstd;
  // A zlib header: method 8, a window of 32 kB, and a check that 31 divides both bytes. 'x' as text can't pass for the
  // levels' second bytes 01, 5e, 9c, da except "x^", which no format we read begins with.
  constexpr std::string_view kLevels = "\x01\x5e\x9c\xda";
  const bool is_zlib = head.size() >= 2 && head[0] == 'x' && kLevels.find(head[1]) != std::string_view::npos;
  return is_zlib ? Packing::kGzip : Packing::kNone;
}

// Reads enough to recognise packing, and puts it back.
std::unique_ptr<ByteSource> SeeThrough(const std::string& name, std::unique_ptr<ByteSource> source,
                                       const OpenOptions& options) {
  for (int depth = 0;; ++depth) {
    auto rewound = std::make_unique<RewoundSource>(std::move(source), kMagicBytes);
    const Packing packing = Recognise(rewound->head());
    source = std::move(rewound);
    if (packing == Packing::kNone) return source;
    if (depth == kDeepestPacking)
      throw model::InputError(name, fmt::format("is packed more than {} times over", kDeepestPacking));
    if (packing == Packing::kGzip) {
      source = std::make_unique<GzipUnpacker>(name, std::move(source), options.max_unpacked_bytes);
    } else {
      source = std::make_unique<ZstdUnpacker>(name, std::move(source), options.max_unpacked_bytes);
    }
  }
}

}  // namespace

std::unique_ptr<ByteSource> OpenInput(const std::string& path, const OpenOptions& options) {
  const std::string name = path == "-" ? "standard input" : path;
  return SeeThrough(name, std::make_unique<FileSource>(path), options);
}

std::unique_ptr<ByteSource> OpenBytes(std::string name, std::string_view bytes, const OpenOptions& options) {
  return SeeThrough(name, std::make_unique<MemorySource>(bytes), options);
}

}  // namespace proto
