#pragma once

#include <string_view>
#include <vector>

#include "model/stack_trie.h"
#include "model/symbols.h"

// The stacks of a trace (and of a dump) as this analysis compares them: a frame is a function and a line, without
// the address, so that two calls on one line are one place. Own tables, filled at first mention of a stack: they outlive the
// source, and stacks from a trace and from a dump of the same process meet here.
//
// What a frame says about itself (whose code, which receiver) is worked out once per function, what a stack does once per
// stack.
namespace analysis::deadlock {

using model::FunctionId;
using model::LocationId;
using model::StackId;
using model::StringId;

// What a function of the machinery does for those who wait, by its name: bits of FunctionTraits::does.
enum Does : uint8_t { kReceives = 1, kSends = 2, kCloses = 4, kSelects = 8, kSignalsCond = 16, kCountsDown = 32 };

// How a function's frames are read.
struct FunctionTraits {
  bool is_known = false;        // worked out already
  bool is_machinery = false;    // runtime, sync, internal/poll: how a wait is done, not who waits
  bool is_standard = false;     // the standard library, machinery included, and golang.org/x/sync: not whose wait it is
  bool is_dependency = false;   // of a module that was fetched or vendored, by its file's path
  bool is_runtime_own = false;  // runtime, runtime/trace, runtime/pprof: goroutines of theirs are no one's business
  uint8_t does = 0;             // of the machinery's: bits of Does
  StringId receiver;            // "main.(*Bank)" of main.(*Bank).transfer.func1; empty for plain functions
  StringId outermost;           // main.serve of main.serve.func1.2: the function in whose text it is written
};

class Stacks {
 public:
  explicit Stacks() = default;

  // The same stack in our tables. Ids of one source only, as long as Forget() is not called.
  StackId Import(const model::Symbols& symbols, const model::StackTrie& trie, StackId stack) {
    const bool is_known = stack.index() < imported_.size() && imported_[stack.index()] != model::StackTrie::root();
    return is_known ? imported_[stack.index()] : ImportNew(symbols, trie, stack);
  }
  // A stack of one frame: the innermost of the location's.
  StackId ImportFrame(const model::Symbols& symbols, LocationId location);
  void Forget() { imported_.clear(); }  // the next Import is from another source

  const model::Symbols& symbols() const { return symbols_; }
  const model::StackTrie& trie() const { return trie_; }

  // Leading frames of the machinery cut off: where the program itself waits.
  StackId UserPart(StackId stack) const { return Read(stack).user_part; }
  // UserPart, and the standard library's frames cut off too: the innermost frame that the user wrote. Root if there is none.
  StackId OwnPart(StackId stack) const;
  // OwnPart, and the frames of dependencies cut off too: the innermost frame of the program's own modules. Root if there is
  // none.
  StackId ProgramPart(StackId stack) const;

  LocationId leaf(StackId stack) const { return trie_.location(stack); }  // not for the root
  FunctionId function(LocationId location) const { return symbols_.lines(location)[0].function; }
  int64_t line(LocationId location) const { return symbols_.lines(location)[0].line; }
  FunctionId leaf_function(StackId stack) const;                                        // 0 for the root
  FunctionId outermost_function(StackId stack) const { return Read(stack).outermost; }  // 0 for the root
  bool IsOn(StackId stack, FunctionId function) const;
  // The two outermost frames with their lines, and the function that they called.
  std::pair<StackId, FunctionId> OutermostCall(StackId stack) const { return Read(stack).outermost_call; }
  StringId file(FunctionId function) const { return symbols_.functions()[function].file; }
  std::string_view name(FunctionId function) const { return symbols_.function_name(function); }
  const FunctionTraits& traits(FunctionId function) const;

  std::string PlaceName(LocationId location) const;    // "main.f:12"
  std::string FileAndLine(LocationId location) const;  // "main.go:12"
  StringId Intern(std::string_view text) { return symbols_.InternString(text); }

 private:
  // What follows from a stack alone.
  struct Reading {
    StackId user_part;
    FunctionId outermost;
    std::pair<StackId, FunctionId> outermost_call;
  };
  const Reading& Read(StackId stack) const {
    if (stack.index() >= readings_.size()) ReadNew();
    return readings_[stack.index()];
  }
  void ReadNew() const;

  StackId ImportNew(const model::Symbols& symbols, const model::StackTrie& trie, StackId stack);
  LocationId ImportFrame(const model::Symbols& symbols, const model::Line& line);
  FunctionTraits WorkOut(FunctionId function) const;

  // Interning a name changes no answer, so traits may be worked out behind const.
  mutable model::Symbols symbols_;
  model::StackTrie trie_;
  std::vector<StackId> imported_;  // by the source's id; root = not yet (the root itself needs none)
  mutable std::vector<FunctionTraits> traits_;
  mutable std::vector<Reading> readings_;  // by stack
};

// The first function or type of the program that both stacks have; main.main says nothing.
FunctionId SharedFrame(const Stacks& stacks, StackId a, StackId b);
FunctionId SharedWith(const Stacks& stacks, LocationId frame, StackId stack);  // of one frame, and a stack
// "net/http" of "net/http.(*conn).serve"
std::string_view PackageOf(std::string_view function);
// Is this function of the standard library, by its import path?
bool IsStandardLibrary(std::string_view function);
// "main.(*Bank)" of "main.(*Bank).transfer.func1", "" where there is no pointer receiver (value receivers look like
// closures).
std::string_view ReceiverType(std::string_view function);
// "main.serve" of "main.serve.func1.2"
std::string_view OutermostFunction(std::string_view function);

}  // namespace analysis::deadlock
