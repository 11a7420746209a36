// Package apiserver stands in for k8s.io/kubernetes/cmd/kube-apiserver/app/testing: what upstream's integration tests
// start as a test server is the daemon.
package apiserver

import (
	"os"
	"strings"
	"sync"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apiserver/pkg/storage/storagebackend"
	"k8s.io/client-go/rest"

	"clusterip.dev/tests/clients/daemon"
)

// TestServerInstanceOptions has nothing that the daemon could follow.
type TestServerInstanceOptions struct{}

// TestServer has the members of upstream's that its tests for ServiceCIDRs use. There is no etcd to speak to: the tests
// that write to it are left out.
type TestServer struct {
	ClientConfig *rest.Config
	TearDownFn   func()
	EtcdClient   *clientv3.Client
}

// store is the data that a storage prefix stands for, and the daemon that has it open.
type store struct {
	folder string
	open   *daemon.Daemon
}

var (
	mutex  sync.Mutex
	stores = map[string]*store{}
)

// NewDefaultTestServerOptions is what tests pass on.
func NewDefaultTestServerOptions() *TestServerInstanceOptions { return &TestServerInstanceOptions{} }

// StartTestServerOrDie starts the daemon on the data of the storage prefix. One process has it at a time: a server
// that still runs there is stopped first, as in a rolling replacement of one by another. Upstream's controller of
// ServiceCIDRs runs in the tests, so the daemon's own is switched off.
func StartTestServerOrDie(t testing.TB, _ *TestServerInstanceOptions, flags []string, storage *storagebackend.Config) *TestServer {
	t.Helper()
	mutex.Lock()
	defer mutex.Unlock()
	data := stores[storage.Prefix]
	if data == nil {
		folder, err := os.MkdirTemp("", "clusterip-integration-")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(folder) })
		data = &store{folder: folder}
		stores[storage.Prefix] = data
	}
	if data.open != nil {
		data.open.Stop()
	}
	ranges := ""
	for _, flag := range flags {
		if value, found := strings.CutPrefix(flag, "--service-cluster-ip-range="); found {
			ranges = value
		}
	}
	server := daemon.Start(t, ranges, "--data-dir="+data.folder, "--controllers=*,-service-cidr")
	data.open = server
	stop := func() {
		mutex.Lock()
		defer mutex.Unlock()
		server.Stop()
		if data.open == server {
			data.open = nil
		}
	}
	return &TestServer{ClientConfig: server.Config("application/json"), TearDownFn: stop}
}
