#include "proto/perf/perf.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "model/input_error.h"
#include "proto/formats.h"
#include "tests/support/folded.h"
#include "tests/support/slow_source.h"

namespace {

using test_support::FoldedRows;
using Rows = std::map<std::string, int64_t>;

model::Profile Read(std::string_view text, const proto::PerfOptions& options = {}, size_t step = 1 << 20) {
  test_support::SlowSource source(text, step);
  return proto::ReadPerfScript("test", source, options);
}

std::string WarningsOf(const model::Profile& profile) {
  std::string text;
  for (const auto& kind : profile.warnings.kinds())
    text += fmt::format("{} x {}: {}\n", kind.count, kind.name, fmt::join(kind.examples, "; "));
  return text;
}

const std::string kTwo =
    "# captured on a rainy day\n"
    "shop 10/11 [000] 5.000001:     250000 cycles:u: \n"
    "\t          4011d6 main.work+0x16 (/bin/shop)\n"
    "\t          401200 main.main+0x20 (/bin/shop)\n"
    "\n"
    "shop 10/12 [001] 5.250001:     500000 cycles:u: \n"
    "\t          4011d6 main.work+0x16 (/bin/shop)\n"
    "\t          401200 main.main+0x20 (/bin/shop)\n"
    "\n"
    "price worker 2 20/20 [001] 6.000001:     100000 cycles:u: \n"
    "\tffffffff8103ce3b native_safe_halt+0x6 ([kernel.kallsyms])\n"
    "\t             7ff [unknown] (/usr/lib/libc.so.6)\n"
    "\n";

}  // namespace

TEST_CASE("samples of one stack add up, in number and in weight; the command is the root") {
  const model::Profile profile = Read(kTwo);
  REQUIRE(profile.value_count() == 2);
  CHECK(profile.symbols.text(profile.value_types[1].type) == "cycles:u");
  CHECK(FoldedRows(profile, 0) == Rows{{"shop;main.main;main.work", 2}, {"price_worker_2;[libc.so.6];native_safe_halt", 1}});
  CHECK(FoldedRows(profile, 1) ==
        Rows{{"shop;main.main;main.work", 750000}, {"price_worker_2;[libc.so.6];native_safe_halt", 100000}});
  CHECK(profile.sample_count() == 2);
  CHECK(profile.duration_nanos == 1'000'000'000);
  CHECK(profile.symbols.mappings().size() == 4);  // with none
  CHECK(WarningsOf(profile).empty());
}

TEST_CASE("the result is the same wherever spans end and however many decoders work") {
  std::string long_text;
  for (int i = 0; i < 20'000; ++i) {
    long_text +=
        fmt::format("c{} {}/1 [000] {}.5: 7 cycles:\n\t{:x} f{}+0x1 (/bin/a)\n\t{:x} g (inlined)\n\t{:x} h{} (/bin/b)\n\n",
                    i % 3, i, i, i % 997, i % 997, i % 13, i % 13, i % 7);
  }
  const auto tell = [](const model::Profile& profile) {
    std::string text;
    for (size_t i = 0; i < profile.sample_count(); ++i) {
      text += fmt::format("{}:{},{} ", profile.sample_stack[i].value, profile.values(i)[0], profile.values(i)[1]);
    }
    return text + test_support::FoldedText(profile, 1);
  };
  const std::string expected = tell(Read(long_text, {.decoders = 1}));
  CHECK(tell(Read(long_text, {.decoders = 2})) == expected);
  CHECK(tell(Read(long_text, {.decoders = 5}, 7777)) == expected);
  for (size_t step = 1; step < 40; ++step) CHECK(FoldedRows(Read(kTwo, {}, step), 1) == FoldedRows(Read(kTwo), 1));
}

TEST_CASE("inlined calls are lines of the function they are in") {
  const model::Profile profile = Read(
      "a 1 1.0: 1 cycles:\n\t11 leaf (inlined)\n\t11 middle (inlined)\n\t11 outer+0x1 (/bin/a)\n\t12 main (/bin/a)\n\n");
  CHECK(FoldedRows(profile, 0) == Rows{{"a;main;outer;middle;leaf", 1}});
  CHECK(profile.stacks.Depth(profile.sample_stack[0]) == 3);
}

TEST_CASE("what a stack shares with the one before it ends at a frame, inlined calls and all") {
  const std::string plain = "a 1 1.0: 1 cycles:\n\t11 outer (/b)\n\t12 main (/b)\n\n";
  const std::string with_inlined = "a 1 1.0: 1 cycles:\n\t11 leaf (inlined)\n\t11 outer (/b)\n\t12 main (/b)\n\n";
  const std::string other = "a 1 1.0: 1 cycles:\n\t99 other (/b)\n\t11 outer (/b)\n\t12 main (/b)\n\n";
  const std::string other_command = "b 1 1.0: 1 cycles:\n\t11 outer (/b)\n\t12 main (/b)\n\n";
  const std::string odd_join = "a 1 1.0: 1 cycles:\n\tx\t11 outer (/b)\n\t12 main (/b)\n\n";
  const Rows expected = {
      {"a;main", 1}, {"a;main;outer", 1}, {"a;main;outer;leaf", 1}, {"a;main;outer;other", 1}, {"b;main;outer", 1}};
  std::vector<std::string> records = {plain, with_inlined, other, other_command, odd_join};
  std::ranges::sort(records);
  do {
    std::string text;
    for (const std::string& record : records) text += record;
    const model::Profile profile = Read(text);
    CHECK(FoldedRows(profile, 0) == expected);
    for (const model::StackId stack : profile.sample_stack) CHECK(profile.stacks.Depth(stack) <= 4);
  } while (std::ranges::next_permutation(records).found);
}

TEST_CASE("callers that were seen behind another leaf are the same, whatever the leaf is") {
  const std::string callers = "\t12 middle (/b)\n\t13 main (/b)\n\n";
  const std::vector<std::string> records = {
      "a 1 1.0: 1 cycles:\n\t11 leaf (/b)\n" + callers,
      "a 1 1.0: 1 cycles:\n\t21 other (/b)\n" + callers,
      "a 1 1.0: 1 cycles:\n\t12 inlined (inlined)\n" + callers,
      "a 1 1.0: 1 cycles:\n\t0 (a) (/b)\n" + callers,
      "a 1 1.0: 1 cycles:\nodd\n" + callers,
      "b 1 1.0: 1 cycles:\n\t11 leaf (/b)\n" + callers,
      "a 1 1.0: 1 cycles:\n\t11 leaf (/b)\n  leaf.c:3\n" + callers,
  };
  const Rows expected = {{"a;main;middle", 2},
                         {"a;main;middle;inlined", 1},
                         {"a;main;middle;leaf", 2},
                         {"a;main;middle;other", 1},
                         {"b;main;middle;leaf", 1}};
  std::vector<size_t> order = {0, 1, 2, 3, 4, 5, 6};
  do {
    std::string text;
    // What stands between them keeps a record from sharing its end with the one before.
    for (const size_t record : order) text += records[record] + "c 1 1.0: 1 cycles:\n\t99 c (/c)\n\n";
    const model::Profile profile = Read(text);
    Rows rows = FoldedRows(profile, 0);
    rows.erase("c;c");
    REQUIRE(rows == expected);
    REQUIRE(profile.warnings.kinds().size() == 1);
  } while (std::ranges::next_permutation(order).found);
}

TEST_CASE("source lines belong to the frame before them") {
  const model::Profile profile =
      Read("a 1 1.0: 1 cycles:\n\t11 f+0x1 (/bin/a)\n  file.c:48\n\t12 main (/bin/a)\n  [kernel.kallsyms][ff]\n\n");
  const model::Location leaf = profile.symbols.location(profile.stacks.location(profile.sample_stack[0]));
  CHECK(leaf.address == 0x11);
  const model::Line line = profile.symbols.lines(profile.stacks.location(profile.sample_stack[0])).front();
  CHECK(line.line == 48);
  CHECK(profile.symbols.text(profile.symbols.functions()[line.function].file) == "file.c");
  CHECK(WarningsOf(profile).empty());
}

TEST_CASE("one event is kept: the first, or the one that was asked for") {
  const std::string text =
      "a 1 1.0: 10 cycles:u:\n\t1 f (b)\n\na 1 1.1: 3 instructions:\n\t1 f (b)\n\na 1 1.2: 5 cycles:u:\n\t1 g (b)\n\na 1 "
      "1.3: 7 cycles:k:\n\t1 k (b)\n\n";
  CHECK(FoldedRows(Read(text), 1) == Rows{{"a;f", 10}, {"a;g", 5}});
  CHECK(WarningsOf(Read(text)) ==
        "2 x event left out, as events can't be added: cycles:k (1 samples); kept: cycles:u; --event chooses; instructions "
        "(1 samples); kept: cycles:u; --event chooses\n");
  CHECK(FoldedRows(Read(text, {.event = "instructions"}), 1) == Rows{{"a;f", 3}});
  CHECK(FoldedRows(Read(text, {.event = "cycles"}), 1) == Rows{{"a;f", 10}, {"a;g", 5}, {"a;k", 7}});
  CHECK_THROWS_WITH_AS(Read(text, {.event = "faults"}),
                       "test: no sample of event \"faults\"; this file has: cycles:k, cycles:u, instructions",
                       model::UsageError);
}

TEST_CASE("filters by command, process, thread, cpu and time") {
  const auto total = [](const proto::PerfOptions& options) { return model::Total(Read(kTwo, options), 0); };
  CHECK(total({.commands = {"shop"}}) == 2);
  CHECK(total({.commands = {"price worker 2", "nobody"}}) == 1);
  CHECK(total({.processes = {20}}) == 1);
  CHECK(total({.threads = {12}}) == 1);
  CHECK(total({.cpus = {1}}) == 2);
  CHECK(total({.from_ns = 5'100'000'000, .to_ns = 5'900'000'000}) == 1);
  CHECK_THROWS_AS(total({.threads = {99}}), model::InputError);
}

TEST_CASE("threads become labels when that is asked for") {
  const model::Profile profile = Read(kTwo, {.label_processes = true, .label_threads = true});
  CHECK(profile.sample_count() == 3);
  const auto labels = profile.labels[profile.sample_labels[1]];
  REQUIRE(labels.size() == 2);
  CHECK(profile.symbols.text(labels[1].key) == "tid");
  CHECK(profile.symbols.text(labels[1].text) == "12");
}

TEST_CASE("texts with few fields: no header at all, only the command, no binary") {
  CHECK(FoldedRows(Read("\t11 f (/bin/a)\n\t12 main (/bin/a)\n\n\t11 f (/bin/a)\n\t12 main (/bin/a)\n\n")) ==
        Rows{{"main;f", 2}});
  CHECK(FoldedRows(Read("sh \n\t11 f (/bin/a)\n\nsh \n\t12 g (/bin/a)\n\n")) == Rows{{"sh;f", 1}, {"sh;g", 1}});
  CHECK(FoldedRows(Read("sh 7  1.5: \n\t11 f\n\t12 main.main\n\n")) == Rows{{"sh;main.main;f", 1}});
  CHECK(Read("\t11 f (/bin/a)\n\n").value_count() == 1);
}

TEST_CASE("recordings without stacks have a sample a line and no empty lines") {
  std::string text;
  for (int i = 0; i < 300'000; ++i)
    text += fmt::format("  price worker 2 27333  47{}.836691:    10 cpu-clock:      55753079f806 f{}+0x1 (/bin/pricer)\n", i,
                        i % 5);
  const model::Profile profile = Read(text, {}, 1 << 16);
  CHECK(model::Total(profile, 1) == 3'000'000);
  CHECK(profile.sample_count() == 5);
  CHECK(FoldedRows(profile, 0).at("price_worker_2;f1") == 60'000);
  CHECK(WarningsOf(profile).empty());
}

TEST_CASE("stacks of one line, Windows line ends, no empty line at the end") {
  CHECK(FoldedRows(Read("a 1 1.0: 10 cycles:  11 f (b)\n\na 1 1.1: 5 cycles:  11 f (b)"), 1) == Rows{{"a;f", 15}});
  std::string text = kTwo;
  for (size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2)) text.insert(at, "\r");
  CHECK(FoldedRows(Read(text), 1) == FoldedRows(Read(kTwo), 1));
}

TEST_CASE("odd lines are counted with their place and survived") {
  const model::Profile profile =
      Read(kTwo + "what is this?\n\nsh 1 2.0: 5 cycles:u: \n\nsh 1 2.0: 5 cycles:u: \n\tzebra\n\t11 f (b)\n\n");
  CHECK(FoldedRows(profile, 0).at("sh;f") == 1);
  CHECK(WarningsOf(profile) ==
        "1 x odd perf line: test:14: found \"what is this?\"\n1 x perf sample without a stack: test:16: found \"sh 1 2.0: 5 "
        "cycles:u: \"\n"
        "1 x odd line in a perf stack: test:18: found \"\tzebra\"\n");
}

TEST_CASE("a text cut at any byte gives the samples before the cut") {
  for (size_t size = 0; size <= kTwo.size(); ++size) {
    INFO(size);
    try {
      const model::Profile profile = Read(std::string_view(kTwo).substr(0, size), {}, 1 + size % 9);
      CHECK(model::Total(profile, 0) <= 3);
      if (size > 400) CHECK(FoldedRows(profile, 0).at("shop;main.main;main.work") == 2);
    } catch (const model::InputError&) {
      CHECK(size < 100);
    }
  }
}

TEST_CASE("hostile texts: any byte changed, long names, NULs, a record without end, sums that don't fit") {
  for (size_t at = 0; at < kTwo.size(); ++at) {
    for (const char byte : {'\0', '\n', '(', ')', ':', '/', '9', ' ', '\xff'}) {
      std::string text = kTwo;
      text[at] = byte;
      try {
        CHECK(Read(text, {}, 64).sample_count() <= 5);
      } catch (const model::InputError&) {
      }
    }
  }
  const std::string name(100'000, 'x');
  CHECK(FoldedRows(Read(fmt::format("{0} 1 1.0: 1 {0}:\n\t11 {0} (/{0})\n\n", name)), 0) == Rows{{name + ";" + name, 1}});
  CHECK(FoldedRows(Read(std::string("a 1 1.0: 1 cycles:\n\t11 a\0b (c)\n\n", 32)), 0) ==
        Rows{{std::string("a;a\0b", 5), 1}});
  std::string endless = "a 1 1.0: 1 cycles:\n";
  for (int i = 0; i < 1'500'000; ++i) endless += "\t11 f (b)\n";
  CHECK(Read(endless).sample_count() >= 1);
  CHECK(model::Total(Read("a 1 1.0: 9223372036854775807 cycles:\n\t1 f (b)\n\na 1 1.0: 5 cycles:\n\t1 f (b)\n\n"), 1) ==
        INT64_MAX);
}

TEST_CASE("a perf script is recognised by a header and a frame") {
  CHECK(std::holds_alternative<model::Profile>(proto::ReadBytes("x", kTwo)));
  CHECK(proto::LooksLikePerfScript("\t11 f (/bin/a)\n\n"));
  CHECK(
      proto::LooksLikePerfScript("sh \n\t           8494d _IO_str_init_static_internal\n\t             200 [unknown]\n\n"));
  CHECK(proto::LooksLikePerfScript("a 1 1.0: 10 cycles:  11 f (b)\n"));
  CHECK_FALSE(proto::LooksLikePerfScript("main;f 12\nmain;g 13\n"));
  CHECK_FALSE(proto::LooksLikePerfScript("abc def (g)\n"));
  CHECK_FALSE(proto::LooksLikePerfScript(""));
}
