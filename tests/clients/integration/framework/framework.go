// Package framework stands in for k8s.io/kubernetes/test/integration/framework and, as far as the conformance tests
// of ServiceCIDRs go, for k8s.io/kubernetes/test/e2e/framework and ginkgo.
package framework

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/storage/storagebackend"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
)

var prefixes atomic.Int64

// SharedEtcd gives the name of a store of its own to each caller.
func SharedEtcd() *storagebackend.Config {
	return storagebackend.NewDefaultConfig(fmt.Sprintf("store-%d", prefixes.Add(1)), nil)
}

// CreateNamespaceOrDie creates a namespace of that name.
func CreateNamespaceOrDie(client kubernetes.Interface, name string, t testing.TB) *corev1.Namespace {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	made, err := client.CoreV1().Namespaces().Create(context.Background(), namespace, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// DeleteNamespaceOrDie deletes it.
func DeleteNamespaceOrDie(client kubernetes.Interface, namespace *corev1.Namespace, t testing.TB) {
	t.Helper()
	if err := client.CoreV1().Namespaces().Delete(context.Background(), namespace.Name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
}

// Framework is what a conformance test reaches its cluster through.
type Framework struct {
	ClientSet                 kubernetes.Interface
	DynamicClient             dynamic.Interface
	NamespacePodSecurityLevel string
}

// Case is one conformance test.
type Case struct {
	Name string
	Body func(context.Context)
}

var (
	// Cluster is given to all conformance tests; it is filled before they run.
	Cluster = &Framework{}
	// Cases are the tests that have been described.
	Cases []Case

	current testing.TB
)

// Describe collects the tests of a group.
func Describe(_ string, body func()) bool { body(); return true }

// NewDefaultFramework gives the one cluster.
func NewDefaultFramework(string) *Framework { return Cluster }

// ConformanceIt notes a test.
func ConformanceIt(name string, body func(context.Context)) { Cases = append(Cases, Case{name, body}) }

// By tells a step.
func By(step string) { current.Log(step) }

// Failf ends the test.
func Failf(format string, values ...any) { current.Fatalf(format, values...) }

// HaveValidResourceVersion is fulfilled by an object that has one.
func HaveValidResourceVersion() types.GomegaMatcher {
	return gomega.HaveField("ResourceVersion", gomega.MatchRegexp("^[1-9][0-9]*$"))
}

// Run runs a test as part of a Go test.
func (c Case) Run(t *testing.T) {
	current = t
	gomega.RegisterTestingT(t)
	c.Body(context.Background())
}
