#!/usr/bin/env bash
# tests/clients/node/run.sh
#
# The informers of @kubernetes/client-node (npm) against `clusteripd serve`: add, update, delete, and going on after a
# kill -9 of the server.
#
# Exit 0 where all is told, 1 where not, 2 where the test cannot run (no node or npm, or no network the first time).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../lib.sh"
need node "the library is JavaScript"
need npm "the library comes from npm"

place=$cache/client-node
mkdir -p "$place" "$work/data"
cp "$here/package.json" "$here/informers.mjs" "$place/"
(cd "$place" && npm install --silent --no-audit --no-fund) > "$work/npm.log" 2>&1 || { cat "$work/npm.log" >&2; exit 2; }

start_daemon 10.96.0.0/24 --data-dir="$work/data"
cat > "$work/restart" << SH
kill -9 $daemon_pid
sleep 0.5
"$daemon" serve --service-cluster-ip-range=10.96.0.0/24 --data-dir="$work/data" --port=${url##*:} > "$work/again.out" 2>> "$work/daemon.log" &
echo \$! > "$work/again.pid"
until grep -q '^serving on' "$work/again.out"; do sleep 0.05; done
SH
at_end "eval" "kill \$(cat $work/again.pid 2> /dev/null) 2> /dev/null"
timeout 120 node "$place/informers.mjs" "$work/kubeconfig" "bash $work/restart"
