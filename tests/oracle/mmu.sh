#!/bin/sh
# mmu.sh TRACE..: asks `go tool trace` for the mutator utilisation curve of each trace and writes it to mmu/SCENARIO.VERSION.json
# beside this script. Needs the Go toolchain and curl.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for trace in "$@"; do
  name=$(basename "$(dirname "$trace")").$(basename "$trace" .trace)
  log=$(mktemp)
  BROWSER=true go tool trace -http=127.0.0.1:0 "$trace" 2> "$log" &
  server=$!
  until grep -q 'listening on' "$log"; do sleep 0.1; done
  url=$(sed -n 's/.*listening on \(http[^ ]*\).*/\1/p' "$log")
  {
    echo '{"plain":'
    curl -s "$url/mmu?mode=plot&flags=stw%7Cbackground%7Cassist"
    echo ',"sweep":'
    curl -s "$url/mmu?mode=plot&flags=stw%7Cbackground%7Cassist%7Csweep"
    echo ',"per_proc":'
    curl -s "$url/mmu?mode=plot&flags=perProc%7Cstw%7Cbackground%7Cassist"
    echo ',"quantiles":'
    curl -s "$url/mmu?mode=plot&flags=stw%7Cassist%7Cmut"
    echo '}'
  } > "$here/mmu/$name.json"
  kill $(ps -o pid= --ppid "$server") "$server" 2> /dev/null || true  # `go` runs the tool as its child
  rm -f "$log"
done
