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

bool Progress::IsTimeToShow(Clock::time_point now) {
  if (!is_terminal_ || now < shown_ + kBetweenUpdates) return false;
  shown_ = now;
  return true;
}

void Progress::Show(const std::string& line) {
  has_shown_ = true;
  fmt::print(stderr, "\r\x1b[K{}: {}", what_, line);
  std::fflush(stderr);
}

void Progress::Update(uint64_t done_bytes, uint64_t total_bytes) {
  const auto now = Clock::now();
  if (!IsTimeToShow(now)) return;
  const double seconds = duration<double>(now - began_).count();
  const double rate = static_cast<double>(done_bytes) / seconds;
  if (total_bytes < done_bytes || total_bytes == 0 || rate <= 0) {
    Show(fmt::format("{:.0f} MB, {:.0f} MB/s", static_cast<double>(done_bytes) / kMegabyte, rate / kMegabyte));
    return;
  }
  Show(fmt::format("{:.0f} % of {:.0f} MB, {:.0f} MB/s, {:.0f} s left",
                   100.0 * static_cast<double>(done_bytes) / static_cast<double>(total_bytes),
                   static_cast<double>(total_bytes) / kMegabyte, rate / kMegabyte,
                   static_cast<double>(total_bytes - done_bytes) / rate));
}

void Progress::UpdateSteps(int done, int all) {
  const auto now = Clock::now();
  if (!IsTimeToShow(now)) return;
  Show(fmt::format("{} of {} done, {:.0f} s", done, all, duration<double>(now - began_).count()));
}

std::unique_ptr<model::EventSource> WithProgress(std::unique_ptr<model::EventSource> source, const std::string& path) {
  return std::make_unique<WatchedSource>(std::move(source), path);
}

}  // namespace cli
