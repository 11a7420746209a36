#!/usr/bin/env bash
# tests/upstream/services/record.sh [--seed N] [--creates N] [--updates N] [--out FILE]
#
# Asks the real code of Kubernetes 1.36.3 about creates and updates of Services and records its answers, by default
# over tests/recordings/services/rules-1.36.jsonl.gz, which the tests hold the rules to. With another seed and --out,
# and that file in the place of the recording, the same test asks new questions.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)

seed=77 creates=1500 updates=2500 out="$root/tests/recordings/services/rules-1.36.jsonl.gz"
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || { echo "record.sh: $1 needs a value" >&2; exit 2; }
  case $1 in
    --seed) seed=$2 ;;
    --creates) creates=$2 ;;
    --updates) updates=$2 ;;
    --out) out=$2 ;;
    *) echo "record.sh: unknown argument \"$1\"" >&2; exit 2 ;;
  esac
  shift 2
done
command -v go > /dev/null || { echo "record.sh: there is no Go toolchain here" >&2; exit 2; }

work="$root/build/upstream"
mkdir -p "$work"
(cd "$here/.." && go build -o "$work/services" ./services)
python3 "$here/questions.py" "$seed" "$creates" > "$work/creates.asked"
"$work/services" < "$work/creates.asked" > "$work/creates.given" 2> "$work/services.log"
python3 "$here/questions.py" "$((seed + 1))" "$updates" "$work/creates.asked" "$work/creates.given" > "$work/updates.asked"
"$work/services" < "$work/updates.asked" > "$work/updates.given" 2>> "$work/services.log"
python3 "$here/pack.py" "$out" "$work/creates.asked" "$work/creates.given" "$work/updates.asked" "$work/updates.given"
