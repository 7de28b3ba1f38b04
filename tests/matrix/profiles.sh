#!/usr/bin/env bash
# Records every kind of profile with every minor release of Go (fixtures/profile_kinds), and compares each report of goprof with
# each option with what `go tool pprof` prints of the same file. Exit status 1: something differs.
#
#   profiles.sh GOPROF [FOLDER] [VERSION ..]     default: build/matrix, every version of build.sh
#
# Needs Go; the go command fetches the other toolchains. When they are there, a version takes one and a half minutes on two processors, five where they
# are busy: half an hour to an hour and a half for all of them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/build.sh"
goprof=$(realpath "$1") folder=$(realpath -m "${2:-$here/../../build/matrix}")
versions=("${matrix_versions[@]}")
[ $# -le 2 ] || versions=("${@:3}")
mkdir -p "$folder"

sources=$(mktemp -d)
trap 'rm -r "$sources"' EXIT
cp -r "$here/../../fixtures/record" "$here/../../fixtures/profile_kinds" "$sources/"
for version in "${versions[@]}"; do
  program=$folder/profiles-$version
  [ -x "$program" ] || matrix_build "$version" "$program" fixtures "$sources" profile_kinds
  "$program" "$folder/go$version"
done
cd "$folder"
python3 -B "$here/compare_profiles.py" "$goprof" "$(go tool -n pprof)" $(for version in "${versions[@]}"; do ls "go$version".*.pb.gz; done)
