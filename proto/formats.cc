#include "proto/formats.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "model/input_error.h"
#include "proto/background_source.h"
#include "proto/dump/count_profile.h"
#include "proto/dump/dump.h"
#include "proto/dump/dump_profile.h"
#include "proto/folded/folded.h"
#include "proto/gotrace/gotrace.h"
#include "proto/perf/perf.h"
#include "proto/pprof/reader.h"
#include "proto/rewound_source.h"

namespace proto {
namespace {

using SourcePtr = std::unique_ptr<ByteSource>;

// `looks_like` sees the first bytes of the input, at least kHeadBytes of them or all there are.
struct Format {
  const char* name;
  bool (*looks_like)(std::string_view head);
  Input (*read)(const std::string& name, SourcePtr source, const ReadOptions& options);
};
constexpr size_t kHeadBytes = 64 * 1024;

// In the order in which they are asked: those that begin with a magic number first, the vaguest text last.
constexpr std::array kFormats = {
    Format{"Go execution traces", gotrace::LooksGoTrace,
           [](const std::string& name, SourcePtr source, const ReadOptions&) -> Input {
             return gotrace::Open(name, std::move(source));
           }},
    Format{"pprof profiles", pprof::LooksPprof,
           [](const std::string& name, SourcePtr source, const ReadOptions& options) -> Input {
             if (options.is_one_of_many) return pprof::Read(*source, name);
             BackgroundSource ahead(std::move(source));
             return pprof::Read(ahead, name);
           }},
    Format{"goroutine profiles as text (debug=1)", LooksLikeCountProfile,
           [](const std::string& name, SourcePtr source, const ReadOptions&) -> Input {
             return ReadCountProfile(name, *source);
           }},
    Format{"goroutine dumps", LooksLikeDump,
           [](const std::string& name, SourcePtr source, const ReadOptions&) -> Input {
             return ReadGoroutineDumps(name, *source);
           }},
    Format{"perf script text", LooksLikePerfScript,
           [](const std::string& name, SourcePtr source, const ReadOptions& options) -> Input {
             PerfOptions perf = options.perf;
             if (options.is_one_of_many) perf.decoders = 1;
             return ReadPerfScript(name, *source, perf);
           }},
    Format{"folded stacks", LooksFolded,
           [](const std::string& name, SourcePtr source, const ReadOptions& options) -> Input {
             return ReadFolded(name, *source, options.folded);
           }},
};

std::string FormatNames() {
  std::string names;
  for (const Format& format : kFormats) names += fmt::format("{}{}", names.empty() ? "" : ", ", format.name);
  return names;
}

// nullptr where it is none of them.
const Format* Recognise(std::string_view head) {
  for (const Format& format : kFormats) {
    if (format.looks_like(head)) return &format;
  }
  return nullptr;
}

Input ReadAny(const std::string& name, SourcePtr bytes, const ReadOptions& options) {
  auto source = std::make_unique<RewoundSource>(std::move(bytes), kHeadBytes);
  if (source->head().empty()) throw model::InputError(name, "is empty");
  const Format* format = Recognise(source->head());
  if (format != nullptr) return format->read(name, std::move(source), options);
  throw model::InputError(name, fmt::format("is in no format that is read here: {}", FormatNames()));
}

const char* KindOf(const Input& input) {
  constexpr std::array kKinds = {"a profile", "a goroutine dump", "an execution trace"};
  return kKinds[input.index()];
}

const char* ReaderOf(const Input& input) { return input.index() == 0 ? "goprof" : "gotrace"; }

template <class Kind>
Kind Only(const std::string& path, const char* wanted, Input input) {
  if (auto* found = std::get_if<Kind>(&input)) return std::move(*found);
  throw model::UsageError(
      fmt::format("{}: is {}, wanted {}; `{}` has commands for it", path, KindOf(input), wanted, ReaderOf(input)));
}

}  // namespace

Input Read(const std::string& path, const ReadOptions& options) {
  return ReadAny(path == "-" ? "standard input" : path, OpenInput(path, options.open), options);
}

Input ReadBytes(const std::string& name, std::string_view bytes, const ReadOptions& options) {
  return ReadAny(name, OpenBytes(name, bytes, options.open), options);
}

model::Profile ReadProfile(const std::string& path, const ReadOptions& options) {
  Input input = Read(path, options);
  if (const auto* dumps = std::get_if<GoroutineDumps>(&input)) return ProfileOf(dumps->back());
  return Only<model::Profile>(path, "a profile", std::move(input));
}

std::unique_ptr<model::EventSource> ReadTrace(const std::string& path, const ReadOptions& options) {
  return Only<std::unique_ptr<model::EventSource>>(path, "an execution trace", Read(path, options));
}

GoroutineDumps ReadDumps(const std::string& path, const ReadOptions& options) {
  return Only<GoroutineDumps>(path, "a goroutine dump", Read(path, options));
}

std::unique_ptr<ByteSource> OpenFolded(const std::string& path, const OpenOptions& options) {
  auto source = std::make_unique<RewoundSource>(OpenInput(path, options), kHeadBytes);
  const Format* format = Recognise(source->head());
  if (format == nullptr || format->looks_like != LooksFolded) return nullptr;
  return source;
}

}  // namespace proto
