#include "proto/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
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

// RFC 1950 and 1952. Members follow one another; zero bytes behind the last are padding (tar and tape write it).
class ZlibUnpacker : public Unpacker {
 public:
  using Unpacker::Unpacker;
  ZlibUnpacker(const ZlibUnpacker&) = delete;
  ZlibUnpacker& operator=(const ZlibUnpacker&) = delete;
  ~ZlibUnpacker() override {
    if (is_open_) inflateEnd(&stream_);
  }

 protected:
  size_t Fill(std::span<uint8_t> out) override {
    size_t made = 0;
    while (made < out.size()) {
      if (!is_in_member_ && !StartMember()) break;
      if (input_.empty() && !Refill()) Fail("packed data ends in the middle (zlib)");
      made += Inflate(out.subspan(made));
      if (made > 0 && input_.empty()) break;
    }
    return made;
  }

 private:
  bool StartMember() {
    for (;;) {
      if (input_.empty() && !Refill()) return false;
      if (!is_open_ || input_[0] != 0) break;
      input_ = input_.subspan(1);
    }
    constexpr int kZlibOrGzip = 15 + 32;
    const int status = is_open_ ? inflateReset(&stream_) : inflateInit2(&stream_, kZlibOrGzip);
    if (status != Z_OK) Fail("can't start to unpack (zlib)");
    is_open_ = is_in_member_ = true;
    return true;
  }

  size_t Inflate(std::span<uint8_t> out) {
    stream_.next_in = const_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(input_.size());
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uInt>(out.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    input_ = input_.last(stream_.avail_in);
    if (status == Z_STREAM_END) {
      is_in_member_ = false;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      Fail(fmt::format("packed data is damaged (zlib: {})", stream_.msg != nullptr ? stream_.msg : "unknown"));
    }
    return out.size() - stream_.avail_out;
  }

  z_stream stream_{};
  bool is_open_ = false;
  bool is_in_member_ = false;
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

enum class Packing { kNone, kZlib, kZstd };

constexpr size_t kMagicBytes = 4;

Packing Recognise(std::string_view head) {
  if (head.starts_with("\x1f\x8b\x08")) return Packing::kZlib;
  if (head.starts_with("\x28\xb5\x2f\xfd")) return Packing::kZstd;
  // A zlib header: method 8, a window of 32 kB, and a check that 31 divides both bytes. 'x' as text can't pass for the
  // levels' second bytes 01, 5e, 9c, da except "x^", which no format we read begins with.
  constexpr std::string_view kLevels = "\x01\x5e\x9c\xda";
  const bool is_zlib = head.size() >= 2 && head[0] == 'x' && kLevels.find(head[1]) != std::string_view::npos;
  return is_zlib ? Packing::kZlib : Packing::kNone;
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
    if (packing == Packing::kZlib) {
      source = std::make_unique<ZlibUnpacker>(name, std::move(source), options.max_unpacked_bytes);
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
