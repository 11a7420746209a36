package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sort"
	"strconv"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	core "k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/registry/core/service/ipallocator"
	netutils "k8s.io/utils/net"
)

// A world is what one apiserver knows: the stored objects and its two real allocators, one for each family.
type world struct {
	cluster    *cluster
	allocators map[core.IPFamily]*ipallocator.MetaAllocator
}

// service is the one for which addresses are claimed.
var service = &core.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "oracle"}}

func newWorld() *world {
	w := &world{}
	w.reset()
	return w
}

func (w *world) reset() {
	for _, meta := range w.allocators {
		stopQueue(meta)
	}
	w.cluster = newCluster()
	w.allocators = map[core.IPFamily]*ipallocator.MetaAllocator{}
	for _, family := range []core.IPFamily{core.IPv4Protocol, core.IPv6Protocol} {
		w.allocators[family] = newMetaAllocator(addressClient{cluster: w.cluster}, cidrView{cluster: w.cluster},
			addressView{cluster: w.cluster}, family == core.IPv6Protocol, nil)
	}
}

func (w *world) setCIDR(r request) (reply, error) {
	name, err := r.text("name")
	if err != nil {
		return nil, err
	}
	state, err := r.oneOf("state", "ready", "pending", "terminating")
	if err != nil {
		return nil, err
	}
	cidrs, given, err := decode[[]string](r, "cidrs")
	if err != nil {
		return nil, err
	}
	old := w.cluster.cidrs[name]
	if old != nil && !given {
		cidrs = old.Spec.CIDRs
	}
	object := &networkingv1.ServiceCIDR{ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: networkingv1.ServiceCIDRSpec{CIDRs: cidrs}}
	if err := refuse(object, old); err != nil {
		return invalid(err), nil
	}
	switch state {
	case "pending":
		object.Status.Conditions = []metav1.Condition{{Type: networkingv1.ServiceCIDRConditionReady,
			Status: metav1.ConditionFalse}}
	case "terminating":
		now := metav1.Now()
		object.DeletionTimestamp = &now
	}
	w.cluster.cidrs[name] = object
	for _, meta := range w.allocators {
		if err := syncAllocators(meta); err != nil {
			return nil, err
		}
	}
	return reply{"ok": true}, nil
}

// refuse is what the apiserver says to a create, or to an update of old.
func refuse(object, old *networkingv1.ServiceCIDR) error {
	if old == nil {
		return refuseCreate(object.DeepCopy())
	}
	before := old.DeepCopy()
	before.DeletionTimestamp = nil
	return refuseUpdate(object.DeepCopy(), before)
}

func (w *world) remove(r request) (reply, error) {
	name, err := r.text("name")
	if err != nil {
		return nil, err
	}
	object, ok := w.cluster.cidrs[name]
	if !ok {
		return reply{"error": "NotFound"}, nil
	}
	delete(w.cluster.cidrs, name)
	for _, handler := range w.cluster.handlers {
		handler.OnDelete(object)
	}
	return reply{"ok": true}, nil
}

func (w *world) allocate(r request) (reply, error) {
	dryRun, _, err := decode[bool](r, "dry_run")
	if err != nil {
		return nil, err
	}
	order, given, err := decode[[]string](r, "order")
	if err != nil {
		return nil, err
	}
	draws, err := r.starts()
	if err != nil {
		return nil, err
	}
	if r.has("ip") {
		text, err := r.text("ip")
		if err != nil {
			return nil, err
		}
		return w.allocateThis(text, order, given, dryRun), nil
	}
	family, err := r.oneOf("family", string(core.IPv4Protocol), string(core.IPv6Protocol))
	if err != nil {
		return nil, err
	}
	meta := w.allocators[core.IPFamily(family)]
	order = walk(meta, order, given)
	if dryRun {
		return w.dryRun(meta, order, func(dry ipallocator.Interface) (net.IP, error) { return dry.AllocateNext() }), nil
	}
	for _, cidr := range order {
		allocator, _ := tableEntry(meta, cidr)
		setDraws(allocator, draws)
		var ip net.IP
		withOnly(meta, cidr, func() { ip, err = meta.AllocateNextService(service) })
		if err == nil {
			return reply{"ip": ip.String()}, nil
		}
		if !errors.Is(err, ipallocator.ErrFull) {
			return failure(err), nil
		}
	}
	return failure(ipallocator.ErrFull), nil
}

func (w *world) allocateThis(text string, order []string, given, dryRun bool) reply {
	ip := netutils.ParseIPSloppy(text)
	if ip == nil {
		return unreadable(text)
	}
	meta := w.allocators[familyOf(ip)]
	if dryRun {
		return w.dryRun(meta, walk(meta, order, given), func(dry ipallocator.Interface) (net.IP, error) {
			return ip,
				dry.Allocate(ip)
		})
	}
	if err := meta.AllocateService(service, ip); err != nil {
		return failure(err)
	}
	return reply{"ip": ip.String()}
}

// dryRun asks the first CIDR of the order alone, as upstream asks the one that the walk over its map meets first.
func (w *world) dryRun(meta *ipallocator.MetaAllocator, order []string, call func(ipallocator.Interface) (net.IP,
	error)) (out reply) {
	first := ""
	if len(order) > 0 {
		first = order[0]
	}
	withOnly(meta, first, func() {
		ip, err := call(meta.DryRun())
		if err != nil {
			out = failure(err)
			return
		}
		out = reply{"ip": ip.String()}
	})
	return out
}

// walk is the order in which the allocators of the map are tried: the named ones that exist, or all in text order.
func walk(meta *ipallocator.MetaAllocator, order []string, given bool) []string {
	if !given {
		order = tableCIDRs(meta)
		sort.Strings(order)
		return order
	}
	return slices.DeleteFunc(slices.Clone(order), func(cidr string) bool {
		_, ok := tableEntry(meta, cidr)
		return !ok
	})
}

func (w *world) release(r request) (reply, error) {
	dryRun, _, err := decode[bool](r, "dry_run")
	if err != nil {
		return nil, err
	}
	text, err := r.text("ip")
	if err != nil {
		return nil, err
	}
	ip := netutils.ParseIPSloppy(text)
	if ip == nil {
		return unreadable(text), nil
	}
	// A dry run of a release does nothing at all, so there is nothing of upstream to call.
	if !dryRun {
		if err := w.allocators[familyOf(ip)].Release(ip); err != nil {
			return failure(err), nil
		}
	}
	return reply{"ok": true}, nil
}

func (w *world) has(r request) (reply, error) {
	text, err := r.text("ip")
	if err != nil {
		return nil, err
	}
	ip := netutils.ParseIPSloppy(text)
	if ip == nil {
		return unreadable(text), nil
	}
	return reply{"has": w.allocators[familyOf(ip)].Has(ip)}, nil
}

func (w *world) list() reply {
	addresses := make([]netip.Addr, 0, len(w.cluster.addresses))
	for name := range w.cluster.addresses {
		addresses = append(addresses, netip.MustParseAddr(name))
	}
	slices.SortFunc(addresses, netip.Addr.Compare)
	return reply{"ips": addresses}
}

func (w *world) stats() reply {
	type entry struct {
		CIDR  string `json:"cidr"`
		Ready bool   `json:"ready"`
		Used  string `json:"used"`
		Free  string `json:"free"`
	}
	entries := []entry{}
	for _, meta := range w.allocators {
		for _, cidr := range tableCIDRs(meta) {
			allocator, _ := tableEntry(meta, cidr)
			entries = append(entries, entry{cidr, isReady(allocator), strconv.Itoa(allocator.Used()),
				strconv.Itoa(allocator.Free())})
		}
	}
	slices.SortFunc(entries, func(a, b entry) int {
		if a.CIDR < b.CIDR {
			return -1
		}
		return 1
	})
	return reply{"cidrs": entries}
}

func familyOf(ip net.IP) core.IPFamily {
	if netutils.IsIPv6(ip) {
		return core.IPv6Protocol
	}
	return core.IPv4Protocol
}

func unreadable(text string) reply {
	return invalid(fmt.Errorf("failed to parse service IP %q", text))
}

// failure names the kind of an allocator's error; what is none of the five kinds is a refusal of the IPAddress object.
func failure(err error) reply {
	kinds := map[string]error{
		"Full":              ipallocator.ErrFull,
		"Allocated":         ipallocator.ErrAllocated,
		"MismatchedNetwork": ipallocator.ErrMismatchedNetwork,
		"NotReady":          ipallocator.ErrNotReady,
	}
	for kind, known := range kinds {
		if errors.Is(err, known) {
			return reply{"error": kind, "message": err.Error()}
		}
	}
	var notInRange *ipallocator.ErrNotInRange
	if errors.As(err, &notInRange) {
		return reply{"error": "NotInRange", "message": err.Error()}
	}
	return invalid(err)
}
