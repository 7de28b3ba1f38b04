#include "proto/perf/perf_line.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace {

// All fields of a header in one line, "-" for one that is not there.
std::string Tell(std::string_view line) {
  const auto header = proto::ParsePerfHeader(line);
  if (!header) return "none";
  const auto number = [](int64_t value) { return value == proto::kNotShown ? std::string("-") : fmt::format("{}", value); };
  return fmt::format("{} {}/{} [{}] {} {} {}|{}", header->command, number(header->process), number(header->thread),
                     number(header->cpu), number(header->time_ns), number(header->period), header->event, header->frame);
}

std::string TellFrame(std::string_view line) {
  const auto frame = proto::ParsePerfFrame(line);
  if (!frame) return "none";
  return fmt::format("{:x} {} ({}){}", frame->address, frame->symbol, frame->dso, frame->is_inlined ? " inlined" : "");
}

}  // namespace

TEST_CASE("headers of perf script, with more and fewer fields") {
  CHECK(Tell("java 25607 4794564.109216: cycles:") == "java -/25607 [-] 4794564109216000 - cycles|");
  CHECK(Tell("java 12688 [002] 6544038.708352: cpu-clock: ") == "java -/12688 [2] 6544038708352000 - cpu-clock|");
  CHECK(Tell("V8 WorkerThread 24636/25607 [000] 94564.109216:     250000 cycles:u: ") ==
        "V8 WorkerThread 24636/25607 [0] 94564109216000 250000 cycles:u|");
  CHECK(Tell("           price worker 2 27572  3032.783040123:    2004008 cpu-clock: ") ==
        "price worker 2 -/27572 [-] 3032783040123 2004008 cpu-clock|");
  CHECK(Tell("kworker/0:1-ev 17 [003] 12.5: 1 sched:sched_switch: prev_comm=a prev_pid=1") ==
        "kworker/0:1-ev -/17 [3] 12500000000 1 sched:sched_switch|");
  CHECK(Tell("sh 25970/25970  2841.201202: ") == "sh 25970/25970 [-] 2841201202000 - |");
  CHECK(Tell("sh 25970    1001001 cpu-clock: ") == "sh -/25970 [-] - 1001001 cpu-clock|");
  CHECK(Tell("sh 25970 [001]    1001001 cpu-clock: ") == "sh -/25970 [1] - 1001001 cpu-clock|");
  CHECK(Tell("sh  2841.201202:    1001001 cpu-clock: ") == "sh -/- [-] 2841201202000 1001001 cpu-clock|");
}

TEST_CASE("a stack of one frame can stand on the header's line") {
  CHECK(Tell("false 64414 20110.539270:      34467 cycles:u:  ffffffff9aa3c8de [unknown] ([unknown])") ==
        "false -/64414 [-] 20110539270000 34467 cycles:u|ffffffff9aa3c8de [unknown] ([unknown])");
  CHECK(Tell("false 64414 20110.539270:      34467 cycles: ffffffff9aa3c8de f+0x1 (/bin/false)") ==
        "false -/64414 [-] 20110539270000 34467 cycles|ffffffff9aa3c8de f+0x1 (/bin/false)");
}

TEST_CASE("what is no header") {
  for (const char* line : {"", "sh", "sh ", "hello world", "\t           8494d f+0x3d (/usr/lib/libc.so.6)",
                           "            5158 [unknown] (/usr/bin/dash)", "a b 1.2.3: x"}) {
    CHECK_MESSAGE(Tell(line) == "none", line);
  }
  CHECK(Tell("sh 99999999999999999999 99999999999999999999.5:") == "none");
}

TEST_CASE("frames of perf script") {
  CHECK(TellFrame("\tffffffff8103ce3b native_safe_halt+0x6 ([kernel.kallsyms])") ==
        "ffffffff8103ce3b native_safe_halt ([kernel.kallsyms])");
  CHECK(TellFrame("\t    27e3 shop::(anonymous namespace)::Pricer::Price(int, long)+0x43 (/bin/pricer)") ==
        "27e3 shop::(anonymous namespace)::Pricer::Price(int, long) (/bin/pricer)");
  CHECK(TellFrame("7f53389994d0 [unknown] ([unknown])") == "7f53389994d0 [unknown] ([unknown])");
  CHECK(TellFrame("               0 [unknown] ([unknown])") == "0 [unknown] ([unknown])");
  CHECK(TellFrame("  7f1e2215d058  (/lib/libc-2.15.so)") == "7f1e2215d058 [unknown] (/lib/libc-2.15.so)");
  CHECK(TellFrame("  4011d6 work (inlined)") == "4011d6 work () inlined");
  CHECK(TellFrame("  4011d6 work (/memfd:code (deleted))") == "4011d6 work (/memfd:code (deleted))");
  CHECK(TellFrame("  4011d6 main.work") == "4011d6 main.work ()");
  CHECK(TellFrame("  7d8 ipv4_conntrack_local+0x7f8f80b8 ([nf_conntrack_ipv4])") ==
        "7d8 ipv4_conntrack_local ([nf_conntrack_ipv4])");
  CHECK(TellFrame("  7d8 a+0xzz (b)") == "7d8 a+0xzz (b)");
  for (const char* line : {"", "\t", "zebra f (b)", "12", "-12 f (b)", "123456789012345678 f (b)"})
    CHECK_MESSAGE(TellFrame(line) == "none", line);
}

TEST_CASE("any cut of a line is read without harm") {
  for (const std::string_view line : {"V8 WorkerThread 24636/25607 [000] 94564.109216:     250000 cycles:u:  "
                                      "ffffffff9aa3c8de f+0x1 (/bin/false (deleted))",
                                      "\t7f1e2215d058 java.lang.String->length+0x12 (/tmp/perf-12.map)"}) {
    for (size_t begin = 0; begin <= line.size(); ++begin) {
      for (size_t size = 0; begin + size <= line.size(); ++size) {
        const auto header = proto::ParsePerfHeader(line.substr(begin, size));
        if (header) CHECK(header->command.size() <= size);
        const auto frame = proto::ParsePerfFrame(line.substr(begin, size));
        if (frame) CHECK(frame->symbol.size() + frame->dso.size() <= size + 9);
      }
    }
  }
}
