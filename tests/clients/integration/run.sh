#!/usr/bin/env bash
# tests/clients/integration/run.sh [GO-TEST-ARGUMENT…]
#
# Kubernetes' own integration tests for ServiceCIDRs (test/integration/servicecidr) and the bodies of its two
# conformance tests (test/e2e/network/service_cidrs.go), their server replaced by `clusteripd serve`. Upstream's files
# are taken from the Go module cache and laid over this module while the tests are built; nothing of them stays here.
#
# Exit 0 where all pass, 1 where not, 2 where the test cannot run (no Go toolchain).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../lib.sh"
need go "its tests are Go programs"
need python3 "Debian's package python3"

# Left out, each for the reason that is printed. Names are those of go test.
left_out() {
  cat << 'TABLE'
TestServiceAllocation/Bitmap_allocator       needs the old bitmap allocator
TestMigrateService                           writes objects into etcd behind the server
TestSkewedAllocatorsRollback                 needs servers of two versions, one with the bitmap, on one etcd
TestSkewAllocatorsRollout                    needs servers of two versions, one with the bitmap, on one etcd
TestEnableDisableServiceCIDR                 switches the feature off, which brings the bitmap back
TestValidationAdmissionPolicyServiceCIDR     needs validating admission policies
TestServiceAllocPerformance                  upstream skips it; bench/ measures the daemon
TestServiceIPRepairRaceCondition             writes 330,000 namespaces into etcd behind the server
TABLE
}

(cd "$here/.." && go mod download k8s.io/kubernetes)
upstream=$(cd "$here/.." && go list -m -f '{{.Dir}}' k8s.io/kubernetes)/test
shims=clusterip.dev/tests/clients/integration
mkdir -p "$work/tests"
for file in allocator migration servicecidr; do
  sed -e "s#k8s.io/kubernetes/cmd/kube-apiserver/app/testing#$shims/apiserver#" \
    -e "s#k8s.io/kubernetes/test/integration/framework#$shims/framework#" \
    "$upstream/integration/servicecidr/${file}_test.go" > "$work/tests/${file}_test.go"
done
{
  cat << GO
package conformance

import (
	"context"

	"github.com/onsi/gomega"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/client-go/util/retry"
	"k8s.io/kubernetes/pkg/controlplane/controller/defaultservicecidr"

	"$shims/framework"
)

GO
  sed -n '/SIGDescribe("ServiceCIDR and IPAddress API"/,/^})/p' "$upstream/e2e/network/service_cidrs.go" |
    sed -e 's/common\.SIGDescribe/framework.Describe/' -e 's/ginkgo\.By/framework.By/' -e 's/apimachineryutils\./framework./' \
      -e 's/admissionapi\.LevelPrivileged/"privileged"/'
} > "$work/tests/conformance_test.go"
python3 - "$here" "$work/tests" > "$work/overlay.json" << 'PYTHON'
import json, sys
here, tests = sys.argv[1:]
laid = {f"{here}/servicecidr/{name}_test.go": f"{tests}/{name}_test.go" for name in ("allocator", "migration", "servicecidr")}
laid[f"{here}/conformance/conformance_test.go"] = f"{tests}/conformance_test.go"
print(json.dumps({"Replace": laid}))
PYTHON

echo "left out:"
left_out | sed 's/^/  /'
skip=$(left_out | sed 's/ .*//; s#/#$/^#; s/^/^/; s/$/$/' | paste -sd'|')
run_go_tests integration/servicecidr -vet=off -overlay="$work/overlay.json" -skip "$skip" -v "$@" > "$work/log" 2>&1 || failed=1
run_go_tests integration/conformance -vet=off -overlay="$work/overlay.json" -v >> "$work/log" 2>&1 || failed=1
grep -E '^ *--- (PASS|FAIL|SKIP)|^(ok|FAIL)' "$work/log" || true
[ -z "${failed:-}" ] || { cat "$work/log" >&2; exit 1; }
