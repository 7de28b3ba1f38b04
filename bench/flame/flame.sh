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
goprof=${GOPROF:-$here/../../build/release/goprof}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 "$here/generate.py" "${1:-50000}" >"$folder/stacks.folded"
printf '%s bytes, %s stacks, %s CPUs, load %s\n' "$(stat -c %s "$folder/stacks.folded")" "$(wc -l <"$folder/stacks.folded")" "$(nproc)" "$(cut -d' ' -f1 /proc/loadavg)"

run() {  # NAME COMMAND ..: best wall time of five, with the CPU time and memory of that run
  local name=$1 best=
  shift
  for _ in 1 2 3 4 5; do
    /usr/bin/time -f '%e %U %S %M' -o "$folder/time" "$@" "$folder/stacks.folded" >"$folder/$name.out" 2>/dev/null
    best=$(printf '%s\n%s\n' "$best" "$(tail -1 "$folder/time")" | grep . | sort -n | head -1)
  done
  awk -v name="$name" -v size="$(stat -c %s "$folder/$name.out")" -v frames="$(grep -c '<title>' "$folder/$name.out" || true)" \
    '{printf "%-20s %7.2f s  %7.2f s CPU  %6.0f MB  writes %6.2f MB, %d frames\n", name, $1, $2 + $3, $4 / 1024, size / 1e6, frames}' <<<"$best"
}

run goprof-1cpu taskset -c 0 "$goprof" flame --min-width 0.01%
run goprof "$goprof" flame --min-width 0.01%
if command -v inferno-flamegraph >/dev/null; then run inferno inferno-flamegraph --minwidth 0.01; else echo 'inferno-flamegraph: not found'; fi
if command -v flamegraph.pl >/dev/null; then run flamegraph.pl flamegraph.pl --minwidth 0.01%; else echo 'flamegraph.pl: not found'; fi
run goprof-page "$goprof" report
