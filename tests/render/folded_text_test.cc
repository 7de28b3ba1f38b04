#include "render/folded_text.h"

#include <doctest/doctest.h>

#include "proto/perf/perf.h"
#include "tests/support/folded.h"
#include "tests/support/slow_source.h"

namespace {

std::string OfPerf(std::string_view text, const render::FoldedOptions& options) {
  test_support::SlowSource source(text, 1000);
  return render::FoldedText(proto::ReadPerfScript("test", source), options);
}

const char* const kMarked =
    "node 1 1.0: 5 cycles:\n\tff01 do_it ([kernel.kallsyms])\n\t21 LazyCompile:~f (/tmp/perf-1.map)\n\t11 g (inlined)\n\t11 "
    "h (/bin/node)\n\t12 [unknown] ([vdso])\n\n";

}  // namespace

TEST_CASE("folded text is what was read, sorted by frames; empty stacks of value zero go") {
  CHECK(render::FoldedText(test_support::Folded("b;x 1\na;y 2\na 3\na;x;z 0\nb 4\n"), {}) == "a 3\na;y 2\nb 4\nb;x 1\n");
}

TEST_CASE("either column of a file of two can be printed") {
  const model::Profile profile = test_support::Folded("a;b 1 2\na;c 3 4\n");
  CHECK(render::FoldedText(profile, {.value = 0}) == "a;b 1\na;c 3\n");
  CHECK(render::FoldedText(profile, {.value = 1}) == "a;b 2\na;c 4\n");
}

TEST_CASE("marks and addresses are shown when asked for") {
  CHECK(OfPerf(kMarked, {.value = 1}) == "node;[[vdso]];h;g;LazyCompile:~f;do_it 5\n");
  CHECK(OfPerf(kMarked, {.value = 1, .mark_kernel = true, .mark_jit = true, .mark_inlined = true}) ==
        "node;[[vdso]];h;g_[i];LazyCompile:~f_[j];do_it_[k] 5\n");
  CHECK(OfPerf(kMarked, {.value = 1, .addresses = true}) == "node;[[vdso] <12>];h;g;LazyCompile:~f;do_it 5\n");
}

TEST_CASE("what would break a line is replaced") {
  model::Profile profile = test_support::Folded("a 1");
  const model::StackId stack =
      profile.stacks.Child(model::StackTrie::root(), profile.symbols.InternFrame("x;y\nz\r", "", 0));
  const int64_t value = 2;
  profile.AddSample(stack, {&value, 1});
  CHECK(render::FoldedText(profile, {}) == "a 1\nx:y z  2\n");
}
