#!/bin/bash
# Views of one execution trace: gotrace beside `go tool trace`, on the same file, in turns.
#
#   bench/trace_views/trace_views.sh [TRACE]     without a file one is recorded (3 s of a program that only hands messages on)
#
# GOTRACE is the program to measure (default: build/release/gotrace). `go tool trace` is measured as -pprof=sync, and, with OPEN=1, from its start until
# its first page can be had, which is when it has read the trace; both are left out where there is no Go. Prints the best of three runs: seconds on the
# clock, CPU seconds, memory, and events per CPU second.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../best.sh"
gotrace=${GOTRACE:-$here/../../build/release/gotrace}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trace=${1:-}
if [ -z "$trace" ]; then
  command -v go >/dev/null || { echo 'go: not found; name a trace'; exit 2; }
  trace=$folder/trace
  (cd "$here/generate" && go run main.go "$trace" 3)
fi
events=$("$gotrace" summary --json "$trace" | python3 -c 'import json,sys; print(sum(json.load(sys.stdin)["events"].values()))')
printf '%s bytes, %s events, %s\n' "$(stat -c %s "$trace")" "$events" "$(machine)"

run() {  # NAME COMMAND ..
  local name=$1 took
  shift
  took=$(best 3 /dev/null "$@") || return 0
  awk -v name="$name" -v events="$events" \
    '{printf "%-24s %8.2f s  %8.2f s CPU  %6.0f MB  %9.0f events/s\n", name, $1, $2, $3, events / ($2 > 0 ? $2 : 0.01)}' <<<"$took"
}

run summary "$gotrace" summary "$trace"
run goroutines "$gotrace" goroutines "$trace"
run latency "$gotrace" latency "$trace"
run procs "$gotrace" procs "$trace"
run gc "$gotrace" gc "$trace"
run blocking-sync "$gotrace" blocking --kind sync "$trace"
run timeline "$gotrace" timeline -o "$folder/out" "$trace"
run export-sqlite "$gotrace" export --sqlite "$folder/out" "$trace"
run diff-with-itself "$gotrace" diff "$trace" "$trace"
if command -v go >/dev/null; then
  run go-tool-pprof-sync go tool trace -pprof=sync "$trace"
  if [ "${OPEN:-0}" = 1 ]; then
    cat >"$folder/open.sh" <<'OPEN'
BROWSER=true go tool trace -http=127.0.0.1:0 "$1" 2>"$2" &
server=$!
until grep -q 'listening on' "$2"; do sleep 0.05; done
kill $(ps -o pid= --ppid "$server") "$server" 2>/dev/null
wait
OPEN
    run go-tool-open bash "$folder/open.sh" "$trace" "$folder/log"
  fi
fi
