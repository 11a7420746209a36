#!/usr/bin/env bash
# tests/upstream/compare.sh [--seed N] [--share 0.1] [--groups a,b] [--ranges "R R,R"] [--version 1.36.3] [--keep N]
#
# Starts the real control plane and `clusteripd serve` with the same ranges, plays the same requests to both and
# compares the answers field by field; once for each entry of --ranges. --share is the part of the large matrices to
# play. Exit 0 where they agree, and where the Go toolchain is absent (which is said).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

seed=1 share=0.1 keep=2 version=1.36.3 groups=create,update,ports,malformed,cidrs,addresses,old,patches,applies,watches,events,namespaces,bodies,headers,paths,queries,options,deletions,names,life
ranges="10.96.0.0/24,fd00:96::/112 10.96.0.0/24 fd00:96::/112,10.96.0.0/24 fd00:96::/112"
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || { echo "compare.sh: $1 needs a value" >&2; exit 2; }
  case $1 in
    --seed) seed=$2 ;;
    --share) share=$2 ;;
    --groups) groups=$2 ;;
    --ranges) ranges=$2 ;;
    --version) version=$2 ;;
    --keep) keep=$2 ;;
    *) echo "compare.sh: unknown argument \"$1\"" >&2; exit 2 ;;
  esac
  shift 2
done
if ! command -v go > /dev/null; then
  echo "compare: skipped, there is no Go toolchain here (the real control plane is built with it)"
  exit 0
fi
daemon=""
for preset in release dev; do
  program="$root/build/$preset/bin/clusteripd"
  if [ -x "$program" ]; then daemon=$program; break; fi
done
[ -n "$daemon" ] || { echo "compare: no clusteripd under $root/build; build the release or dev preset" >&2; exit 2; }

work=$(mktemp -d)
ours=0
finish() {
  [ "$ours" = 0 ] || kill "$ours" 2> /dev/null || true
  "$root/tools/control-plane/stop" --dir "$work/real"
  rm -rf "$work"
}
trap finish EXIT

status=0
for range in $ranges; do
  echo "== --service-cluster-ip-range=$range"
  rm -rf "$work/real"
  kubeconfig=$("$root/tools/control-plane/start" --version "$version" --range "$range" --dir "$work/real" \
    --runtime-config networking.k8s.io/v1beta1=true --etcd built 2> "$work/start.log") ||
    { cat "$work/start.log" >&2; exit 2; }
  "$daemon" serve --service-cluster-ip-range="$range" --in-memory --port=0 > "$work/ours.out" 2> "$work/ours.log" &
  ours=$!
  for _ in $(seq 100); do grep -q '^serving on ' "$work/ours.out" && break; sleep 0.1; done
  url=$(sed -n 's/^serving on //p' "$work/ours.out")
  [ -n "$url" ] || { echo "compare: clusteripd did not start" >&2; cat "$work/ours.log" >&2; exit 2; }
  python3 -B "$here/compare/compare.py" --real "$kubeconfig" --ours "$url" --ranges "$range" --groups "$groups" --share "$share" \
    --seed "$seed" --keep "$keep" || status=1
  kill "$ours"
  wait "$ours" || { echo "compare: clusteripd ended with status $?" >&2; status=1; }
  ours=0
  "$root/tools/control-plane/stop" --dir "$work/real"
done
exit $status
