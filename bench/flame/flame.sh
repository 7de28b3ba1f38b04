#!/bin/bash
# Folded stacks to an SVG flame graph: goprof beside inferno-flamegraph and flamegraph.pl, on the same file, in turns. Then the report page of a profile
# of a million frames: its size and how long it takes to write.
#
#   bench/flame/flame.sh [STACKS]     default 50000: about 53 MB, 860,000 distinct frames
#
# GOPROF is the program to measure (default: build/release/goprof); peers are taken from PATH and left out where they are missing.
# Prints the best of five runs: seconds on the clock, CPU seconds, memory, and the size of what was written. The peers leave out frames narrower than a
# share of the width; goprof is asked for the same share, so the frames are the same.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../best.sh"
goprof=${GOPROF:-$here/../../build/release/goprof}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 "$here/generate.py" "${1:-50000}" >"$folder/stacks.folded"
printf '%s bytes, %s stacks, %s\n' "$(stat -c %s "$folder/stacks.folded")" "$(wc -l <"$folder/stacks.folded")" "$(machine)"

run() {  # NAME COMMAND ..
  local name=$1 took
  shift
  took=$(best 5 "$folder/$name.out" "$@" "$folder/stacks.folded") || return 0
  printf '%-20s %7.2f s  %7.2f s CPU  %6.0f MB' "$name" $took
  printf '  writes %6.2f MB, %d frames\n' "$(stat -c %s "$folder/$name.out" | awk '{print $1 / 1e6}')" "$(grep -c '<title>' "$folder/$name.out" || true)"
}

run goprof-1cpu taskset -c 0 "$goprof" flame --min-width 0.01%
run goprof "$goprof" flame --min-width 0.01%
if command -v inferno-flamegraph >/dev/null; then run inferno inferno-flamegraph --minwidth 0.01; else echo 'inferno-flamegraph: not found'; fi
if command -v flamegraph.pl >/dev/null; then run flamegraph.pl flamegraph.pl --minwidth 0.01%; else echo 'flamegraph.pl: not found'; fi
run goprof-page "$goprof" report
