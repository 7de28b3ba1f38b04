#!/usr/bin/env bash
# How the report pages behave in a browser: one of a profile of a million samples, one of 860,000 distinct frames, and one of a trace of millions of
# events. What is asked for: below 15 MB, open within 2 s, 30 frames a second while zooming.
#
#   bench/pages/pages.sh [FILE.html ..]     other pages than these
#
# The numbers are those of the browser's own trace (see browse.py). GOPROF and GOTRACE name the programs (default: build/release); the trace is recorded,
# so it needs Go. Needs chromium, its driver and python3-selenium.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bench/best.sh
goprof=${GOPROF:-build/release/goprof} gotrace=${GOTRACE:-build/release/gotrace}
printf '%s\n' "$(machine)"
if [ $# -gt 0 ]; then
  exec /usr/bin/python3 -B bench/pages/browse.py "$@"
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --build build/release --target bench_profiles >/dev/null
build/release/bench_profiles pprof "$folder/samples.pb.gz" 1000000 150000 1
"$goprof" report -o "$folder/million-samples.html" "$folder/samples.pb.gz"
python3 bench/flame/generate.py 50000 >"$folder/stacks.folded"
"$goprof" report -o "$folder/860000-frames.html" "$folder/stacks.folded"
if command -v go >/dev/null; then
  (cd bench/trace_views/generate && go run main.go "$folder/trace" 3)
  "$gotrace" report -o "$folder/trace.html" "$folder/trace"
fi
/usr/bin/python3 -B bench/pages/browse.py "$folder"/*.html
