#!/usr/bin/env bash
# tests/clients/clientgo/run.sh [GO-TEST-ARGUMENT…]
#
# client-go against `clusteripd serve`: typed clients of all kinds in JSON and in protobuf, informers with and without
# the streaming list through a kill -9 of the server, bare watches, and the recorders of both Event APIs.
#
# Exit 0 where all pass, 1 where not, 2 where the test cannot run (no Go toolchain).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
run_go_tests clientgo "$@"
