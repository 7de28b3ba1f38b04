#!/usr/bin/env bash
# Runs the recipes of docs/ci.md on a Go module with a planted regression: the plain shell one as it stands in the page, and the
# GitHub action's step. Both must pass on a change that changes nothing and fail on the one that made appendQuoted slower.
#
#   GOPROF=.../goprof recipe.sh        exit 77: no Go toolchain or git here
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for tool in go git; do
  command -v $tool >/dev/null || { echo "skipped: no $tool here"; exit 77; }
done
PATH=$(dirname "$GOPROF"):$PATH
export GOFLAGS=-mod=mod GOTOOLCHAIN=local
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

git_in() { git -C "$1" -c user.name=tester -c user.email=tester@localhost -c commit.gpgsign=false "${@:2}"; }

# The team's repository: main, a change without an effect, and a slower one.
cp -r "$here/shop" "$work/origin"
git_in "$work/origin" init -q -b main
git_in "$work/origin" add -A
git_in "$work/origin" commit -qm 'Write carts as JSON'
git_in "$work/origin" checkout -qb harmless
sed -i 's|// Export writes the items by price.|// Export writes the items, the cheapest first.|' "$work/origin/cart/cart.go"
git_in "$work/origin" commit -qam 'Say it better'
git_in "$work/origin" checkout -q main
git_in "$work/origin" checkout -qb slower
cp "$here/slower_quote.go.txt" "$work/origin/cart/quote.go"
git_in "$work/origin" commit -qam 'Quote byte by byte'

# The first sh block below "### Plain shell".
awk '/^### /{here = $0 == "### Plain shell"} here && /^```/{if (inside) exit; inside = 1; next} here && inside' \
  "$here/../../docs/ci.md" >"$work/recipe"
[ -s "$work/recipe" ] || { echo "docs/ci.md has no recipe for the plain shell"; exit 1; }

check() { # check BRANCH WANTED
  local folder=$work/$1 status=0
  git clone -q --branch "$1" "$work/origin" "$folder"
  (cd "$folder" && bash -e "$work/recipe") >"$folder.out" 2>&1 || status=$?
  grep -v '^\(goos\|goarch\|pkg\|cpu\|PASS\|Benchmark\|ok\)' "$folder.out" || true
  [ "$status" = "$2" ] || { echo "$1: exit $status, wanted $2"; exit 1; }
}
check harmless 0
check slower 1
grep -q '^\(fail: \)\?shop/cart.appendQuoted cpu flat' "$work/slower.out" || { echo "the function is not named"; exit 1; }

# The action's step on the recordings of the shell recipe.
if python3=$(PATH=/usr/bin:$PATH command -v python3) && "$python3" -c 'import yaml' 2>/dev/null; then
  "$python3" -c 'import sys, yaml; print(yaml.safe_load(open(sys.argv[1]))["runs"]["steps"][0]["run"])' \
    "$here/../../.github/actions/goprof-gate/action.yml" >"$work/step"
  for branch in harmless slower; do
    cd "$work/$branch"
    status=0
    BEFORE='before.*.pb.gz' AFTER='after.*.pb.gz' STORE='' GOPROF=goprof ARGUMENTS='' GITHUB_OUTPUT=$work/output GITHUB_STEP_SUMMARY=$work/summary.md \
      bash -e "$work/step" >"$work/$branch.step" 2>&1 || status=$?
    [ "$status" = "$([ $branch = slower ] && echo 1 || echo 0)" ] || { cat "$work/$branch.step"; echo "action on $branch: exit $status"; exit 1; }
  done
  [ "$(cat "$work/output")" = "$(printf 'verdict=pass\nverdict=fail')" ]
  grep -q '^::error .*appendQuoted' "$work/slower.step"
  [ "$(grep -c '^### Performance gate' "$work/summary.md")" = 2 ] # appended to, not replaced
  [ -s "$work/slower/goprof.sarif" ]
  [ -s "$work/slower/goprof.html" ]

  # GitLab's job, as its runner starts it: script lines one after the other, in a clone of the merge request's branch.
  awk '/^### /{here = $0 == "### GitLab"} here && /^```/{if (inside) exit; inside = 1; next} here && inside' "$here/../../docs/ci.md" |
    "$python3" -c 'import sys, yaml; print("\n".join(yaml.safe_load(sys.stdin)["performance"]["script"]))' >"$work/job"
  git clone -q --branch slower "$work/origin" "$work/gitlab"
  status=0
  (cd "$work/gitlab" && CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main bash -e "$work/job") >"$work/gitlab.out" 2>&1 || status=$?
  [ "$status" = 1 ] || { cat "$work/gitlab.out"; echo "GitLab's job: exit $status, wanted 1"; exit 1; }
  grep -q 'appendQuoted' "$work/gitlab/quality.json"
  grep -q 'appendQuoted' "$work/gitlab/junit.xml"
  grep -q '^goprof_verdict{goprof_verdict="fail"} 1' "$work/gitlab/metrics.txt"
  [ -s "$work/gitlab/goprof.html" ]
else
  echo "not tried: the GitHub action's step and GitLab's job (no PyYAML here)"
fi
echo "the recipes of docs/ci.md pass on the parent and fail on the change"
