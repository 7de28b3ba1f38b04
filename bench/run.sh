#!/bin/bash
# What we claim about speed and memory, beside the peers, in one run. Each folder here is one claim, with a script of its own name.
#
#   bench/run.sh             all of them, one after the other
#   bench/run.sh NAME ..     these
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
names=("$@")
[ ${#names[@]} -gt 0 ] || for folder in "$here"/*/; do names+=("$(basename "$folder")"); done
status=0
for name in "${names[@]}"; do
  script=$here/$name/$name.sh
  [ -f "$script" ] || script=$here/$name/run.sh
  if [ ! -f "$script" ]; then
    echo "bench: there is no $name; there are: $(cd "$here" && ls -d */ | tr -d / | tr '\n' ' ')" >&2
    status=2
    continue
  fi
  printf '== %s\n' "$name"
  bash "$script" || status=1
done
exit $status
