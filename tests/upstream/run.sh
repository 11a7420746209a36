#!/usr/bin/env bash
# tests/upstream/run.sh [--seed N] [--seconds S] [--ops a,b] [--version 1.36.3] [--ours "PROGRAM oracle"]
#
# Compares `clusteripctl oracle` with the real Kubernetes code over random questions. Exit 0 where they agree and
# where the Go toolchain is absent (which is said), 1 where they differ, 2 where the comparison cannot run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

seed=$(date +%s) seconds=120 version=1.36.3 ours="" extra=()
while [ $# -gt 0 ]; do
  case $1 in
    --seed) seed=$2 ;;
    --seconds) seconds=$2 ;;
    --version) version=$2 ;;
    --ours) ours=$2 ;;
    --ops) extra+=(-ops "$2") ;;
    *) echo "run.sh: unknown argument \"$1\"" >&2; exit 2 ;;
  esac
  [ $# -ge 2 ] || { echo "run.sh: $1 needs a value" >&2; exit 2; }
  shift 2
done

if ! command -v go > /dev/null; then
  echo "upstream: skipped, there is no Go toolchain here (the real Kubernetes code is built with it)"
  exit 0
fi
if [ -z "$ours" ]; then
  for preset in release dev; do
    program="$root/build/$preset/bin/clusteripctl"
    if [ -x "$program" ]; then ours="$program oracle"; break; fi
  done
  [ -n "$ours" ] || { echo "upstream: no clusteripctl under $root/build; build the release or dev preset" >&2; exit 2; }
fi

work="$root/build/upstream"
mkdir -p "$work"
modfile="$here/go.mod"
if [ "$version" != 1.36.3 ]; then
  modfile="$work/$version.mod"
  [ -f "$modfile" ] || "$root/tools/control-plane/pin" "$here" "$version" "$modfile"
  extra+=(-sets)
fi
echo "upstream: building the code of Kubernetes $version (minutes the first time)"
(cd "$here" && go build -modfile="$modfile" -o "$work/peer-$version" ./peer && go build -modfile="$modfile" -o "$work/differ" ./differ)
(cd "$here" && go test -modfile="$modfile" ./differ > "$work/test.log" 2>&1) || { cat "$work/test.log" >&2; exit 2; }
exec "$work/differ" -theirs "$work/peer-$version" -ours "$ours" -seed "$seed" -seconds "$seconds" -out "$work/disagreements" "${extra[@]}"
