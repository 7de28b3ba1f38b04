#pragma once

namespace proto {

// Those that this process may use. A container or taskset leaves fewer than the machine has, which is what
// std::thread::hardware_concurrency() counts; a second thread on one processor costs more than it brings.
unsigned Processors();

}  // namespace proto
