// Program allocators measures the real Kubernetes allocators, for the table of tools/bench: what a call costs that asks for
// any address of 10.0.0.0/12. It prints one JSON list of rows {peer, fill in tenths of a percent, calls, ns a call}.
//
// The steady state is that of the other benchmarks: the oldest address is released and another taken, after a warm-up of
// three times the free ones. Releases are not timed. The client of the per-object allocator writes into the informer's
// real store at once, so no apiserver, no network and no encoding is counted.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"net"
	"os"
	"slices"
	"time"

	"k8s.io/klog/v2"
	core "k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/registry/core/service/ipallocator"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

type row struct {
	Peer  string  `json:"peer"`
	Fill  int     `json:"permille"`
	Calls int     `json:"calls"`
	Ns    float64 `json:"ns"`
}

// allocator is what both real ones have in common.
type allocator interface {
	AllocateNext() (net.IP, error)
	Release(net.IP) error
}

// forService asks in the name of a Service, without which an IPAddress object has no parent.
type forService struct {
	*ipallocator.Allocator
	service *core.Service
}

func (a forService) AllocateNext() (net.IP, error) { return a.AllocateNextService(a.service) }

// A load fills an allocator and keeps the order in which its addresses were taken.
type load struct {
	of   allocator
	held []net.IP
}

func (l *load) take() error {
	ip, err := l.of.AllocateNext()
	l.held = append(l.held, ip)
	return err
}

func (l *load) giveBack() error {
	oldest := l.held[0]
	l.held = l.held[1:]
	return l.of.Release(oldest)
}

// measure times calls one batch at a time, for about that long, and at least one call.
// The cost of a call is the median over the batches, which other work on the machine moves least.
func (l *load) measure(batch int, most time.Duration) (int, float64, error) {
	calls, spent := 0, []time.Duration{}
	for begun := time.Now(); calls == 0 || time.Since(begun) < most; calls += batch {
		for range batch {
			if err := l.giveBack(); err != nil {
				return 0, 0, err
			}
		}
		start := time.Now()
		for range batch {
			if err := l.take(); err != nil {
				return 0, 0, err
			}
		}
		spent = append(spent, time.Since(start))
	}
	slices.Sort(spent)
	return calls, float64(spent[len(spent)/2].Nanoseconds()) / float64(batch), nil
}

// run fills to each of the fills in turn and measures there.
func run(name string, of allocator, size int, fills []int, batch int, most time.Duration, after func()) ([]row, error) {
	l := load{of: of}
	var rows []row
	for _, fill := range fills {
		for len(l.held) < size*fill/1000 {
			if err := l.take(); err != nil {
				return nil, err
			}
		}
		for range 3 * (size - len(l.held)) {
			if err := l.giveBack(); err != nil {
				return nil, err
			}
			if err := l.take(); err != nil {
				return nil, err
			}
		}
		if after != nil {
			after()
		}
		calls, ns, err := l.measure(batch, most)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{name, fill, calls, ns})
	}
	return rows, nil
}

func all(cidr *net.IPNet, size int, most time.Duration) ([]row, error) {
	bitmap, err := ipallocator.NewInMemory(cidr)
	if err != nil {
		return nil, err
	}
	rows, err := run("kubernetes_bitmap", bitmap, size, []int{500, 990}, 256, most, nil)
	if err != nil {
		return nil, err
	}
	service := &core.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "bench"}}
	objects := newStore()
	// Lists are answered empty: what is left is the search and the object.
	quick, err := ipallocator.NewIPAllocator(cidr, objects.client(), objects.informer(false))
	if err != nil {
		return nil, err
	}
	more, err := run("kubernetes_objects_without_gauges", forService{quick, service}, size, []int{500, 990}, 64, most, nil)
	if err != nil {
		return nil, err
	}
	rows = append(rows, more...)
	// As it is: every call lists all objects for its gauges. Filled without, measured with them.
	objects = newStore()
	lists := objects.informer(false)
	whole, err := ipallocator.NewIPAllocator(cidr, objects.client(), lists)
	if err != nil {
		return nil, err
	}
	more, err = run("kubernetes_objects", forService{whole, service}, size, []int{500}, 1, most, func() { lists.lists = true })
	return append(rows, more...), err
}

func main() {
	most := flag.Duration("for", 2*time.Second, "how long to measure each row")
	network := flag.String("cidr", "10.0.0.0/12", "the range")
	flag.Parse()
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	rand.Seed(1)
	_, cidr, err := net.ParseCIDR(*network)
	if err == nil {
		ones, bits := cidr.Mask.Size()
		var rows []row
		if rows, err = all(cidr, 1<<(bits-ones)-2, *most); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(rows)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "allocators:", err)
		os.Exit(1)
	}
}
