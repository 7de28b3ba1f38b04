#include "analysis/trace/outside_waits.h"

#include <algorithm>
#include <cctype>

#include "analysis/frame_origin.h"
#include "analysis/frame_text.h"

namespace analysis {
namespace {

using model::GoState;

// "Read" of "internal/poll.(*FD).Read"; copies from socket to socket wait in functions.
std::string_view PollMethod(std::string_view function) {
  constexpr std::string_view kPackage = "internal/poll.", kMethod = "(*FD).";
  if (!function.starts_with(kPackage)) return "";
  function.remove_prefix(kPackage.size());
  if (function == "spliceDrain") return "Read";
  if (function == "splicePump" || function.starts_with("SendFile") || function.starts_with("sendFile")) return "Write";
  return function.starts_with(kMethod) ? function.substr(kMethod.size()) : std::string_view();
}

// As a user knows it: a connect waits until the socket can be written to.
std::string NetworkOperation(std::string_view method) {
  if (method == "WaitWrite") return "connect";
  for (const char* word : {"Read", "Write", "Accept"}) {
    if (method.starts_with(word)) {
      std::string operation(word);
      operation[0] = static_cast<char>(std::tolower(operation[0]));
      return operation;
    }
  }
  return std::string(method);
}

bool IsStandard(const model::Symbols& symbols, model::FunctionId function) {
  const model::Function& row = symbols.functions()[function];
  switch (OriginOf({.function = symbols.text(row.name), .file = symbols.text(row.file), .mapping = ""}, "")) {
    case model::FrameOrigin::kStandardLibrary:
    case model::FrameOrigin::kRuntime:
    case model::FrameOrigin::kGarbageCollector:
    case model::FrameOrigin::kSystem:
      return true;
    default:
      return false;
  }
}

}  // namespace

void OutsideWaits::See(const model::Event& event, const StateSpan* ended) {
  filter_.See(event);
  if (ended != nullptr) Count(*ended);
}

// A channel or select that nobody's goroutine ended was ended by a timer. One that is still on may be for anything.
std::optional<OutsideKind> OutsideWaits::KindOf(const StateSpan& span, const WaitSite& site) const {
  if (span.state == GoState::kSyscall) return OutsideKind::kSyscall;
  const Resource resource = site.resource;
  if (resource == Resource::kSyscall) return OutsideKind::kSyscall;
  if (resource == Resource::kNetwork) return OutsideKind::kNetwork;
  if (resource == Resource::kSleep) return OutsideKind::kTimer;
  const bool is_fired = !span.is_open && span.ender == model::kNoGoroutine && span.ender_stack == model::StackTrie::root() &&
                        (resource == Resource::kChanReceive || resource == Resource::kSelect);
  return is_fired ? std::optional(OutsideKind::kTimer) : std::nullopt;
}

OutsideWaits::Place OutsideWaits::Read(OutsideKind kind, const StateSpan& span) {
  const model::Symbols& symbols = source_->symbols();
  Place place;
  std::string_view callee;
  for (const model::LocationId at : source_->stacks().LeafFirst(span.stack)) {
    const auto lines = symbols.lines(at);
    if (lines.empty()) continue;
    const model::FunctionId function = lines.front().function;
    const std::string_view name = symbols.function_name(function);
    const std::string_view method = PollMethod(name);
    if (kind == OutsideKind::kNetwork && !method.empty() && place.operation.empty())
      place.operation = NetworkOperation(method);
    if (!IsStandard(symbols, function)) {
      place.where = at;
      break;
    }
    if (name == "runtime.goexit" || name == "runtime.main") break;
    place.where = at;
    callee = name;
  }
  if (kind == OutsideKind::kSyscall) place.operation = callee;
  if (kind == OutsideKind::kTimer) place.operation = analysis::Name(sites_.Of(span.stack, span.reason).resource);
  if (place.operation.empty()) place.operation = "unknown";
  return place;
}

OutsideWaits::Row& OutsideWaits::RowOf(OutsideKind kind, const StateSpan& span) {
  const uint64_t key = (uint64_t{span.stack.value} << 8) | static_cast<uint8_t>(kind);
  if (Row* const* const known = row_of_.Find(key)) return **known;
  const Place place = Read(kind, span);
  Row& row = rows_[{kind, place.operation, place.where}];
  row.found.kind = kind;
  row.found.operation = place.operation;
  row.found.where = place.where;
  return *row_of_.Add(key, &row);
}

void OutsideWaits::Count(const StateSpan& span) {
  if (span.state != GoState::kSyscall && span.state != GoState::kWaiting) return;
  const WaitSite site = sites_.Of(span.stack, span.reason);
  const std::optional<OutsideKind> kind = KindOf(span, site);
  if (!kind || site.is_of_the_runtime) return;
  for (const StateSpan& part : filter_.Cut(span, spans_.origin(span.goroutine))) {
    Row& row = RowOf(*kind, part);
    row.found.lost_proc += part.lost_proc_at ? 1 : 0;
    row.goroutines.Add(static_cast<uint64_t>(part.goroutine));
    if (!part.is_open) {
      row.found.waits.Add(part.duration());
      continue;
    }
    ++row.found.open;
    row.found.open_ns += part.duration();
    row.found.longest_open_ns = std::max(row.found.longest_open_ns, part.duration());
    row.found.waiting.push_back(part.goroutine);
  }
}

std::vector<OutsideWait> OutsideWaits::Finish() {
  for (const StateSpan& span : spans_.Open()) Count(span);
  std::vector<OutsideWait> found;
  for (auto& [key, row] : rows_) {
    row.found.goroutines = row.goroutines.size();
    found.push_back(std::move(row.found));
  }
  const auto name = [&](const OutsideWait& row) { return row.operation + FrameText(source_->symbols(), row.where); };
  std::ranges::sort(found, [&](const OutsideWait& a, const OutsideWait& b) {
    if (a.kind != b.kind) return a.kind < b.kind;
    if (a.total_ns() != b.total_ns()) return a.total_ns() > b.total_ns();
    return name(a) < name(b);
  });
  return found;
}

}  // namespace analysis
