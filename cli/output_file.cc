#include "cli/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "model/input_error.h"

namespace cli {
namespace {

[[noreturn]] void Fail(const std::string& path, int error) {
  throw model::InputError(path, fmt::format("can't write: {}", std::strerror(error)));
}

void WriteAll(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) Fail(path, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

// A file next to its final place that disappears unless it is committed.
class PendingFile {
 public:
  explicit PendingFile(const std::string& path) : path_(path), pending_(fmt::format("{}.{}.tmp", path, ::getpid())) {
    file_ = ::open(pending_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file_ < 0) Fail(path_, errno);
  }
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile() {
    if (file_ >= 0) ::close(file_);
    if (!committed_) ::unlink(pending_.c_str());
  }
  int file() const { return file_; }
  void Commit() {
    if (::close(std::exchange(file_, -1)) != 0) Fail(path_, errno);
    if (::rename(pending_.c_str(), path_.c_str()) != 0) Fail(path_, errno);
    committed_ = true;
  }

 private:
  std::string path_;
  std::string pending_;
  int file_ = -1;
  bool committed_ = false;
};

// Renaming over /dev/stdout or a pipe would replace it.
bool IsSpecial(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

}  // namespace

void WriteOutput(const std::string& path, std::string_view bytes) {
  if (path.empty() || path == "-") {
    std::fflush(stdout);
    WriteAll(STDOUT_FILENO, bytes, "standard output");
    return;
  }
  if (IsSpecial(path)) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0) Fail(path, errno);
    WriteAll(file, bytes, path);
    ::close(file);
    return;
  }
  PendingFile pending(path);
  WriteAll(pending.file(), bytes, path);
  pending.Commit();
}

}  // namespace cli
