#!/usr/bin/env bash
# goprof beside go tool pprof, inferno-diff-folded and difffolded.pl: same machine, same files, same run, in turns.
#
#   bench/pprof/pprof.sh [SAMPLES (1000000) [RUNS (3)]]
#
# Inputs are made by bench_profiles (generate.cc), the same bytes each time. GOPROF is the program to measure (default:
# build/release/goprof); peers are taken from PATH and left out where they are missing. FOLDER keeps the inputs.
# A row: best time on the clock of goprof and of the peer, how many times as fast, CPU seconds, peak memory in MB.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bench/best.sh
samples=${1:-1000000} runs=${2:-3}
goprof=$(realpath "${GOPROF:-build/release/goprof}")
cmake --build build/release --target bench_profiles > /dev/null
make=build/release/bench_profiles
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder=$(realpath -m "${FOLDER:-$work/inputs}")
mkdir -p "$folder"
pprof=$(go tool -n pprof 2> /dev/null || true)

made() { [ -s "$folder/$1" ]; }
functions=$((samples / 7 + 100))
made plain1.pb.gz || "$make" pprof "$folder/plain1.pb.gz" "$samples" $functions 1
made plain2.pb.gz || "$make" pprof "$folder/plain2.pb.gz" "$samples" $functions 2
made labels1.pb.gz || "$make" pprof "$folder/labels1.pb.gz" "$samples" $functions 1 labels
made labels2.pb.gz || "$make" pprof "$folder/labels2.pb.gz" "$samples" $functions 2 labels
made small.pb.gz || "$make" pprof "$folder/small.pb.gz" 700 2000 1
for i in $(seq 200); do made "part$i.pb.gz" || "$make" pprof "$folder/part$i.pb.gz" $((samples / 250)) $((functions / 5)) "$i"; done
made before.folded || "$make" folded "$folder/before.folded" $((samples / 10)) $((functions / 7)) 1
made after.folded || "$make" folded "$folder/after.folded" $((samples / 10)) $((functions / 7)) 2

measure() {  # NAME COMMAND ..: what the best run took, in $work/NAME. What it prints is thrown away: writing gigabytes is not what is measured
  best "$runs" /dev/null "${@:2}" > "$work/$1"
}

# row TITLE: compares $work/ours and $work/theirs
row() {
  awk -v title="$1" 'NR == 1 {t = $1; c = $2; m = $3} NR == 2 {printf "%-34s %8.2f %8.2f %7.1fx %9.2f %8.2f %7.0f %8.0f\n",
    title, t, $1, (t > 0 ? $1 / t : 0), c, $2, m, $3}' "$work/ours" "$work/theirs"
}

against_pprof() {  # TITLE OURS.. -- THEIRS..
  local title=$1 ours=()
  shift
  while [ "$1" != -- ]; do ours+=("$1"); shift; done
  shift
  measure ours "$goprof" "${ours[@]}"
  measure theirs "$pprof" -symbolize=none "$@"
  row "$title"
}

printf '%s samples, %s, best of %s\n\n' "$samples" "$(machine)" "$runs"
printf '%-34s %8s %8s %8s %9s %8s %7s %8s\n' task goprof peer ratio 'CPU ours' peer 'MB ours' peer
cd "$folder"
if [ -n "$pprof" ]; then
  against_pprof 'top, no labels' top plain1.pb.gz -- -top plain1.pb.gz
  against_pprof 'top, labels' top labels1.pb.gz -- -top labels1.pb.gz
  against_pprof 'top -diff_base, no labels' top -diff_base=plain1.pb.gz plain2.pb.gz -- -top -diff_base=plain1.pb.gz plain2.pb.gz
  against_pprof 'top -diff_base, labels' top -diff_base=labels1.pb.gz labels2.pb.gz -- -top -diff_base=labels1.pb.gz labels2.pb.gz
  against_pprof 'diff (peer: top -diff_base)' diff --exit-zero plain1.pb.gz plain2.pb.gz -- -top -diff_base=plain1.pb.gz plain2.pb.gz
  against_pprof 'traces' traces labels1.pb.gz -- -traces labels1.pb.gz
  against_pprof 'merge of 200' merge -o "$work/ours.pb.gz" part*.pb.gz -- -proto -output="$work/theirs.pb.gz" part*.pb.gz
  against_pprof 'top, 700 samples' top small.pb.gz -- -top small.pb.gz
fi
for peer in inferno-diff-folded difffolded.pl; do
  command -v $peer > /dev/null || continue
  measure ours "$goprof" folded --diff before.folded after.folded
  measure theirs $peer before.folded after.folded
  "$goprof" folded --diff before.folded after.folded | LC_ALL=C sort > "$work/sorted"
  $peer before.folded after.folded 2> /dev/null | LC_ALL=C sort | cmp -s - "$work/sorted" || echo "$peer: another output than goprof's"
  row "folded --diff ($peer)"
done
printf '\nperf script text: bench/perf/perf.sh\n'
