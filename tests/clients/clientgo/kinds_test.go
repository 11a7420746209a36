// Package clientgo drives the daemon with client-go: this file with typed clients, in JSON and in protobuf, through
// every kind, every verb and every type of patch.
package clientgo

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corev1apply "k8s.io/client-go/applyconfigurations/core/v1"
	networkingv1apply "k8s.io/client-go/applyconfigurations/networking/v1"
	"k8s.io/client-go/kubernetes"

	"clusterip.dev/tests/clients/daemon"
)

const ranges = "10.96.0.0/24,fd00:96::/112"

var ctx = context.Background()

// eachEncoding runs a test with clients of both encodings, each with a server of its own.
func eachEncoding(t *testing.T, test func(t *testing.T, client kubernetes.Interface)) {
	for name, contentType := range map[string]string{
		"JSON":     "application/json",
		"protobuf": "application/vnd.kubernetes.protobuf",
	} {
		t.Run(name, func(t *testing.T) {
			server := daemon.Start(t, ranges, "--in-memory")
			test(t, kubernetes.NewForConfigOrDie(server.Config(contentType)))
		})
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func service(name string) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": name}},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}},
	}
}

func TestServices(t *testing.T) {
	eachEncoding(t, func(t *testing.T, client kubernetes.Interface) {
		services := client.CoreV1().Services("default")
		one := must[*corev1.Service](t)
		dual := corev1.IPFamilyPolicyRequireDualStack
		wanted := service("a")
		wanted.Spec.IPFamilyPolicy = &dual
		made := one(services.Create(ctx, wanted, metav1.CreateOptions{}))
		if len(made.Spec.ClusterIPs) != 2 || made.UID == "" || made.ResourceVersion == "" || made.CreationTimestamp.IsZero() {
			t.Fatalf("created %+v", made)
		}
		for _, address := range made.Spec.ClusterIPs {
			held := must[*networkingv1.IPAddress](t)(client.NetworkingV1().IPAddresses().Get(ctx, address, metav1.GetOptions{}))
			if held.Spec.ParentRef == nil || held.Spec.ParentRef.Name != "a" {
				t.Fatalf("%s is held by %+v", address, held.Spec.ParentRef)
			}
		}
		stale := made.DeepCopy()
		made.Spec.Type = corev1.ServiceTypeNodePort
		changed := one(services.Update(ctx, made, metav1.UpdateOptions{}))
		if changed.Spec.Ports[0].NodePort == 0 || changed.Spec.ClusterIPs[1] != made.Spec.ClusterIPs[1] {
			t.Fatalf("updated to %+v", changed.Spec)
		}
		if _, err := services.Update(ctx, stale, metav1.UpdateOptions{}); !apierrors.IsConflict(err) {
			t.Fatalf("a stale update gave %v", err)
		}
		list := must[*corev1.ServiceList](t)(services.List(ctx, metav1.ListOptions{LabelSelector: "app=a", Limit: 1}))
		if len(list.Items) != 1 || list.ResourceVersion == "" || list.Items[0].Name != "a" {
			t.Fatalf("listed %+v", list)
		}
		dry := one(services.Create(ctx, service("dry"), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}))
		if _, err := services.Get(ctx, dry.Name, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			t.Fatalf("a dry run left %v", err)
		}
		wrong := types.UID("no")
		options := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &wrong}}
		if err := services.Delete(ctx, "a", options); !apierrors.IsConflict(err) {
			t.Fatalf("a deletion of another one gave %v", err)
		}
		if err := services.Delete(ctx, "a", metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		left := must[*networkingv1.IPAddressList](t)(client.NetworkingV1().IPAddresses().List(ctx, metav1.ListOptions{}))
		if len(left.Items) != 1 {
			t.Fatalf("%d addresses are held by one Service", len(left.Items))
		}
	})
}

func TestPatches(t *testing.T) {
	eachEncoding(t, func(t *testing.T, client kubernetes.Interface) {
		services := client.CoreV1().Services("default")
		one := must[*corev1.Service](t)
		one(services.Create(ctx, service("a"), metav1.CreateOptions{}))
		for kind, patch := range map[types.PatchType]string{
			types.StrategicMergePatchType: `{"metadata":{"labels":{"s":"1"}}}`,
			types.MergePatchType:          `{"metadata":{"labels":{"m":"1"}}}`,
			types.JSONPatchType:           `[{"op":"add","path":"/metadata/labels/j","value":"1"}]`,
		} {
			one(services.Patch(ctx, "a", kind, []byte(patch), metav1.PatchOptions{}))
		}
		mine := metav1.ApplyOptions{FieldManager: "mine"}
		last := one(services.Apply(ctx, corev1apply.Service("a", "default").WithLabels(map[string]string{"y": "1"}), mine))
		if len(last.Labels) != 5 {
			t.Fatalf("labels %v", last.Labels)
		}
		theirs := corev1apply.Service("a", "default").WithLabels(map[string]string{"y": "1", "m": "2"})
		if _, err := services.Apply(ctx, theirs, mine); !apierrors.IsConflict(err) {
			t.Fatalf("an apply of another's field gave %v", err)
		}
		mine.Force = true
		if last = one(services.Apply(ctx, theirs, mine)); last.Labels["m"] != "2" {
			t.Fatalf("labels %v", last.Labels)
		}
	})
}

func TestRefusals(t *testing.T) {
	eachEncoding(t, func(t *testing.T, client kubernetes.Interface) {
		services := client.CoreV1().Services("default")
		must[*corev1.Service](t)(services.Create(ctx, service("a"), metav1.CreateOptions{}))
		if _, err := services.Create(ctx, service("a"), metav1.CreateOptions{}); !apierrors.IsAlreadyExists(err) {
			t.Errorf("a second create gave %v", err)
		}
		if _, err := services.Create(ctx, service("Bad_"), metav1.CreateOptions{}); !apierrors.IsInvalid(err) {
			t.Errorf("a bad name gave %v", err)
		}
		if _, err := client.CoreV1().Services("none").Create(ctx, service("b"), metav1.CreateOptions{}); !apierrors.IsNotFound(err) {
			t.Errorf("a missing namespace gave %v", err)
		}
		must[*networkingv1.IPAddress](t)(client.NetworkingV1().IPAddresses().Create(ctx, &networkingv1.IPAddress{
			ObjectMeta: metav1.ObjectMeta{Name: "10.96.0.9"},
			Spec:       networkingv1.IPAddressSpec{ParentRef: &networkingv1.ParentReference{Resource: "gateways", Name: "g"}},
		}, metav1.CreateOptions{}))
		taken := service("t")
		taken.Spec.ClusterIP = "10.96.0.9"
		if _, err := services.Create(ctx, taken, metav1.CreateOptions{}); !apierrors.IsInvalid(err) {
			t.Errorf("an address of another one gave %v", err)
		}
	})
}

func TestRanges(t *testing.T) {
	eachEncoding(t, func(t *testing.T, client kubernetes.Interface) {
		cidrs := client.NetworkingV1().ServiceCIDRs()
		one := must[*networkingv1.ServiceCIDR](t)
		one(cidrs.Create(ctx, &networkingv1.ServiceCIDR{
			ObjectMeta: metav1.ObjectMeta{GenerateName: "r-", Finalizers: []string{"example.com/stay"}},
			Spec:       networkingv1.ServiceCIDRSpec{CIDRs: []string{"10.98.0.0/28"}},
		}, metav1.CreateOptions{}))
		list := must[*networkingv1.ServiceCIDRList](t)(cidrs.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name!=kubernetes"}))
		if len(list.Items) != 1 {
			t.Fatalf("listed %+v", list.Items)
		}
		name := list.Items[0].Name
		status := networkingv1apply.ServiceCIDR(name).WithStatus(networkingv1apply.ServiceCIDRStatus())
		one(cidrs.ApplyStatus(ctx, status, metav1.ApplyOptions{FieldManager: "m", Force: true}))
		if err := cidrs.Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		if going := one(cidrs.Get(ctx, name, metav1.GetOptions{})); going.DeletionTimestamp.IsZero() {
			t.Fatalf("deleted: %+v", going)
		}
		one(cidrs.Patch(ctx, name, types.StrategicMergePatchType,
			[]byte(`{"metadata":{"$deleteFromPrimitiveList/finalizers":["example.com/stay"]}}`), metav1.PatchOptions{}))
		addresses := client.NetworkingV1().IPAddresses()
		must[*networkingv1.IPAddress](t)(addresses.Create(ctx, &networkingv1.IPAddress{
			ObjectMeta: metav1.ObjectMeta{Name: "10.96.0.7", Labels: map[string]string{"by": "hand"}},
			Spec:       networkingv1.IPAddressSpec{ParentRef: &networkingv1.ParentReference{Resource: "gateways", Name: "g"}},
		}, metav1.CreateOptions{}))
		if err := addresses.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "by=hand"}); err != nil {
			t.Fatal(err)
		}
		if _, err := addresses.Get(ctx, "10.96.0.7", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			t.Fatalf("after the deletion of its collection an IPAddress gave %v", err)
		}
	})
}

func TestNamespacesAndDiscovery(t *testing.T) {
	eachEncoding(t, func(t *testing.T, client kubernetes.Interface) {
		space := must[*corev1.Namespace](t)(client.CoreV1().Namespaces().Create(ctx,
			&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "n"}}, metav1.CreateOptions{}))
		if space.Status.Phase != corev1.NamespaceActive || space.Labels["kubernetes.io/metadata.name"] != "n" {
			t.Fatalf("created %+v", space)
		}
		if version, err := client.Discovery().ServerVersion(); err != nil || version.Minor != "36" {
			t.Fatalf("version %v, %v", version, err)
		}
		groups, resources, err := client.Discovery().ServerGroupsAndResources()
		if err != nil || len(groups) < 2 || len(resources) < 2 {
			t.Fatalf("discovered %v, %v, %v", groups, resources, err)
		}
	})
}
