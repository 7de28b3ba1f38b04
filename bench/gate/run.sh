#!/usr/bin/env bash
# How often the gate cries wolf on identical builds, and what it finds: records the same program again and again and prints the
# tables of docs/ci.md. Two seconds a recording; needs a Go toolchain.
#
#   bench/gate/run.sh [RECORDINGS (100)] [FOLDER (build/gate)]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
recordings=${1:-100}
folder=$(realpath -m "${2:-build/gate}")
mkdir -p "$folder"
cmake --preset release >/dev/null
cmake --build build/release --target bench_gate
(cd fixtures && go build -trimpath -o "$folder/program" ./cpu_regression)
for i in $(seq "$recordings"); do
  [ -s "$folder/$i.cpu.pb.gz" ] || "$folder/program" "$folder/$i"
done
# shellcheck disable=SC2046
build/release/bench_gate $(for i in $(seq "$recordings"); do echo "$folder/$i.cpu.pb.gz"; done)
