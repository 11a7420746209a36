package main

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	"k8s.io/kubernetes/pkg/api/servicecidr"
	"k8s.io/kubernetes/pkg/registry/core/service/ipallocator"
	netutils "k8s.io/utils/net"
)

func layout(r request) (reply, error) {
	text, err := r.text("cidr")
	if err != nil {
		return nil, err
	}
	_, network, err := netutils.ParseCIDRSloppy(text)
	if err != nil {
		return invalid(err), nil
	}
	empty := newCluster()
	allocator, err := ipallocator.NewIPAllocator(network, addressClient{cluster: empty}, addressView{cluster: empty})
	if err != nil {
		return invalid(err), nil
	}
	limits := boundsOf(allocator)
	return reply{
		"network": limits.prefix.Masked().Addr(),
		"first":   orNull(limits.first),
		"last":    orNull(limits.last),
		"size":    decimal(limits.size),
		"static":  band(limits.first, limits.offset.Prev(), limits.static),
		"dynamic": band(limits.offset, limits.last, limits.size-limits.static),
	}, nil
}

func orNull(address netip.Addr) any {
	if !address.IsValid() {
		return nil
	}
	return address
}

func band(first, last netip.Addr, size uint64) any {
	if size == 0 {
		return nil
	}
	return reply{"first": first, "last": last, "size": decimal(size)}
}

func decimal(size uint64) string {
	return strconv.FormatUint(size, 10)
}

func parse(r request) (reply, error) {
	kind, err := r.oneOf("kind", "ip", "cidr")
	if err != nil {
		return nil, err
	}
	text, err := r.text("text")
	if err != nil {
		return nil, err
	}
	path := field.NewPath("text")
	var sloppy, strict any
	var strictErrors, canonicalErrors field.ErrorList
	if kind == "ip" {
		if ip := netutils.ParseIPSloppy(text); ip != nil {
			sloppy = ip.String()
		}
		strictErrors = validation.IsValidIPForLegacyField(path, text, true, nil)
		canonicalErrors = validation.IsValidIP(path, text)
	} else {
		if _, network, err := netutils.ParseCIDRSloppy(text); err == nil {
			sloppy = network.String()
		}
		strictErrors = validation.IsValidCIDRForLegacyField(path, text, true, nil)
		canonicalErrors = validation.IsValidCIDR(path, text)
	}
	if len(strictErrors) == 0 {
		strict = sloppy
	}
	return reply{"sloppy": sloppy, "strict": strict, "canonical": len(canonicalErrors) == 0}, nil
}

func relation(r request) (reply, error) {
	var texts [2]string
	var prefixes [2]netip.Prefix
	for i, name := range []string{"a", "b"} {
		text, err := r.text(name)
		if err != nil {
			return nil, err
		}
		texts[i] = text
	}
	for i, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return invalid(err), nil
		}
		prefixes[i] = prefix
	}
	aHasB := len(servicecidr.ContainsPrefix(only(texts[0]), prefixes[1])) > 0
	bHasA := len(servicecidr.ContainsPrefix(only(texts[1]), prefixes[0])) > 0
	return reply{
		"overlaps":     len(servicecidr.OverlapsPrefix(only(texts[0]), prefixes[1])) > 0,
		"a_contains_b": aHasB,
		"b_contains_a": bHasA,
		"equal":        aHasB && bHasA,
	}, nil
}

// only lists one ServiceCIDR with one CIDR.
func only(cidr string) cidrView {
	out := newCluster()
	out.cidrs["only"] = &networkingv1.ServiceCIDR{Spec: networkingv1.ServiceCIDRSpec{CIDRs: []string{cidr}}}
	return cidrView{cluster: out}
}

func flagRanges(r request) (reply, error) {
	text, err := r.text("text")
	if err != nil {
		return nil, err
	}
	_, primary, secondary, err := getServiceIPAndRanges(text)
	if err != nil {
		return invalid(err), nil
	}
	extra := options.Extra{ServiceClusterIPRanges: text, PrimaryServiceClusterIPRange: primary,
		SecondaryServiceClusterIPRange: secondary}
	if errs := utilerrors.NewAggregate(validateClusterIPFlags(extra)); errs != nil {
		return invalid(errors.New(strings.TrimSpace(errs.Error()))), nil
	}
	ranges := []string{primary.String()}
	if secondary.IP != nil {
		ranges = append(ranges, secondary.String())
	}
	return reply{"ranges": ranges}, nil
}
