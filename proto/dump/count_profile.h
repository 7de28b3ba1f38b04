#pragma once

#include <string>
#include <string_view>

#include "model/profile.h"
#include "proto/byte_source.h"

// The text that Go's runtime/pprof writes at debug=1 for its counting profiles (goroutine, goroutineleak, threadcreate,
// custom):
//   goroutine profile: total 8
//   7 @ 0x47ecee 0x4158ee 0x4e54f9 0x4853e1
//   # labels: {"reader":"night"}
//   #<tab>0x4e54f8<tab>main.read+0x18<tab>fixtures/profile_kinds/main.go:59
// The writer leaves out the names of the runtime's frames at the leaf; those stay addresses. docs/formats/goroutine-dump.md.
namespace proto {

bool LooksLikeCountProfile(std::string_view head);
model::Profile ReadCountProfile(const std::string& name, ByteSource& source);

}  // namespace proto
