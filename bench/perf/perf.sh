#!/bin/bash
# perf script text to folded stacks: goprof beside inferno-collapse-perf and stackcollapse-perf.pl, on the same file, in turns.
#
#   bench/perf/perf.sh [BYTES [BASE]]     default 1e8; BASE: a real `perf script` text to blow up (see generate.py)
#
# GOPROF is the program to measure (default: build/release/goprof); peers are taken from PATH and left out where they are missing.
# Prints the best of five runs (of one for the script in Perl, which takes longer than all others together): seconds on the clock, CPU
# seconds, memory. Outputs must be equal once sorted.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../best.sh"
goprof=${GOPROF:-$here/../../build/release/goprof}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 "$here/generate.py" "${1:-1e8}" ${2:+"$2"} >"$folder/perf.txt"
printf '%s bytes, %s samples, %s\n' "$(stat -c %s "$folder/perf.txt")" "$(grep -c '^[^[:space:]]' "$folder/perf.txt")" "$(machine)"

runs=5
run() {  # NAME COMMAND ..
  local name=$1 took
  shift
  took=$(best "$runs" /dev/null "$@" "$folder/perf.txt") || return 0
  printf '%-32s %7.2f s  %7.2f s CPU  %6.0f MB\n' "$name" $took
  "$@" "$folder/perf.txt" 2>/dev/null | LC_ALL=C sort >"$folder/$name.sorted"
}

run goprof-1cpu taskset -c 0 "$goprof" folded
run goprof "$goprof" folded
if command -v inferno-collapse-perf >/dev/null; then
  run inferno-1 inferno-collapse-perf -n 1
  run "inferno-$(nproc)" inferno-collapse-perf -n "$(nproc)"
fi
runs=1
if command -v stackcollapse-perf.pl >/dev/null; then run stackcollapse-perf.pl stackcollapse-perf.pl; fi
for sorted in "$folder"/*.sorted; do
  cmp -s "$sorted" "$folder/goprof.sorted" || echo "$(basename "$sorted" .sorted): another output than goprof's"
done
