#!/usr/bin/env bash
# Records main.go's scenarios with every minor release of Go, and compares what `gotrace summary --json` says of each trace
# with what the official reader says (tests/oracle), field by field. Exit status 1: something differs.
#
#   run.sh GOTRACE [FOLDER] [VERSION ..]     default: build/matrix, every version below
#
# Needs Go; the go command fetches the other toolchains. Ten minutes when they are there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
gotrace=$(realpath "$1") folder=$(realpath -m "${2:-$here/../../build/matrix}")
versions=(1.11.13 1.12.17 1.13.15 1.14.15 1.15.15 1.16.15 1.17.13 1.18.8 1.19.4 1.20.14 1.21.13 1.22.12 1.23.12 1.24.9
  1.25.14 1.26.8 1.27.4)
[ $# -le 2 ] || versions=("${@:3}")
scenarios=(workers contention deadlock leak tasks network cpu gc restarts)
mkdir -p "$folder"
export GOFLAGS='-p=1' CGO_ENABLED=0

(cd "$here/../oracle" && go build -o "$folder/oracle" .)

# The sources are copied so that no go.mod is above them; Go 1.19 does not build where its own path has an @, hence the link.
build() { # build VERSION PROGRAM
  local minor place
  minor=$(cut -d. -f2 <<< "$1")
  place=$(mktemp -d)
  mkdir "$place/sources"
  ln -s "$(cd "$place" && GO111MODULE=on GOTOOLCHAIN=go$1 go env GOROOT)" "$place/go"
  cp "$here"/*.go "$place/sources"
  if [ "$minor" -ge 25 ]; then rm "$place/sources/flight_none.go"; else rm "$place/sources/flight_go125.go"; fi
  # Before 1.16 no go.mod was needed; then the module's go line is the version that builds.
  local -x GO111MODULE=on
  if [ "$minor" -ge 16 ]; then printf 'module matrix\n\ngo 1.%s\n' "$minor" > "$place/sources/go.mod"; else GO111MODULE=off; fi
  (cd "$place/sources" && GOENV=off GOTOOLCHAIN=local GOROOT=$place/go "$place/go/bin/go" build -o "$2" .)
  rm -r "$place"
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
