#pragma once

#include <functional>
#include <thread>

// While it lives, Ctrl-C (and SIGTERM, SIGHUP) first has `clean` called and then ends the program as it would have: for what
// the system does not clear away by itself, such as a half-written file with a name. One at a time, made before any thread
// is: threads made earlier would take the signal and end the program at once.
namespace cli {

class OnInterrupt {
 public:
  explicit OnInterrupt(std::function<void()> clean);
  OnInterrupt(const OnInterrupt&) = delete;
  OnInterrupt& operator=(const OnInterrupt&) = delete;
  ~OnInterrupt();

 private:
  std::thread waiter_;
};

}  // namespace cli
