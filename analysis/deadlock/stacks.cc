#include "analysis/deadlock/stacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace analysis::deadlock {
namespace {

// First elements of the standard library's import paths (go list std).
constexpr std::array kStandardRoots = {
    "archive", "bufio",    "bytes",   "cmp",    "compress", "container", "context", "crypto",  "database", "debug",
    "embed",   "encoding", "errors",  "expvar", "flag",     "fmt",       "go",      "hash",    "html",     "image",
    "index",   "internal", "io",      "iter",   "log",      "maps",      "math",    "mime",    "net",      "os",
    "path",    "plugin",   "reflect", "regexp", "runtime",  "slices",    "sort",    "strconv", "strings",  "structs",
    "sync",    "syscall",  "testing", "text",   "time",     "unicode",   "unique",  "unsafe",  "vendor",   "weak"};

uint8_t DoneBy(std::string_view function) {
  static constexpr std::pair<std::string_view, Does> kParts[] = {{"chanrecv", kReceives}, {"chansend", kSends},
                                                                 {"closechan", kCloses},  {"selectgo", kSelects},
                                                                 {"Cond", kSignalsCond},  {"WaitGroup", kCountsDown}};
  int does = 0;
  for (const auto& [part, what] : kParts) does |= function.find(part) != function.npos ? what : 0;
  return static_cast<uint8_t>(does);
}

bool StartsWithAny(std::string_view text, std::initializer_list<std::string_view> heads) {
  return std::ranges::any_of(heads, [&](std::string_view head) { return text.starts_with(head); });
}

}  // namespace

std::string_view PackageOf(std::string_view function) {
  const size_t bracket = function.find('[');  // type arguments have paths of their own
  const std::string_view plain = function.substr(0, bracket);
  const size_t slash = plain.rfind('/');
  const size_t dot = plain.find('.', slash == std::string_view::npos ? 0 : slash);
  return plain.substr(0, dot);
}

bool IsStandardLibrary(std::string_view function) {
  const std::string_view path = PackageOf(function);
  const std::string_view root = path.substr(0, path.find('/'));
  return std::ranges::find(kStandardRoots, root) != kStandardRoots.end();
}

std::string_view ReceiverType(std::string_view function) {
  const size_t open = function.find("(*");
  if (open == std::string_view::npos) return {};
  const size_t close = function.find(')', open);
  if (close == std::string_view::npos) return {};
  return function.substr(0, close + 1);
}

std::string_view OutermostFunction(std::string_view function) {
  for (std::string_view mark : {".func", ".gowrap", ".deferwrap"}) {
    for (size_t at = function.find(mark); at != std::string_view::npos; at = function.find(mark, at + 1)) {
      const size_t digit = at + mark.size();
      if (digit < function.size() && function[digit] >= '0' && function[digit] <= '9') return function.substr(0, at);
    }
  }
  return function;
}

FunctionId SharedWith(const Stacks& stacks, LocationId frame, StackId stack) {
  const FunctionTraits ours = stacks.traits(stacks.function(frame));
  if (ours.is_standard) return FunctionId(0);
  for (LocationId at : stacks.trie().LeafFirst(stack)) {
    const FunctionTraits theirs = stacks.traits(stacks.function(at));
    if (theirs.is_standard) continue;
    const bool is_same_type = ours.receiver != StringId(0) && ours.receiver == theirs.receiver;
    const bool is_same_function = ours.outermost == theirs.outermost && stacks.symbols().text(ours.outermost) != "main.main";
    if (is_same_type || is_same_function) return stacks.function(at);
  }
  return FunctionId(0);
}

FunctionId SharedFrame(const Stacks& stacks, StackId a, StackId b) {
  for (LocationId frame : stacks.trie().LeafFirst(a)) {
    const FunctionId shared = SharedWith(stacks, frame, b);
    if (shared != FunctionId(0)) return shared;
  }
  return FunctionId(0);
}

StackId Stacks::ImportNew(const model::Symbols& symbols, const model::StackTrie& trie, StackId stack) {
  if (stack == model::StackTrie::root() || !trie.contains(stack)) return model::StackTrie::root();
  if (imported_.size() < trie.size()) imported_.resize(trie.size());
  std::vector<StackId> missing;
  StackId at = stack;
  for (; at != model::StackTrie::root() && imported_[at.index()] == model::StackTrie::root(); at = trie.caller(at)) {
    missing.push_back(at);
  }
  StackId ours = imported_[at.index()];
  for (; !missing.empty(); missing.pop_back()) {
    const auto lines = symbols.lines(trie.location(missing.back()));
    for (size_t i = lines.size(); i > 0; --i) ours = trie_.Child(ours, ImportFrame(symbols, lines[i - 1]));
    imported_[missing.back().index()] = ours;
  }
  return ours;
}

StackId Stacks::ImportFrame(const model::Symbols& symbols, LocationId location) {
  return trie_.Child(model::StackTrie::root(), ImportFrame(symbols, symbols.lines(location)[0]));
}

LocationId Stacks::ImportFrame(const model::Symbols& symbols, const model::Line& line) {
  const model::Function& function = symbols.functions()[line.function];
  return symbols_.InternFrame(symbols.text(function.name), symbols.text(function.file), line.line);
}

// A caller's row comes before those it calls.
void Stacks::ReadNew() const {
  if (readings_.empty()) readings_.emplace_back();  // the root
  for (auto row = static_cast<uint32_t>(readings_.size()); row < trie_.size(); ++row) {
    const StackId stack(row);
    const StackId caller = trie_.caller(stack);
    const FunctionId leaf = leaf_function(stack);
    Reading reading = readings_[caller.index()];
    if (!traits(leaf).is_machinery) reading.user_part = stack;
    if (caller == model::StackTrie::root()) reading.outermost = leaf;
    const StackId next = caller == model::StackTrie::root() ? caller : trie_.caller(caller);
    if (next == model::StackTrie::root()) {  // one or two frames
      reading.outermost_call = {stack, FunctionId(0)};
    } else if (trie_.caller(next) == model::StackTrie::root()) {
      reading.outermost_call = {caller, leaf};
    }
    readings_.push_back(reading);
  }
}

StackId Stacks::OwnPart(StackId stack) const {
  while (stack != model::StackTrie::root() && traits(leaf_function(stack)).is_standard) stack = trie_.caller(stack);
  return stack;
}

StackId Stacks::ProgramPart(StackId stack) const {
  const auto is_others = [&](const FunctionTraits& traits) { return traits.is_standard || traits.is_dependency; };
  while (stack != model::StackTrie::root() && is_others(traits(leaf_function(stack)))) stack = trie_.caller(stack);
  return stack;
}

FunctionId Stacks::leaf_function(StackId stack) const {
  return stack == model::StackTrie::root() ? FunctionId(0) : function(trie_.location(stack));
}

bool Stacks::IsOn(StackId stack, FunctionId wanted) const {
  for (LocationId at : trie_.LeafFirst(stack)) {
    if (function(at) == wanted) return true;
  }
  return false;
}

const FunctionTraits& Stacks::traits(FunctionId function) const {
  if (function.index() >= traits_.size()) traits_.resize(symbols_.functions().size() + 64);
  FunctionTraits& traits = traits_[function.index()];
  if (!traits.is_known) traits = WorkOut(function);
  return traits;
}

FunctionTraits Stacks::WorkOut(FunctionId function) const {
  const std::string name(symbols_.function_name(function));
  FunctionTraits traits;
  traits.is_known = true;
  traits.is_machinery =
      StartsWithAny(name, {"runtime.", "sync.", "internal/sync.", "internal/runtime/", "internal/poll.", "internal/race."});
  traits.is_standard = IsStandardLibrary(name) || StartsWithAny(name, {"golang.org/x/sync/"});
  // The go command keeps a fetched module in a folder `module@version`, also under -trimpath.
  const std::string_view path = symbols_.text(file(function));
  traits.is_dependency = path.find("@v") != path.npos || path.find("/vendor/") != path.npos;
  traits.is_runtime_own = StartsWithAny(name, {"runtime.", "runtime/", "internal/runtime/"});
  if (traits.is_machinery) traits.does = DoneBy(name);
  traits.receiver = symbols_.InternString(ReceiverType(name));
  traits.outermost = symbols_.InternString(OutermostFunction(name));
  return traits;
}

std::string Stacks::PlaceName(LocationId location) const {
  return fmt::format("{}:{}", name(function(location)), line(location));
}

std::string Stacks::FileAndLine(LocationId location) const {
  const std::string_view path = symbols_.text(file(function(location)));
  const size_t slash = path.rfind('/');
  return fmt::format("{}:{}", slash == std::string_view::npos ? path : path.substr(slash + 1), line(location));
}

}  // namespace analysis::deadlock
