#!/usr/bin/env bash
# Records main.go's scenarios with every minor release of Go, and compares what `gotrace summary --json` says of each trace
# with what the official reader says (tests/oracle), field by field. Exit status 1: something differs.
#
#   run.sh GOTRACE [FOLDER] [VERSION ..]     default: build/matrix, every version below
#
# Needs Go; the go command fetches the other toolchains. Ten minutes when they are there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/build.sh"
gotrace=$(realpath "$1") folder=$(realpath -m "${2:-$here/../../build/matrix}")
versions=("${matrix_versions[@]}")
[ $# -le 2 ] || versions=("${@:3}")
scenarios=(workers contention deadlock leak tasks network cpu gc restarts)
mkdir -p "$folder"

(cd "$here/../oracle" && go build -o "$folder/oracle" .)

# One of the two files that know flight recorders, or do not.
build() { # build VERSION PROGRAM
  local sources without=flight_none.go
  [ "$(cut -d. -f2 <<< "$1")" -ge 25 ] || without=flight_go125.go
  sources=$(mktemp -d)
  cp "$here"/*.go "$sources"
  rm "$sources/$without"
  matrix_build "$1" "$2" matrix "$sources" .
  rm -r "$sources"
}

for version in "${versions[@]}"; do
  program=$folder/program-$version
  [ -x "$program" ] || build "$version" "$program"
  these=("${scenarios[@]}")
  case $version in 1.2[5-9].*) these+=(flight) ;; esac
  for scenario in "${these[@]}"; do
    "$program" "$scenario" "$folder/go$version.$scenario.trace"
  done
done
find "$folder" -name 'go1.*.trace' | sort -V | python3 -B "$here/compare.py" "$gotrace" "$folder/oracle"
