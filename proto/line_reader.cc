#include "proto/line_reader.h"

#include <algorithm>

namespace proto {

bool LineReader::Next() {
  if (rest_.empty() && !Refill()) return false;
  ++number_;
  offset_ = next_offset_;
  is_cut_ = false;
  const size_t end = rest_.find('\n');
  if (end == std::string_view::npos) {
    JoinAcrossSpans();
  } else {
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    next_offset_ += end + 1;
  }
  if (line_.size() > longest_line_) {
    line_ = line_.substr(0, longest_line_);
    is_cut_ = true;
  }
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  return true;
}

bool LineReader::Refill() {
  const auto span = source_.Next();
  rest_ = {reinterpret_cast<const char*>(span.data()), span.size()};
  return !rest_.empty();
}

// rest_ has the beginning of a line and not its end.
void LineReader::JoinAcrossSpans() {
  seam_.clear();
  for (;;) {
    const size_t end = rest_.find('\n');
    const std::string_view piece = rest_.substr(0, end);
    // One byte more than allowed is kept: it shows that the line was too long.
    seam_.append(piece.substr(0, std::min(piece.size(), longest_line_ + 1 - seam_.size())));
    const size_t taken = end == std::string_view::npos ? piece.size() : end + 1;
    rest_.remove_prefix(taken);
    next_offset_ += taken;
    if (end != std::string_view::npos || !Refill()) break;
  }
  line_ = seam_;
}

}  // namespace proto
