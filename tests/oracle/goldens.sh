#!/usr/bin/env bash
# Writes tests/oracle/goldens/: what `go tool pprof` prints for reports and options on recordings, so that machines without Go
# can hold goprof against it too. Needs a Go toolchain. Each block is a command, as goprof takes it, and pprof's answer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=tests/oracle/goldens
pprof=$(go tool -n pprof)
export TZ=UTC

ask() {  # GOLDEN REPORT [OPTION ..] FILE: into goldens/GOLDEN.txt; "peek=main" is a report with its argument
  local golden=$out/$1.txt report=$2
  shift 2
  printf '$ %s\n' "${report/=/ } $*" >> "$golden"
  "$pprof" -symbolize=remote "-$report" "$@" 2> /dev/null >> "$golden"
}

rm -f "$out"/*.txt
kinds=fixtures/profile_kinds
files="fixtures/other_producers/rust.cpu.pb fixtures/other_producers/node.time.pb.gz fixtures/other_producers/node.heap.pb.gz
  $kinds/go1.11.heap.pb.gz $kinds/go1.18.mutex.pb.gz $kinds/go1.26.block.pb.gz $kinds/go1.27.goroutine.pb.gz
  fixtures/heap_leak/go1.26.after.heap.pb.gz"
for file in $files; do
  for report in top tree traces tags raw peek=main; do ask "${report%%=*}" "$report" "$file"; done
done
for option in -cum -lines -addresses -filefunctions -files -noinlines -nodecount=5 -unit=auto -unit=ms -trim=false -mean -divide_by=3 \
  -focus=main -ignore=runtime -hide=runtime -show=main -show_from=main -prune_from=main -tagfocus=reader=child -tagroot=reader -tagleaf=reader \
  -relative_percentages -nodefraction=0.1 -sample_index=0 -taghide=reader; do
  ask options top "$option" $kinds/go1.26.cpu.pb.gz
done
ask options raw -tagroot=reader $kinds/go1.11.cpu.pb.gz
ask options raw -tagleaf=bytes $kinds/go1.11.heap.pb.gz
after=fixtures/cpu_regression/go1.26.after.1.cpu.pb.gz before=fixtures/cpu_regression/go1.26.before.1.cpu.pb.gz
for option in "" -normalize -drop_negative; do
  ask differences top -nodecount=20 $option -diff_base=$before $after
  ask differences top -nodecount=20 $option -base=$before $after
done
ask merged top -nodecount=20 $after $before

# Names of linkers (C++ of libstdc++, LLVM and Protocol Buffers, Rust of its compiler, both manglings) as a profile, and what
# pprof makes of them.
awk 'BEGIN { print "sample_type { type: 1 unit: 2 } string_table: \"\" string_table: \"samples\" string_table: \"count\"" }
  { printf "sample { location_id: %d value: 1 } location { id: %d address: %d line { function_id: %d } }\n", NR, NR, 4096 + NR, NR
    printf "function { id: %d name: %d system_name: %d } string_table: \"%s\"\n", NR, NR + 2, NR + 2, $0 }' fixtures/linker_names/names.txt |
  protoc --encode=gotrace_goprof.pprof.Profile proto/pprof/profile.proto | gzip -9n > fixtures/linker_names/names.pb.gz
for mode in default templates full none; do
  ask demangled raw -symbolize=remote:demangle=$mode fixtures/linker_names/names.pb.gz
  ask demangled top -nodefraction=0 -symbolize=remote:demangle=$mode fixtures/other_producers/cpp.cpu.pb.gz
done
