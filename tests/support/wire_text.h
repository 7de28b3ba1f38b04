#pragma once

#include <string>
#include <string_view>

// Traces as tests write them down, record by record: the text that `gotrace dump --wire` and `go tool trace -d=wire` print
// (grammar: proto/gotrace/wire_text.h), with comments from # on. Throws std::invalid_argument that names the line.
//
//   AssembleWire("Trace Go1.22\n"
//                "EventBatch gen=1 m=0 time=0 size=0\n"     the size is counted, whatever is said
//                "ProcStatus dt=1 p=0 pstatus=1\n" ..)
namespace test_support {

std::string AssembleWire(std::string_view text);

// What a Go string literal in double quotes stands for; `text` may have more behind it.
std::string UnquoteGo(std::string_view text);

}  // namespace test_support
