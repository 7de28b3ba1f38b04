#!/usr/bin/env bash
# Reading execution traces: gotrace beside a bare Go loop over golang.org/x/exp/trace and beside `go tool trace`, on the same
# files, in one run. Needs a Go toolchain; the v1 trace is left out where Go 1.21 can't be had.
#
#   bench/trace/trace.sh [MEGABYTES (50)]     the second trace is ten times as long
#
# Inputs are recorded into build/bench-trace and removed at the end; KEEP=1 keeps them for the next time. LIMIT_MB (12000) is
# what a peer may take before it is stopped, RUNS (5) how often each is run. HUGE=1 records a hundred times as much too (20 MB
# take 2 s of CPU time to record) and shows the memory of some analyses on that.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
megabytes=${1:-50}
cache=$PWD/build/bench-trace
mkdir -p "$cache"
cmake --preset release >/dev/null
cmake --build build/release --target gotrace bench_trace_events >/dev/null
(cd bench/trace/peer && go build -o "$cache/peer" .)
(cd bench/trace/workload && go build -o "$cache/workload" . && GOTOOLCHAIN=go1.21.13 go build -o "$cache/workload-v1" . 2>/dev/null) ||
  echo "no Go 1.21: without a v1 trace" >&2

(cd bench/trace/rings && go build -o "$cache/rings" .)
[ "${KEEP:-0}" = 1 ] || trap 'rm -f "$cache"/*.trace' EXIT

record() {  # PROGRAM MEGABYTES FILE
  [ -x "$cache/$1" ] && [ ! -s "$cache/$3" ] || return 0
  "$cache/$1" "$2" "$cache/part"
  mv "$cache/part" "$cache/$3"
}
record workload "$megabytes" "v2-${megabytes}mb.trace"
record workload "$((megabytes * 10))" "v2-$((megabytes * 10))mb.trace"
[ "${HUGE:-0}" = 0 ] || record workload "$((megabytes * 100))" "v2-$((megabytes * 100))mb.trace"
record workload-v1 "$megabytes" "v1-${megabytes}mb.trace"
[ -s "$cache/rings.trace" ] || "$cache/rings" 1000 4000 "$cache/rings.trace"
python3 bench/trace/compare.py "$cache" "$megabytes" build/release "$(go tool -n trace)"
