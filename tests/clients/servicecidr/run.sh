#!/usr/bin/env bash
# tests/clients/servicecidr/run.sh [GO-TEST-ARGUMENT…]
#
# The service-cidr-controller of kube-controller-manager (its real code) at work on `clusteripd serve`, whose own is
# switched off: conditions, finalizers, deletions that wait and deletions that need not. The same tests run with the
# daemon's own controller.
#
# Exit 0 where all pass, 1 where not, 2 where the test cannot run (no Go toolchain).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
run_go_tests servicecidr "$@"
