#include "cli/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
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

mode_t ModeOf(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode : S_IFREG;
}

// Renaming over a link would replace it and leave alone what it leads to.
std::string BehindLinks(const std::string& path) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(path, error);
  return error ? path : target.string();
}

// A file without a name, which nothing can leave behind, not even SIGKILL; -1 where the file system has no such files.
int OpenUnnamed(const std::string& target) {
  if (::access("/proc/self/fd", X_OK) != 0) return -1;  // the way to name it later
  const std::string folder = std::filesystem::path(target).parent_path();
  return ::open(folder.empty() ? "." : folder.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
}

}  // namespace

OutputFile::OutputFile(const std::string& path) : path_(path) {
  if (path.empty() || path == "-") {
    path_ = "standard output";
    std::fflush(stdout);
    file_ = STDOUT_FILENO;
    return;
  }
  const mode_t mode = ModeOf(path);
  if (S_ISDIR(mode)) Fail(path, EISDIR);
  if (!S_ISREG(mode)) {  // renaming over /dev/stdout or a pipe would replace it
    file_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    target_ = BehindLinks(path);
    file_ = OpenUnnamed(target_);
    if (file_ >= 0) return;
    pending_ = PendingName();
    file_ = ::open(pending_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  }
  if (file_ < 0) {
    pending_.clear();
    Fail(path_, errno);
  }
}

OutputFile::~OutputFile() {
  if (file_ > STDOUT_FILENO) ::close(file_);
  if (!pending_.empty()) ::unlink(pending_.c_str());
}

void OutputFile::Write(std::string_view bytes) { WriteAll(file_, bytes, path_); }

void OutputFile::Commit() {
  if (file_ == STDOUT_FILENO) return;
  if (!target_.empty() && pending_.empty()) Link();
  if (::close(std::exchange(file_, -1)) != 0) Fail(path_, errno);
  if (pending_.empty()) return;
  if (::rename(pending_.c_str(), target_.c_str()) != 0) Fail(path_, errno);
  pending_.clear();
}

void OutputFile::Link() {
  const std::string name = PendingName();
  const std::string unnamed = fmt::format("/proc/self/fd/{}", file_);
  if (::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) Fail(path_, errno);
  pending_ = name;
}

std::string OutputFile::PendingName() const { return fmt::format("{}.{}.tmp", target_, ::getpid()); }

void WriteOutput(const std::string& path, std::string_view bytes) {
  OutputFile file(path);
  file.Write(bytes);
  file.Commit();
}

}  // namespace cli
