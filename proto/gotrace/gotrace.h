#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "model/event_source.h"
#include "proto/byte_source.h"

// Go execution traces: runtime/trace.Start, net/http/pprof's /debug/pprof/trace, `go test -trace`, the flight recorder.
namespace proto::gotrace {

bool LooksGoTrace(std::string_view head);

// 26 of "go 1.26 trace"; -1 for what is no header.
int VersionOf(std::string_view head);

// Throws InputError for versions that nobody reads any more (before Go 1.11) and for such as we do not know yet.
std::unique_ptr<model::EventSource> Open(const std::string& name, std::unique_ptr<ByteSource> source);

}  // namespace proto::gotrace
