#!/usr/bin/env bash
# tests/live/run.sh [--version 1.36.3] [--servers 1|2] [--seconds 60] [--seed 1] [--dir FOLDER]
#
# The mirror beside a real control plane. First under a seeded load, while ranges come and go, connections are cut and
# an apiserver is stopped and killed: nothing may be called wrong but what faults of upstream cause. Then a fault is
# planted for every rule and every kind of forbidden decision: each must be found. Prints a table; exit 0 when all is
# found and nothing else is, 1 when not, 2 when it could not run. Without Go it says so and exits 0.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

version=1.36.3 servers=2 seconds=60 seed=1 dir=""
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || { echo "run.sh: $1 needs a value" >&2; exit 2; }
  case $1 in
    --version) version=$2 ;;
    --servers) servers=$2 ;;
    --seconds) seconds=$2 ;;
    --seed) seed=$2 ;;
    --dir) dir=$2 ;;
    *) echo "run.sh: unknown argument \"$1\"" >&2; exit 2 ;;
  esac
  shift 2
done
if ! command -v go > /dev/null; then
  echo "live: skipped, there is no Go toolchain here (the real control plane is built with it)"
  exit 0
fi
programs=""
for preset in release dev; do
  if [ -x "$root/build/$preset/bin/clusteripd" ]; then programs="$root/build/$preset/bin"; break; fi
done
[ -n "$programs" ] || { echo "live: no clusteripd under $root/build; build the release or dev preset" >&2; exit 2; }

work=${dir:-$(mktemp -d)}
mkdir -p "$work"
finish() {
  "$root/tools/control-plane/stop" --dir "$work/real"
  [ -n "$dir" ] || rm -rf "$work"
}
trap finish EXIT
range=10.96.0.0/24,fd00:96::/112
"$root/tools/control-plane/start" --version "$version" --servers "$servers" --range "$range" --dir "$work/real" \
  > /dev/null 2> "$work/start.log" || { cat "$work/start.log" >&2; exit 2; }
python3 -B "$here/live.py" --programs "$programs" --dir "$work" --version "$version" --servers "$servers" --range "$range" \
  --seconds "$seconds" --seed "$seed"
