#include "proto/processors.h"

#include <sched.h>

#include <thread>

namespace proto {

unsigned Processors() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return static_cast<unsigned>(CPU_COUNT(&allowed));
  return std::thread::hardware_concurrency();  // more processors than the set has room for
}

}  // namespace proto
