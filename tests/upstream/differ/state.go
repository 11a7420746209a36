package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
)

// A scene is what one script plays in: a few CIDRs that overlap, nest and repeat, and the names of ServiceCIDRs.
type scene struct {
	cidrs []string
	names int
}

// edges are the places where addresses run out or mean something else.
var edges = []string{"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "0.0.0.0/8", "0.0.0.0/31", "0.0.0.0/32",
	"255.255.255.0/24", "255.255.255.252/30", "255.255.255.254/31", "255.255.255.255/32",
	"224.0.0.0/4", "10.0.0.0/16", "::/64", "::/65", "::/96", "::/112", "::/128", "::fffe:0:0/95", "::ffff:0:0/96",
	"::fffe:0:0/96", "ffff:ffff:ffff:ffff::/64", "ffff:ffff:ffff:ffff:8000::/65",
	"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0/124", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127",
	"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
	"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120", "fd00::/63", "fd00::/48", "fd00::/64", "fd00::/65",
	"::ffff:0:0:0/64", "0:0:0:1::/64", "fd00::ffff:ffff:0:0/96"}

func newScene(r *rand.Rand) *scene {
	s := &scene{names: 1 + r.IntN(8)}
	style := r.IntN(5)
	for range 1 + r.IntN(2) {
		base := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())}),
			pick(r, 20, 22, 24, 25, 26, 27, 28, 29, 30, 31, 32))
		if chance(r, 50) {
			raw := netip.MustParseAddr("fd00::").As16()
			raw[2], raw[3], raw[14], raw[15] = byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())
			base = netip.PrefixFrom(netip.AddrFrom16(raw), pick(r, 64, 96, 112, 116, 118, 119, 120, 122, 124, 125, 126, 127, 128))
		}
		base = base.Masked()
		s.cidrs = append(s.cidrs, base.String())
		for range r.IntN(6) {
			s.cidrs = append(s.cidrs, relative(r, base).Masked().String())
		}
	}
	if style == 0 {
		s.cidrs = nil
	}
	for len(s.cidrs) == 0 || style == 0 && len(s.cidrs) < 5 || style == 1 && chance(r, 50) {
		edge := pick(r, edges...)
		s.cidrs = append(s.cidrs, edge)
		if chance(r, 30) {
			s.cidrs = append(s.cidrs, relative(r, netip.MustParsePrefix(edge)).Masked().String())
		}
	}
	return s
}

func stateScript(r *rand.Rand) []string {
	s := newScene(r)
	length := 20 + r.IntN(200)
	var script []string
	for range 1 + r.IntN(4) {
		script = append(script, line(s.cidrRequest(r)))
	}
	fills := chance(r, 25)
	for len(script) < length {
		if fills && chance(r, 10) {
			script = append(script, s.fill(r)...)
			continue
		}
		request := s.request(r)
		if chance(r, 2) {
			request["id"] = randomID(r)
		}
		if chance(r, 1) {
			request[pick(r, "x", "IP", "Op", "dryrun", "Start")] = pick[any](r, nil, 1, "x")
		}
		script = append(script, line(request))
	}
	return append(script, line(object{"op": "stats"}), line(object{"op": "list"}))
}

func (s *scene) request(r *rand.Rand) object {
	switch n := r.IntN(100); {
	case n < 14:
		return s.cidrRequest(r)
	case n < 18:
		return object{"op": "remove", "name": s.name(r)}
	case n < 45:
		return s.allocateAny(r)
	case n < 65:
		return s.allocateThis(r)
	case n < 77:
		request := object{"op": "release", "ip": s.address(r)}
		if chance(r, 12) {
			request["dry_run"] = pick[any](r, true, false, nil)
		}
		return request
	case n < 86:
		return object{"op": "has", "ip": s.address(r)}
	case n < 93:
		return object{"op": "stats"}
	case n < 99:
		return object{"op": "list"}
	default:
		return pick(r, object{"op": "reset"}, object{"op": "layout", "cidr": pick(r, s.cidrs...)}, object{"op": "cidr",
			"name": pick(r, "", "-a", "A", "a..b", "a b", "s0")})
	}
}

func (s *scene) name(r *rand.Rand) string {
	return fmt.Sprintf("s%d", r.IntN(s.names))
}

func (s *scene) cidrRequest(r *rand.Rand) object {
	request := object{"op": "cidr", "name": s.name(r)}
	if chance(r, 85) {
		request["state"] = pick(r, "ready", "ready", "ready", "pending", "terminating")
	}
	if chance(r, 80) {
		cidrs := []string{pick(r, s.cidrs...)}
		if chance(r, 35) {
			cidrs = append(cidrs, pick(r, s.cidrs...))
		}
		if chance(r, 2) {
			cidrs = append(cidrs, cidrText(r))
		}
		if chance(r, 1) {
			cidrs = nil
		}
		request["cidrs"] = cidrs
	}
	return request
}

func (s *scene) allocateAny(r *rand.Rand) object {
	request := object{"op": "allocate", "family": pick(r, "IPv4", "IPv6")}
	if chance(r, 80) {
		family := "IPv6"
		if netip.MustParsePrefix(s.cidrs[0]).Addr().Is4() {
			family = "IPv4"
		}
		request["family"] = family
	}
	if chance(r, 85) {
		starts := make([]any, pick(r, 0, 1, 2, 2, 2))
		for i := range starts {
			starts[i] = startDraw(r)
		}
		request["start"] = starts
	}
	s.addOrder(r, request)
	return request
}

func (s *scene) addOrder(r *rand.Rand, request object) {
	if chance(r, 50) {
		order := []string{}
		for range r.IntN(4) {
			order = append(order, pick(r, s.cidrs...))
		}
		if chance(r, 5) {
			order = append(order, pick(r, cidrText(r), "x", ""))
		}
		request["order"] = order
	}
	if chance(r, 10) {
		request["dry_run"] = pick[any](r, true, true, false, nil)
	}
}

func (s *scene) allocateThis(r *rand.Rand) object {
	request := object{"op": "allocate", "ip": s.address(r)}
	if chance(r, 20) {
		s.addOrder(r, request)
	}
	if chance(r, 5) {
		request["family"] = pick(r, "IPv4", "IPv6")
	}
	return request
}

// startDraw favours the borders of the bands and of the 64 bits.
func startDraw(r *rand.Rand) any {
	const top = ^uint64(0)
	value := pick(r, 0, 1, 2, 15, 16, 17, 255, 256, 257, 1<<31-1, 1<<31, 1<<32, 1<<63-1, 1<<63, 1<<63-257, top, top-1,
		top-255, top-256, top-257, top-258,
		281470681743359, 281470681743103, 281474976710399, uint64(r.IntN(300)), uint64(r.IntN(70000)),
		uint64(r.Uint32()), r.Uint64(), r.Uint64())
	if chance(r, 50) {
		return value
	}
	return strconv.FormatUint(value, 10)
}

// address is one that matters to a CIDR of the scene, in one of the texts that name it.
func (s *scene) address(r *rand.Rand) string {
	if chance(r, 3) {
		return addressText(r)
	}
	prefix := netip.MustParsePrefix(pick(r, s.cidrs...))
	raw := prefix.Addr().AsSlice()
	host := len(raw)*8 - prefix.Bits()
	fill := pick(r, 0, 1, 2, 3, 4)
	for bit := len(raw)*8 - host; bit < len(raw)*8; bit++ {
		mask := byte(0x80 >> (bit % 8))
		if fill == 1 || fill == 2 && r.IntN(2) == 0 || fill == 3 && bit >= len(raw)*8-9 && r.IntN(2) == 0 {
			raw[bit/8] |= mask
		}
	}
	address, _ := netip.AddrFromSlice(raw)
	for range pick(r, 0, 0, 0, 1, 1, 2, 16, 17, 256, 257) {
		next := address.Next()
		if fill == 1 {
			next = address.Prev()
		}
		if next.IsValid() {
			address = next
		}
	}
	switch {
	case address.Is4() && chance(r, 5):
		return "::ffff:" + address.String()
	case address.Is4() && chance(r, 3):
		return "0" + address.String()
	case address.Is6() && chance(r, 5):
		return address.StringExpanded()
	}
	return address.String()
}

// fill takes what is left of a small CIDR, one address more than it can have.
func (s *scene) fill(r *rand.Rand) (script []string) {
	chosen := pick(r, s.cidrs...)
	prefix := netip.MustParsePrefix(chosen)
	family := "IPv6"
	if prefix.Addr().Is4() {
		family = "IPv4"
	}
	for range min(1<<min(prefix.Addr().BitLen()-prefix.Bits(), 9), 270) {
		request := object{"op": "allocate", "family": family, "start": []any{startDraw(r), json.Number(strconv.Itoa(r.IntN(20)))}}
		if chance(r, 90) {
			request["order"] = []string{chosen}
		}
		script = append(script, line(request))
	}
	return script
}
