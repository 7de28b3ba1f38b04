#include "proto/perf/frame_name.h"

#include <doctest/doctest.h>

namespace {

std::string Name(std::string_view symbol, std::string_view dso = "/bin/x", bool is_java = false) {
  std::string all;
  for (const std::string& name : proto::FrameNames(symbol, dso, is_java)) all += (all.empty() ? "" : " | ") + name;
  return all;
}

}  // namespace

TEST_CASE("arguments go, methods of Go and anonymous namespaces stay") {
  CHECK(Name("go/build.(*importReader).readByte") == "go/build.(*importReader).readByte");
  CHECK(Name("foo<Vec::<usize>>(Vec<usize>)") == "foo<Vec::<usize>>");
  CHECK(Name("base(BasicType) const") == "base");
  CHECK(Name("std::function<void (int, int)>::operator()(int, int)") == "std::function<void (int, int)>::operator");
  CHECK(Name("{lambda(int, int)#2}::operator()") == "{lambda(int, int)#2}::operator");
  CHECK(Name("(anonymous namespace)::myBar()") == "(anonymous namespace)::myBar");
  CHECK(Name("main.Map[go.shape.struct { X int; Y int }].Get") == "main.Map[go.shape.struct { X int: Y int }].Get");
}

TEST_CASE("a frame without a symbol is called after its file") {
  CHECK(Name("[unknown]", "/usr/lib/libc.so.6") == "[libc.so.6]");
  CHECK(Name("[unknown]", "[vdso]") == "[[vdso]]");
  CHECK(Name("[unknown]", "[unknown]") == "[unknown]");
  CHECK(Name("[unknown]", "") == "[unknown]");
}

TEST_CASE("Rust's old mangling, as far as perf leaves it") {
  CHECK(Name("std::sys::unix::fs::File::open::hb90e1c1c787080f0") == "std::sys::unix::fs::File::open");
  CHECK(Name("_$LT$std..fs..ReadDir$u20$as$u20$core..iter..Iterator$GT$::next::hc14f1750ca79129b") ==
        "<std::fs::ReadDir as core::iter::Iterator>::next");
  CHECK(Name("a::_$odd$b::hc14f1750ca79129b") == "a::_$odd$b");
  CHECK(Name("hash") == "hash");
}

TEST_CASE("Java's inlined calls are frames of their own, innermost first") {
  CHECK(Name("Ljava/lang/A;::f->Ljava/lang/B;::g", "/tmp/perf-1.map", true) == "java/lang/B:::g | java/lang/A:::f");
  CHECK(Name("std::shared_ptr<int>::operator->() const") == "std::shared_ptr<int>::operator->() const");
}

TEST_CASE("a command has no blanks") { CHECK(proto::CommandFrame("V8 WorkerThread") == "V8_WorkerThread"); }
