#include "cli/on_interrupt.h"

#include <pthread.h>
#include <signal.h>

#include <utility>

namespace cli {
namespace {

constexpr int kOver = SIGURG;  // to the waiter: nobody else sends it, and its default is to be ignored

sigset_t Signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, kOver}) ::sigaddset(&signals, signal);
  return signals;
}

void Wait(const std::function<void()>& clean) {
  const sigset_t signals = Signals();
  int signal = 0;
  if (::sigwait(&signals, &signal) != 0 || signal == kOver) return;
  clean();
  ::signal(signal, SIG_DFL);
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  ::raise(signal);
}

}  // namespace

OnInterrupt::OnInterrupt(std::function<void()> clean) {
  const sigset_t signals = Signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  waiter_ = std::thread([clean = std::move(clean)] { Wait(clean); });
}

OnInterrupt::~OnInterrupt() {
  ::pthread_kill(waiter_.native_handle(), kOver);
  waiter_.join();
  const sigset_t signals = Signals();
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace cli
