#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace analysis {

// Where a report goes that can be larger than memory. `escape` makes a name from the input fit to be shown; `write` takes
// the text piece by piece. `threads` may work at it.
struct TextSink {
  std::function<std::string(std::string_view)> escape;
  std::function<void(std::string_view)> write;
  unsigned threads = 1;
};

}  // namespace analysis
