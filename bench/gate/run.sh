#!/usr/bin/env bash
# How often the gate cries wolf on identical builds, and what it finds: records the same program again and again and prints the
# tables of docs/ci.md. Two seconds of CPU time a recording; needs a Go toolchain. Can be stopped and started again: recordings
# that are there are kept, and only whole ones get their names.
#
#   bench/gate/run.sh [RECORDINGS (200)] [FOLDER (build/gate)]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
recordings=${1:-200}
folder=$(realpath -m "${2:-build/gate}")
mkdir -p "$folder"
preset=${PRESET:-release}
cmake --preset "$preset" >/dev/null
cmake --build "build/$preset" --target bench_gate >/dev/null
[ -x "$folder/program" ] || (cd fixtures && GOFLAGS=-p=1 go build -trimpath -o "$folder/program" ./cpu_regression)

# One processor and the lowest priority: what else runs on the machine delays a recording, and disturbs it less.
{
  echo "recorded: $(date -u +%Y-%m-%d), $(go version), $(nproc) processors, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
  echo "load average before: $(cut -d' ' -f1-3 /proc/loadavg)"
} >>"$folder/machine.txt"
files=()
for i in $(seq "$recordings"); do
  file=$folder/$i.cpu.pb.gz
  if [ ! -s "$file" ]; then
    GOMAXPROCS=1 nice -n 19 "$folder/program" "$folder/unfinished"
    mv "$folder/unfinished.cpu.pb.gz" "$file"
  fi
  files+=("$file")
done
echo "load average after: $(cut -d' ' -f1-3 /proc/loadavg)" >>"$folder/machine.txt"
cat "$folder/machine.txt"
nice -n 19 "build/$preset/bench_gate" "${files[@]}" | tee "$folder/tables.txt"
