// Package conformance runs the bodies of upstream's conformance tests for ServiceCIDRs and IPAddresses, which run.sh
// cuts out of test/e2e/network/service_cidrs.go and lays beside this file.
package conformance

import (
	"testing"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"

	"clusterip.dev/tests/clients/daemon"
	"clusterip.dev/tests/clients/integration/framework"
)

func TestConformance(t *testing.T) {
	if len(framework.Cases) != 2 {
		t.Fatalf("%d conformance tests were found", len(framework.Cases))
	}
	config := daemon.Start(t, "10.96.0.0/24", "--in-memory").Config("application/json")
	framework.Cluster.ClientSet = kubernetes.NewForConfigOrDie(config)
	framework.Cluster.DynamicClient = dynamic.NewForConfigOrDie(config)
	for _, one := range framework.Cases {
		t.Run(one.Name, one.Run)
	}
}
