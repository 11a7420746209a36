// Package servicecidr has the service-cidr-controller of kube-controller-manager at work on the daemon's objects, in
// place of the daemon's own; the same tests run with the daemon's.
package servicecidr

import (
	"context"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/kubernetes/pkg/controller/servicecidrs"

	"clusterip.dev/tests/clients/daemon"
)

const finalizer = "networking.k8s.io/service-cidr-finalizer"

var ctx = context.Background()

// eachController runs a test with the daemon's controller, and with the real one in both encodings.
func eachController(t *testing.T, test func(t *testing.T, client kubernetes.Interface)) {
	t.Run("own", func(t *testing.T) {
		t.Parallel()
		server := daemon.Start(t, "10.96.0.0/24", "--in-memory")
		test(t, kubernetes.NewForConfigOrDie(server.Config("application/json")))
	})
	for _, contentType := range []string{"application/json", "application/vnd.kubernetes.protobuf"} {
		t.Run("real/"+contentType, func(t *testing.T) {
			t.Parallel()
			server := daemon.Start(t, "10.96.0.0/24", "--in-memory", "--controllers=*,-service-cidr")
			client := kubernetes.NewForConfigOrDie(server.Config(contentType))
			factory := informers.NewSharedInformerFactory(client, 0)
			controller := servicecidrs.NewController(ctx, factory.Networking().V1().ServiceCIDRs(),
				factory.Networking().V1().IPAddresses(), client)
			stopping, stop := context.WithCancel(ctx)
			done := make(chan struct{})
			go func() { controller.Run(stopping, 5); close(done) }()
			factory.Start(stopping.Done())
			t.Cleanup(func() { stop(); <-done; factory.Shutdown() })
			test(t, client)
		})
	}
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, 60*time.Second, true,
		func(context.Context) (bool, error) { return condition(), nil })
	if err != nil {
		t.Fatalf("not within 60 s: %s", what)
	}
}

func create(t *testing.T, client kubernetes.Interface, name string, cidrs ...string) {
	t.Helper()
	_, err := client.NetworkingV1().ServiceCIDRs().Create(ctx, &networkingv1.ServiceCIDR{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: networkingv1.ServiceCIDRSpec{CIDRs: cidrs}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, name+" is ready and protected", func() bool { return ready(get(t, client, name)) })
}

func get(t *testing.T, client kubernetes.Interface, name string) *networkingv1.ServiceCIDR {
	t.Helper()
	found, err := client.NetworkingV1().ServiceCIDRs().Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func gone(client kubernetes.Interface, name string) bool {
	_, err := client.NetworkingV1().ServiceCIDRs().Get(ctx, name, metav1.GetOptions{})
	return apierrors.IsNotFound(err)
}

func condition(cidr *networkingv1.ServiceCIDR) metav1.Condition {
	for _, condition := range cidr.Status.Conditions {
		if condition.Type == networkingv1.ServiceCIDRConditionReady {
			return condition
		}
	}
	return metav1.Condition{}
}

func ready(cidr *networkingv1.ServiceCIDR) bool {
	return condition(cidr).Status == metav1.ConditionTrue && slices.Contains(cidr.Finalizers, finalizer)
}

func remove(t *testing.T, client kubernetes.Interface, name string) {
	t.Helper()
	if err := client.NetworkingV1().ServiceCIDRs().Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
}

func hold(client kubernetes.Interface, name, address string) error {
	_, err := client.CoreV1().Services("default").Create(ctx, &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.ServiceSpec{ClusterIP: address, Ports: []corev1.ServicePort{{Port: 80}}}}, metav1.CreateOptions{})
	return err
}

// holdSoon waits until the allocator knows a range that has just become ready.
func holdSoon(t *testing.T, client kubernetes.Interface, name, address string) {
	t.Helper()
	eventually(t, name+" gets "+address, func() bool { return hold(client, name, address) == nil })
}

func TestTheDefaultRangeBecomesReady(t *testing.T) {
	eachController(t, func(t *testing.T, client kubernetes.Interface) {
		eventually(t, "kubernetes is ready", func() bool { return ready(get(t, client, "kubernetes")) })
	})
}

func TestAnEmptyRangeGoes(t *testing.T) {
	eachController(t, func(t *testing.T, client kubernetes.Interface) {
		create(t, client, "empty", "10.98.0.0/28", "fd00:98::/120")
		remove(t, client, "empty")
		eventually(t, "it is gone", func() bool { return gone(client, "empty") })
	})
}

func TestAHeldRangeWaits(t *testing.T) {
	eachController(t, func(t *testing.T, client kubernetes.Interface) {
		create(t, client, "held", "10.98.0.0/28")
		holdSoon(t, client, "a", "10.98.0.3")
		remove(t, client, "held")
		eventually(t, "it says why it stays", func() bool {
			why := condition(get(t, client, "held"))
			return why.Reason == networkingv1.ServiceCIDRReasonTerminating && why.Status == metav1.ConditionFalse
		})
		if err := hold(client, "late", "10.98.0.4"); !apierrors.IsInvalid(err) {
			t.Fatalf("a range that goes gave an address: %v", err)
		}
		if err := client.CoreV1().Services("default").Delete(ctx, "a", metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is gone", func() bool { return gone(client, "held") })
	})
}

func TestACoveredRangeGoes(t *testing.T) {
	eachController(t, func(t *testing.T, client kubernetes.Interface) {
		create(t, client, "wide", "10.98.0.0/24")
		create(t, client, "narrow", "10.98.0.0/28")
		holdSoon(t, client, "a", "10.98.0.3")
		remove(t, client, "narrow")
		eventually(t, "the covered one is gone", func() bool { return gone(client, "narrow") })
		remove(t, client, "wide")
		eventually(t, "the last one waits", func() bool {
			return condition(get(t, client, "wide")).Reason == networkingv1.ServiceCIDRReasonTerminating
		})
	})
}

func TestAForeignFinalizerStays(t *testing.T) {
	eachController(t, func(t *testing.T, client kubernetes.Interface) {
		cidrs := client.NetworkingV1().ServiceCIDRs()
		create(t, client, "theirs", "10.98.0.0/28")
		found := get(t, client, "theirs")
		found.Finalizers = append(found.Finalizers, "example.com/stay")
		if _, err := cidrs.Update(ctx, found, metav1.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
		remove(t, client, "theirs")
		eventually(t, "only the foreign finalizer is left", func() bool {
			return slices.Equal(get(t, client, "theirs").Finalizers, []string{"example.com/stay"})
		})
		found = get(t, client, "theirs")
		found.Finalizers = nil
		if _, err := cidrs.Update(ctx, found, metav1.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is gone", func() bool { return gone(client, "theirs") })
	})
}
