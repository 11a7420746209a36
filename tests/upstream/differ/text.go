package main

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
)

func pick[T any](r *rand.Rand, list ...T) T {
	return list[r.IntN(len(list))]
}

func chance(r *rand.Rand, percent int) bool {
	return r.IntN(100) < percent
}

// addressText is an address, well formed or nearly so.
func addressText(r *rand.Rand) string {
	var text string
	switch r.IntN(10) {
	case 0, 1, 2, 3:
		text = ipv4Text(r)
	case 4, 5, 6, 7:
		text = ipv6Text(r)
	case 8:
		text = randomAddress(r).String()
	default:
		text = pick(r, "", "0", "::", "::1", "None", "localhost", "1.2.3", "::ffff:1.2.3.4", "::ffff:0:0", "255.255.255.255",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0.0.0.0", "::1.2.3.4", "64:ff9b::192.0.2.33",
			"1::2:3:4:5:6:7:8", "::ffff:010.0.0.1",
			"1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "fe80::1%eth0", "[::1]", "0x10.0.0.1", "2130706433", "\u0661.0.0.1",
			"10.0.0.1\u0000")
	}
	for chance(r, 25) {
		text = mutate(r, text)
	}
	return text
}

func ipv4Text(r *rand.Rand) string {
	parts := make([]string, pick(r, 4, 4, 4, 4, 4, 4, 4, 3, 5))
	for i := range parts {
		number := pick(r, 0, 1, 9, 10, 99, 100, 127, 192, 255, 256, r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(1000))
		parts[i] = strconv.Itoa(number)
		if chance(r, 10) {
			parts[i] = strings.Repeat("0", 1+r.IntN(3)) + parts[i]
		}
	}
	return strings.Join(parts, ".")
}

func ipv6Text(r *rand.Rand) string {
	groups := make([]string, pick(r, 8, 8, 8, 7, 7, 6, 5, 4, 3, 2, 1, 0, 9))
	for i := range groups {
		groups[i] = hexGroup(r)
	}
	if len(groups) > 0 && chance(r, 15) {
		groups[len(groups)-1] = ipv4Text(r)
	}
	text := strings.Join(groups, ":")
	if len(groups) < 8 || chance(r, 20) {
		at := r.IntN(len(groups) + 1)
		text = strings.Join(groups[:at], ":") + "::" + strings.Join(groups[at:], ":")
	}
	return text
}

func hexGroup(r *rand.Rand) string {
	value := pick(r, 0, 0, 0, 1, 0xffff, 0xfd00, 0xfe80, r.IntN(0x10000), r.IntN(0x100), r.IntN(0x20000))
	text := strconv.FormatInt(int64(value), 16)
	if chance(r, 10) {
		text = fmt.Sprintf("%04x", value)
	}
	if chance(r, 3) {
		text = "0" + text
	}
	if chance(r, 8) {
		text = strings.ToUpper(text)
	}
	return text
}

func randomAddress(r *rand.Rand) netip.Addr {
	if chance(r, 50) {
		return netip.AddrFrom4([4]byte{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())})
	}
	var bytes [16]byte
	for i := range bytes {
		bytes[i] = pick(r, 0, 0, 0, 0xff, byte(r.Uint32()))
	}
	return netip.AddrFrom16(bytes)
}

// mutate inserts, removes or replaces one character.
func mutate(r *rand.Rand, text string) string {
	runes := []rune(text)
	strange := pick(r,
		[]rune("0123456789abcdefABCDEF:::...%/ +-_xgX\t\u00e9\u0660\uff11\u200b\u0000\"\\\U0001f600\u2028\ufffd\u007f\u00ad")...)
	at := r.IntN(len(runes) + 1)
	switch {
	case len(runes) == 0 || at == len(runes) || chance(r, 40):
		runes = append(runes[:at:at], append([]rune{strange}, runes[at:]...)...)
	case chance(r, 50):
		runes = append(runes[:at:at], runes[at+1:]...)
	default:
		runes[at] = strange
	}
	return string(runes)
}

// cidrText is a CIDR, well formed or nearly so.
func cidrText(r *rand.Rand) string {
	if chance(r, 40) {
		return cidr(r).String()
	}
	if chance(r, 3) {
		return pick(r, "", "/", "10.0.0.0", "/24", "10.0.0.0/", "::/", "10.0.0.0/24/24", "10.0.0.0/24,fd00::/112",
			"fe80::%eth0/64", "::ffff:10.0.0.0/120", "0.0.0.0/0", "::/0")
	}
	bits := pick(r, "0", "1", "8", "24", "30", "31", "32", "33", "63", "64", "65", "96", "108", "112", "127", "128",
		"129", strconv.Itoa(r.IntN(130)))
	if chance(r, 8) {
		bits = pick(r, "", "00", "08", "+8", "-1", "8 ", " 8", "8x", "024", "0128", "999", "4294967296",
			"18446744073709551616", "\uff12\uff14", "1e1", "0x18", "255.255.255.0")
	}
	text := addressText(r) + "/" + bits
	if chance(r, 5) {
		text = mutate(r, text)
	}
	return text
}

// cidr is a well-formed one, masked more often than not.
func cidr(r *rand.Rand) netip.Prefix {
	address := randomAddress(r)
	if chance(r, 8) {
		address = pick(r, netip.MustParseAddr("::ffff:10.0.0.0"), netip.MustParseAddr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
			netip.MustParseAddr("255.255.255.255"), netip.MustParseAddr("::"), netip.MustParseAddr("0.0.0.0"),
			netip.MustParseAddr("::fffe:ffff:ffff"))
	}
	prefix := netip.PrefixFrom(address, r.IntN(address.BitLen()+1))
	if chance(r, 70) {
		return prefix.Masked()
	}
	return prefix
}

// relative is a CIDR near another one: inside, around, beside, equal.
func relative(r *rand.Rand, of netip.Prefix) netip.Prefix {
	bits := of.Addr().BitLen()
	switch r.IntN(5) {
	case 0:
		return of
	case 1:
		return netip.PrefixFrom(of.Addr(), min(bits, of.Bits()+r.IntN(5)))
	case 2:
		return netip.PrefixFrom(of.Addr(), max(0, of.Bits()-r.IntN(5))).Masked()
	}
	raw := of.Addr().AsSlice()
	flip := r.IntN(bits)
	raw[flip/8] ^= 0x80 >> (flip % 8)
	address, _ := netip.AddrFromSlice(raw)
	return netip.PrefixFrom(address, max(0, min(bits, of.Bits()+r.IntN(7)-3))).Masked()
}
