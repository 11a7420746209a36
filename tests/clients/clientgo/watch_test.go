// Informers, reflectors and recorders: what controllers are built of.
package clientgo

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	clientfeatures "k8s.io/client-go/features"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/tools/record"

	"clusterip.dev/tests/clients/daemon"
)

// gates are client-go's own, but for the streaming list.
type gates struct {
	clientfeatures.Gates
	streaming bool
}

func (g gates) Enabled(feature clientfeatures.Feature) bool {
	if feature == clientfeatures.WatchListClient {
		return g.streaming
	}
	return g.Gates.Enabled(feature)
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	err := wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, 30*time.Second, true,
		func(context.Context) (bool, error) { return condition(), nil })
	if err != nil {
		t.Fatalf("not within 30 s: %s", what)
	}
}

// counter counts the requests that began a list of Services, by their way.
type counter struct {
	sync.Mutex
	lists, streams int
	next           http.RoundTripper
}

func (c *counter) RoundTrip(request *http.Request) (*http.Response, error) {
	if strings.HasSuffix(request.URL.Path, "/services") && request.Method == http.MethodGet {
		query := request.URL.Query()
		c.Lock()
		if query.Get("sendInitialEvents") == "true" {
			c.streams++
		} else if query.Get("watch") == "" {
			c.lists++
		}
		c.Unlock()
	}
	return c.next.RoundTrip(request)
}

func (c *counter) counts() (lists, streams int) {
	c.Lock()
	defer c.Unlock()
	return c.lists, c.streams
}

// An informer fills itself by a list or by a stream, follows every change, and goes on after a kill of the server.
func TestInformersFollowThroughARestart(t *testing.T) {
	usual := clientfeatures.FeatureGates()
	defer clientfeatures.ReplaceFeatureGates(usual)
	for _, streaming := range []bool{false, true} {
		for _, contentType := range []string{"application/json", "application/vnd.kubernetes.protobuf"} {
			t.Run(fmt.Sprintf("WatchList=%v/%s", streaming, contentType), func(t *testing.T) {
				clientfeatures.ReplaceFeatureGates(gates{usual, streaming})
				follow(t, streaming, contentType)
			})
		}
	}
}

func follow(t *testing.T, streaming bool, contentType string) {
	server := daemon.Start(t, ranges, "--data-dir="+t.TempDir())
	config := server.Config(contentType)
	counted := &counter{}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { counted.next = next; return counted })
	client := kubernetes.NewForConfigOrDie(config)
	factory := informers.NewSharedInformerFactory(client, 0)
	services := factory.Core().V1().Services()
	addresses := factory.Networking().V1().IPAddresses()
	services.Informer()
	addresses.Informer()
	factory.Networking().V1().ServiceCIDRs().Informer()
	factory.Core().V1().Namespaces().Informer()
	stop := make(chan struct{})
	defer factory.Shutdown()
	defer close(stop)
	factory.Start(stop)
	soon := make(chan struct{})
	timer := time.AfterFunc(30*time.Second, func() { close(soon) })
	defer timer.Stop()
	for kind, synced := range factory.WaitForCacheSync(soon) {
		if !synced {
			t.Fatalf("%v did not sync", kind)
		}
	}
	if lists, streams := counted.counts(); streaming != (streams > 0) || streaming == (lists > 0) {
		t.Fatalf("%d lists and %d streams", lists, streams)
	}
	has := func(name string) bool {
		_, err := services.Lister().Services("default").Get(name)
		return err == nil
	}
	create := func(name string) {
		t.Helper()
		must[*corev1.Service](t)(client.CoreV1().Services("default").Create(ctx, service(name), metav1.CreateOptions{}))
	}
	create("a")
	eventually(t, "a is seen", func() bool { return has("a") })
	eventually(t, "its address is seen", func() bool { return len(addresses.Informer().GetStore().List()) == 2 })
	server.Kill()
	server.Again()
	create("b")
	eventually(t, "b is seen after a restart", func() bool { return has("b") })
	if !has("a") {
		t.Fatal("a was lost by the restart")
	}
	if err := client.CoreV1().Services("default").Delete(ctx, "a", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a is gone", func() bool { return !has("a") })
}

// A bare watch with a selector gives the changes of one Service in their order.
func TestWatchesTellOfEachChange(t *testing.T) {
	eachEncoding(t, func(t *testing.T, client kubernetes.Interface) {
		services := client.CoreV1().Services("default")
		list := must[*corev1.ServiceList](t)(services.List(ctx, metav1.ListOptions{}))
		options := metav1.ListOptions{ResourceVersion: list.ResourceVersion, LabelSelector: "app=a"}
		changes := must[watch.Interface](t)(services.Watch(ctx, options))
		defer changes.Stop()
		made := must[*corev1.Service](t)(services.Create(ctx, service("a"), metav1.CreateOptions{}))
		must[*corev1.Service](t)(services.Create(ctx, service("b"), metav1.CreateOptions{}))
		made.Labels["more"] = "1"
		made = must[*corev1.Service](t)(services.Update(ctx, made, metav1.UpdateOptions{}))
		made.Labels["app"] = "gone"
		must[*corev1.Service](t)(services.Update(ctx, made, metav1.UpdateOptions{}))
		for _, wanted := range []watch.EventType{watch.Added, watch.Modified, watch.Deleted} {
			select {
			case event := <-changes.ResultChan():
				got, fits := event.Object.(*corev1.Service)
				if event.Type != wanted || !fits || got.Name != "a" {
					t.Fatalf("%s instead of %s: %+v", event.Type, wanted, event.Object)
				}
			case <-time.After(30 * time.Second):
				t.Fatalf("no %s", wanted)
			}
		}
	})
}

// A watch from before the oldest kept change gets 410, which tells an informer to list again.
func TestAnOldWatchIsGone(t *testing.T) {
	server := daemon.Start(t, ranges, "--in-memory", "--watch-log-events=4")
	client := kubernetes.NewForConfigOrDie(server.Config("application/json"))
	services := client.CoreV1().Services("default")
	first := must[*corev1.ServiceList](t)(services.List(ctx, metav1.ListOptions{})).ResourceVersion
	for i := range 10 {
		must[*corev1.Service](t)(services.Create(ctx, service(fmt.Sprintf("s%d", i)), metav1.CreateOptions{}))
	}
	changes, err := services.Watch(ctx, metav1.ListOptions{ResourceVersion: first})
	if err == nil {
		event := <-changes.ResultChan()
		status, fits := event.Object.(*metav1.Status)
		if event.Type != watch.Error || !fits || status.Code != http.StatusGone {
			t.Fatalf("%s %+v", event.Type, event.Object)
		}
	}
}

// Recorders of both APIs write Events, and count them as they recur.
func TestRecordersWriteEvents(t *testing.T) {
	eachEncoding(t, func(t *testing.T, client kubernetes.Interface) {
		made := must[*corev1.Service](t)(client.CoreV1().Services("default").Create(ctx, service("a"), metav1.CreateOptions{}))
		old := record.NewBroadcaster(record.WithContext(ctx))
		defer old.Shutdown()
		old.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: client.CoreV1().Events("")})
		recorder := old.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "old"})
		for range 3 {
			recorder.Event(made, corev1.EventTypeWarning, "Often", "the same each time")
		}
		eventually(t, "an Event that counts to 3", func() bool {
			options := metav1.ListOptions{FieldSelector: "involvedObject.name=a,reason=Often"}
			list := must[*corev1.EventList](t)(client.CoreV1().Events("default").List(ctx, options))
			return len(list.Items) == 1 && list.Items[0].Count == 3
		})
		if _, err := client.EventsV1().Events("default").List(ctx, metav1.ListOptions{}); err != nil {
			t.Skipf("events.k8s.io is not served: %v", err)
		}
		fresh := events.NewBroadcaster(&events.EventSinkImpl{Interface: client.EventsV1()})
		defer fresh.Shutdown()
		if err := fresh.StartRecordingToSinkWithContext(ctx); err != nil {
			t.Fatal(err)
		}
		fresh.NewRecorder(scheme.Scheme, "new").Eventf(made, nil, corev1.EventTypeNormal, "Once", "Acting", "said %d", 1)
		eventually(t, "an Event of events.k8s.io", func() bool {
			list := must[*eventsv1.EventList](t)(client.EventsV1().Events("default").List(ctx, metav1.ListOptions{}))
			for _, event := range list.Items {
				if event.ReportingController == "new" && event.Action == "Acting" && event.Note == "said 1" {
					return true
				}
			}
			return false
		})
	})
}
