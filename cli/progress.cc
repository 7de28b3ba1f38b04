#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace cli {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
constexpr milliseconds kQuietAtFirst{1000};
constexpr milliseconds kBetweenUpdates{200};
constexpr double kMegabyte = 1e6;

class WatchedSource : public model::EventSource {
 public:
  WatchedSource(std::unique_ptr<model::EventSource> source, const std::string& path)
      : source_(std::move(source)), progress_("reading " + path) {}

  std::span<const model::Event> Next() override {
    const auto batch = source_->Next();
    progress_.Update(info().bytes_read, info().bytes_total);
    return batch;
  }
  const model::TraceInfo& info() const override { return source_->info(); }
  const model::Symbols& symbols() const override { return source_->symbols(); }
  const model::StackTrie& stacks() const override { return source_->stacks(); }

 private:
  std::unique_ptr<model::EventSource> source_;
  Progress progress_;
};

}  // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)),
      began_(Clock::now()),
      shown_(began_ + kQuietAtFirst - kBetweenUpdates),
      is_terminal_(::isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (has_shown_) fmt::print(stderr, "\r\x1b[K");
}

void Progress::Update(uint64_t done_bytes, uint64_t total_bytes) {
  if (!is_terminal_) return;
  const auto now = Clock::now();
  if (now < shown_ + kBetweenUpdates) return;
  shown_ = now;
  has_shown_ = true;
  const double seconds = duration<double>(now - began_).count();
  const double rate = static_cast<double>(done_bytes) / seconds;
  std::string line = fmt::format("\r\x1b[K{}: {:.0f} MB, {:.0f} MB/s", what_, static_cast<double>(done_bytes) / kMegabyte,
                                 rate / kMegabyte);
  if (total_bytes >= done_bytes && total_bytes != 0 && rate > 0) {
    line = fmt::format("\r\x1b[K{}: {:.0f} % of {:.0f} MB, {:.0f} MB/s, {:.0f} s left", what_,
                       100.0 * static_cast<double>(done_bytes) / static_cast<double>(total_bytes),
                       static_cast<double>(total_bytes) / kMegabyte, rate / kMegabyte,
                       static_cast<double>(total_bytes - done_bytes) / rate);
  }
  fmt::print(stderr, "{}", line);
  std::fflush(stderr);
}

std::unique_ptr<model::EventSource> WithProgress(std::unique_ptr<model::EventSource> source, const std::string& path) {
  return std::make_unique<WatchedSource>(std::move(source), path);
}

}  // namespace cli
