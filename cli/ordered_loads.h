#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "model/profile.h"

namespace cli {

// Profiles, read on several threads and handed out in order. Readers are at most a few profiles ahead of who takes them, so
// any number of files needs the memory of those few.
class OrderedLoads {
 public:
  // Calls load(0) .. load(count - 1).
  OrderedLoads(size_t count, std::function<model::Profile(size_t)> load);
  OrderedLoads(const OrderedLoads&) = delete;
  OrderedLoads& operator=(const OrderedLoads&) = delete;
  ~OrderedLoads();

  // The next one; nullopt at the end. Throws what reading it threw.
  std::optional<model::Profile> Next();

 private:
  struct Loaded {
    std::optional<model::Profile> profile;
    std::exception_ptr error;
  };

  void Work();
  Loaded Load(size_t number) const;

  const size_t count_;
  const std::function<model::Profile(size_t)> load_;
  std::vector<std::thread> threads_;  // none where there is one profile, or one processor

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<size_t, Loaded> ready_;
  size_t begun_ = 0;
  size_t taken_ = 0;
  bool is_stopped_ = false;
};

}  // namespace cli
