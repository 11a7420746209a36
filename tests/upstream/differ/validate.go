package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
)

// validateRequest asks about a create or an update of a ServiceCIDR or an IPAddress whose members are right, nearly
// right and wrong. An update starts from its old object and changes some of it, as clients do.
func validateRequest(r *rand.Rand) object {
	kind := pick(r, "ServiceCIDR", "IPAddress")
	request := object{"op": "validate", "object": networkObject(r, kind)}
	if !chance(r, 45) {
		return request
	}
	old := networkObject(r, kind)
	changed := networkObject(r, kind)
	fresh := object{"apiVersion": "networking.k8s.io/v1", "kind": kind, "metadata": mixed(r, old["metadata"],
		changed["metadata"])}
	if spec := pick(r, old, old, changed)["spec"]; spec != nil {
		fresh["spec"] = spec
		if kind == "ServiceCIDR" {
			fresh["spec"] = object{"cidrs": changedCIDRs(r, spec)}
		}
	}
	request["object"], request["old"] = fresh, old
	if chance(r, 1) {
		request["old"] = networkObject(r, pick(r, "ServiceCIDR", "IPAddress"))
	}
	return request
}

// mixed takes most members from the old metadata and some from the changed one.
func mixed(r *rand.Rand, old, changed any) any {
	before, ok := old.(object)
	after, alsoOK := changed.(object)
	if !ok || !alsoOK {
		return old
	}
	out := object{}
	for _, key := range sortedKeys(before) {
		if !chance(r, 10) {
			out[key] = before[key]
		}
	}
	for _, key := range sortedKeys(after) {
		if chance(r, 25) && (key != "name" || chance(r, 25)) {
			out[key] = after[key]
		}
	}
	return out
}

// sortedKeys makes a walk over a map depend on the seed alone.
func sortedKeys(members object) []string {
	return slices.Sorted(maps.Keys(members))
}

func changedCIDRs(r *rand.Rand, spec any) any {
	members, ok := spec.(object)
	if !ok {
		return spec
	}
	list, ok := members["cidrs"].([]any)
	if !ok {
		return members["cidrs"]
	}
	list = append([]any{}, list...)
	switch r.IntN(6) {
	case 0:
		list = append(list, cidrText(r))
	case 1:
		list = append(list, pick(r, "10.0.0.0/24", "fd00::/112"))
	case 2:
		if len(list) > 0 {
			list[r.IntN(len(list))] = cidrText(r)
		}
	case 3:
		list = list[:r.IntN(len(list)+1)]
	}
	return list
}

func networkObject(r *rand.Rand, kind string) object {
	out := object{"apiVersion": "networking.k8s.io/v1", "kind": kind, "metadata": metadata(r, kind)}
	if kind == "ServiceCIDR" {
		if chance(r, 95) {
			out["spec"] = object{"cidrs": cidrList(r)}
		}
		if chance(r, 10) {
			out["status"] = object{"conditions": []any{object{"type": pick(r, "Ready", "x"), "status": pick(r, "True",
				"False", "nonsense"), "reason": "", "message": "m", "lastTransitionTime": pick[any](r, nil,
				"2025-01-01T00:00:00Z")}}}
		}
	} else if chance(r, 95) {
		out["spec"] = object{"parentRef": parentRef(r)}
	}
	if chance(r, 3) {
		out[pick(r, "spec", "status", "metadata", "extra", "Spec")] = pick[any](r, nil, object{}, object{"x": 1})
	}
	if chance(r, 1) {
		out[pick(r, "spec", "metadata", "kind", "apiVersion", "status")] = pick[any](r, 5, "x", []any{}, true,
			"networking.k8s.io/v1beta1", "v1", "Service")
	}
	return out
}

func cidrList(r *rand.Rand) any {
	list := []any{}
	for range pick(r, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3) {
		text := cidrText(r)
		if chance(r, 50) {
			text = pick(r, "10.0.0.0/24", "fd00::/112", "10.1.0.0/16", "fd00:1::/64", "192.168.0.0/28")
		}
		list = append(list, text)
	}
	if chance(r, 1) {
		return pick[any](r, nil, "10.0.0.0/24", []any{7}, object{}, []any{[]any{}}, true)
	}
	return list
}

func parentRef(r *rand.Rand) any {
	if chance(r, 5) {
		return pick[any](r, nil, object{}, object{"name": "x"})
	}
	ref := object{}
	for _, member := range []string{"group", "resource", "namespace", "name"} {
		if chance(r, 85) {
			ref[member] = pick(r, "services", "default", "", "apps", "foo", pathSegment(r), nameText(r))
		}
	}
	if chance(r, 1) {
		ref[pick(r, "name", "group", "uid")] = pick[any](r, nil, 7, []any{}, object{})
	}
	return ref
}

func pathSegment(r *rand.Rand) string {
	text := pick(r, ".", "..", "...", "a/b", "a%b", "%2f", "a%/b", "/", "%", "a b", "a.b", "A", "\u00e9", "x\u0000",
		"-", "a\"b", "\n")
	if chance(r, 20) {
		text = mutate(r, text)
	}
	return text
}

// nameText is a name by the rules of DNS, or nearly so, at times near the length limits.
func nameText(r *rand.Rand) string {
	switch r.IntN(10) {
	case 0:
		return strings.Repeat(pick(r, "a", "a.b", "ab-"), pick(r, 1, 20, 21, 62, 63, 64, 84, 85, 253, 254))
	case 1:
		return strings.Repeat("a", pick(r, 57, 58, 59, 62, 63, 64, 65, 247, 248, 249, 252, 253, 254, 255, 1000))
	case 2, 3:
		return pick(r, "", "-", ".", "a.", ".a", "a..b", "-a", "a-", "A", "a_b", "a b", "\u00e9", "kubernetes", "a/b",
			"0", "1.2", "x.io/a", "a,b", "\u0000")
	case 4:
		return mutate(r, nameText(r))
	}
	return pick(r, "a", "abc", "kubernetes", "my-name", "a.b.c", "10.0.0.1", "x", "test-name", fmt.Sprintf("n%d", r.IntN(5)))
}

func metadata(r *rand.Rand, kind string) object {
	out := object{}
	if chance(r, 95) {
		out["name"] = objectName(r, kind)
	}
	if chance(r, 8) {
		out["generateName"] = objectName(r, kind)
	}
	optional := []struct {
		percent int
		name    string
		value   func(*rand.Rand) any
	}{
		{25, "labels", labelMap}, {20, "annotations", annotationMap}, {20, "finalizers", finalizerList}, {15,
			"ownerReferences", ownerList},
		{12, "managedFields", managedList}, {10, "deletionTimestamp", timeText}, {5, "creationTimestamp", timeText},
		{6, "deletionGracePeriodSeconds", number}, {6, "generation", number}, {5, "namespace",
			func(r *rand.Rand) any { return nameText(r) }},
		{5, "uid", func(r *rand.Rand) any { return nameText(r) }}, {5, "resourceVersion",
			func(r *rand.Rand) any { return pick(r, "", "5", "x") }},
		{2, "selfLink", func(*rand.Rand) any { return "/x" }}, {2, "unknown", func(*rand.Rand) any { return object{"a": 1} }},
	}
	for _, member := range optional {
		if chance(r, member.percent) {
			out[member.name] = member.value(r)
		}
		if chance(r, 1) && chance(r, 30) {
			out[member.name] = pick[any](r, nil, 5, "x", []any{5}, object{"a": 5}, true)
		}
	}
	return out
}

func objectName(r *rand.Rand, kind string) string {
	if kind == "IPAddress" && chance(r, 80) {
		if chance(r, 50) {
			return randomAddress(r).String()
		}
		return addressText(r)
	}
	if kind == "IPAddress" && chance(r, 50) {
		return netip.MustParseAddr("10.0.0.1").String()
	}
	return nameText(r)
}

func labelKey(r *rand.Rand) string {
	name := pick(r, "a", "b", "app", "A_b.c", "ipaddress.kubernetes.io", "", "-a", "a-", "a b", ".a", "\u00e9", "a//b",
		"a_", strings.Repeat("k", pick(r, 62, 63, 64)), nameText(r))
	if !chance(r, 40) {
		return name
	}
	return pick(r, "example.com", "ipaddress.kubernetes.io", "UP", "", "-x", "a..b", "a", "k8s.io", strings.Repeat("p",
		pick(r, 63, 252, 253, 254)), nameText(r)) + "/" + name
}

func labelMap(r *rand.Rand) any {
	out := object{}
	for range r.IntN(4) {
		out[labelKey(r)] = pick(r, "", "b", "IPv4", "a b", "-", "a.b_c-d", "A", "\u00e9", strings.Repeat("v", pick(r,
			62, 63, 64)), ".", "a/b", nameText(r))
	}
	return out
}

func annotationMap(r *rand.Rand) any {
	out := object{}
	for range r.IntN(4) {
		out[labelKey(r)] = pick(r, "", "any text at all \u00e9", "\u0000", "{}")
	}
	if chance(r, 3) {
		out["long"] = strings.Repeat("x", pick(r, 262100, 262136, 262139, 262140, 262141, 262144, 262145))
	}
	return out
}

func finalizerList(r *rand.Rand) any {
	out := []any{}
	for range r.IntN(4) {
		out = append(out, pick(r, "x.io/a", "x.io/b", "networking.k8s.io/service-cidr-finalizer", "orphan",
			"foregroundDeletion", "kubernetes", "a", "", "a b", "a/b/c", "X.io/a", labelKey(r)))
	}
	return out
}

func ownerList(r *rand.Rand) any {
	out := []any{}
	for range r.IntN(4) {
		owner := object{}
		for _, member := range []struct {
			name   string
			values []string
		}{
			{"apiVersion", []string{"v1", "v1", "apps/v1", "", "a/b/c", "/v1", "v1/", "/"}}, {"kind", []string{"Pod",
				"Event", "Service", ""}},
			{"name", []string{"x", "y", "", "a b", "\u00e9\""}}, {"uid", []string{"1", "2", ""}},
		} {
			if chance(r, 90) {
				owner[member.name] = pick(r, member.values...)
			}
		}
		if chance(r, 50) {
			owner["controller"] = pick[any](r, true, true, false, nil)
		}
		if chance(r, 20) {
			owner["blockOwnerDeletion"] = pick[any](r, true, false, nil)
		}
		out = append(out, owner)
	}
	return out
}

func managedList(r *rand.Rand) any {
	out := []any{}
	for range r.IntN(4) {
		entry := object{"apiVersion": pick(r, "v1", "networking.k8s.io/v1", ""), "operation": pick(r, "Apply", "Update",
			"", "Delete", "apply"),
			"manager": pick(r, "kubectl", "", "a b", "\u00e9", "\u0000", "tab\t", "line\n", strings.Repeat("m", pick(r,
				127, 128, 129)), "\u00ad", "\u2028", "\U0001f600")}
		if chance(r, 70) {
			entry["fieldsType"] = pick(r, "FieldsV1", "FieldsV1", "", "FieldsV2")
		}
		if chance(r, 60) {
			entry["fieldsV1"] = pick[any](r, object{}, object{"f:spec": object{"f:cidrs": object{}}}, nil)
		}
		if chance(r, 30) {
			entry["subresource"] = pick(r, "", "status", strings.Repeat("s", pick(r, 255, 256, 257)))
		}
		if chance(r, 40) {
			entry["time"] = timeText(r)
		}
		out = append(out, entry)
	}
	return out
}

func timeText(r *rand.Rand) any {
	if chance(r, 10) {
		return pick[any](r, "2025-01-01T0:00:00Z", "2025-01-01T00:00:00,5Z", "2025-01-01T00:00:00.123456789123Z",
			"2025-01-01T00:00:60Z", "2025-01-01t00:00:00z", "2025-01-01 00:00:00Z", "2025-01-01T00:00:00+24:60",
			"2025-01-01T00:00:00+25:00", "2025-02-29T00:00:00Z", "2025-01-01T24:00:00Z", "2025-01-01", "",
			"0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "2025-1-1T00:00:00Z", "2025-01-01T00:00:00",
			"2025-01-01T00:00:00.Z", mutate(r, "2025-01-01T00:00:00Z"))
	}
	return pick[any](r, "2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2024-02-29T23:59:59Z",
		"2025-06-01T12:00:00+02:00", nil, "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
}

func number(r *rand.Rand) any {
	return pick[any](r, 0, 1, 5, 30, -1, 9007199254740993, nil)
}
