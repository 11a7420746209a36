package main

import (
	"math/rand"
	"net"
	"net/netip"
	"reflect"
	"sync/atomic"
	"unsafe"

	networkinginformers "k8s.io/client-go/informers/networking/v1"
	networkingclient "k8s.io/client-go/kubernetes/typed/networking/v1"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	"k8s.io/kubernetes/pkg/registry/core/service/ipallocator"
)

// This file is the only one that knows what upstream keeps private. The linker resolves the functions below to
// upstream's own, and a function or field that upstream renames stops the build or the first request.

//go:linkname newMetaAllocator k8s.io/kubernetes/pkg/registry/core/service/ipallocator.newMetaAllocator
func newMetaAllocator(client networkingclient.NetworkingV1Interface, cidrs networkinginformers.ServiceCIDRInformer,
	addresses networkinginformers.IPAddressInformer, isIPv6 bool, bitmap ipallocator.Interface) *ipallocator.MetaAllocator

//go:linkname syncAllocators k8s.io/kubernetes/pkg/registry/core/service/ipallocator.(*MetaAllocator).syncAllocators
func syncAllocators(meta *ipallocator.MetaAllocator) error

//go:linkname getServiceIPAndRanges k8s.io/kubernetes/cmd/kube-apiserver/app/options.getServiceIPAndRanges
func getServiceIPAndRanges(text string) (net.IP, net.IPNet, net.IPNet, error)

//go:linkname validateClusterIPFlags k8s.io/kubernetes/cmd/kube-apiserver/app/options.validateClusterIPFlags
func validateClusterIPFlags(extra options.Extra) []error

// private gives a field of the struct that owner points to, readable and writable.
func private(owner any, name string) reflect.Value {
	field := reflect.ValueOf(owner).Elem().FieldByName(name)
	return reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()
}

func privateField[T any](owner any, name string) *T {
	return (*T)(private(owner, name).Addr().UnsafePointer())
}

// table is the map from CIDR text to allocator, which the real code walks in Go's random order.
func table(meta *ipallocator.MetaAllocator) reflect.Value {
	return private(meta, "allocators")
}

func tableCIDRs(meta *ipallocator.MetaAllocator) []string {
	var cidrs []string
	for _, key := range table(meta).MapKeys() {
		cidrs = append(cidrs, key.String())
	}
	return cidrs
}

func tableEntry(meta *ipallocator.MetaAllocator, cidr string) (*ipallocator.Allocator, bool) {
	item := table(meta).MapIndex(reflect.ValueOf(cidr))
	if !item.IsValid() {
		return nil, false
	}
	return (*ipallocator.Allocator)(item.Elem().FieldByName("allocator").UnsafePointer()), true
}

// withOnly runs call while the map holds the entry of one CIDR, or none for "". This is how a request decides the
// order of the walk, though all that is decided about an entry is decided by the real code.
func withOnly(meta *ipallocator.MetaAllocator, cidr string, call func()) {
	allocators := table(meta)
	whole := reflect.ValueOf(allocators.Interface())
	defer allocators.Set(whole)
	narrow := reflect.MakeMap(whole.Type())
	if cidr != "" {
		narrow.SetMapIndex(reflect.ValueOf(cidr), whole.MapIndex(reflect.ValueOf(cidr)))
	}
	allocators.Set(narrow)
	call()
}

func stopQueue(meta *ipallocator.MetaAllocator) {
	private(meta, "queue").Interface().(workqueue.TypedRateLimitingInterface[string]).ShutDown()
}

// bounds are an allocator's own figures.
type bounds struct {
	prefix              netip.Prefix
	first, offset, last netip.Addr
	static, size        uint64
}

func boundsOf(allocator *ipallocator.Allocator) bounds {
	return bounds{
		prefix: *privateField[netip.Prefix](allocator, "prefix"),
		first:  *privateField[netip.Addr](allocator, "firstAddress"),
		offset: *privateField[netip.Addr](allocator, "offsetAddress"),
		last:   *privateField[netip.Addr](allocator, "lastAddress"),
		static: uint64(*privateField[int](allocator, "rangeOffset")),
		size:   *privateField[uint64](allocator, "size"),
	}
}

func isReady(allocator *ipallocator.Allocator) bool {
	return privateField[atomic.Bool](allocator, "ready").Load()
}

// setDraws makes the allocator's next two random draws the given ones: the offset into the dynamic band, then the
// one into the static band.
func setDraws(allocator *ipallocator.Allocator, draws [2]uint64) {
	limits := boundsOf(allocator)
	source := &draw{whole: draws[0]}
	if dynamic := limits.size - limits.static; dynamic > 0 {
		source.reduced = append(source.reduced, int64(draws[0]%min(dynamic, 1<<63-1)))
	}
	if limits.static > 0 {
		// The second draw is asked for by Intn, which takes the upper half of the source's 63 bits.
		source.reduced = append(source.reduced, int64(draws[1]%limits.static)<<32)
	}
	if limits.size-limits.static >= 1<<63-1 {
		// The first draw of so large a band is taken whole, by Uint64.
		source.reduced = source.reduced[1:]
	}
	*privateField[*rand.Rand](allocator, "rand") = rand.New(source)
}

// draw is a source of randomness that says what it was told to say.
type draw struct {
	whole   uint64
	reduced []int64
}

func (d *draw) Seed(int64)     {}
func (d *draw) Uint64() uint64 { return d.whole }
func (d *draw) Int63() int64 {
	next := d.reduced[0]
	d.reduced = d.reduced[1:]
	return next
}
