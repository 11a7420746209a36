package main

import (
	"math/rand/v2"
	"strings"
)

// malformedScript mixes lines that are no requests into a few that are; those must not change what the others see.
func malformedScript(r *rand.Rand) []string {
	s := newScene(r)
	script := []string{line(s.cidrRequest(r))}
	for len(script) < 60 {
		switch r.IntN(4) {
		case 0:
			script = append(script, line(s.request(r)))
		case 1:
			script = append(script, notARequest(r))
		case 2:
			script = append(script, brokenText(r, line(s.request(r))))
		default:
			script = append(script, line(wrongMember(r, s)))
		}
	}
	return append(script, line(object{"op": "list"}), line(object{"op": "stats"}))
}

func notARequest(r *rand.Rand) string {
	return pick(r, "", " ", "\t", "\r", "null", "true", "5", `"x"`, "[]", "[{}]", `[{"op":"list"}]`, "{", "}", "{}",
		`{"op":}`, `{"op":"list",}`, `{'op':'list'}`, `{op:"list"}`, `{"op":"list"} {"op":"list"}`,
		`{"op":"list"}x`, "\ufeff{\"op\":\"list\"}", `{"op":"list" /* */}`, `{"op":"LIST"}`, `{"OP":"list"}`,
		`{"op":null}`, `{"op":5}`, `{"op":["list"]}`, `{"op":""}`, `{"op":"nothing","id":7}`, `{"id":"x"}`,
		`{"op":"li\u0073t","id":1}`,
		`{"op":"list","id":01}`, `{"op":"list","id":+1}`, `{"op":"list","id":.5}`, `{"op":"list","id":1.}`,
		`{"op":"list","id":NaN}`, `{"op":"list","id":Infinity}`, `{"op":"list","id":0x10}`,
		`{"op":"list","id":"\x"}`, `{"op":"list","id":"`+"\x01"+`"}`,
		`{"op":"list","id":"`+"\x80"+`"}`, "\x00", "\xff\xfe", `{"op":"list","id":`+strings.Repeat("[",
			100)+strings.Repeat("]", 100)+`}`, strings.Repeat("[", 20000), strings.Repeat(`{"a":`, 20000), "hello",
		`{"op":"list"}`+"\r", "  "+`{"op":"list"}`+"  ", `{ "op" : "list" , "id" : [ ] }`)
}

// brokenText cuts or disturbs the text of a request so that it is no longer JSON, or another request.
func brokenText(r *rand.Rand, text string) string {
	at := r.IntN(len(text))
	if chance(r, 60) {
		return text[:at]
	}
	return text[:at] + pick(r, "{", "}", "[", "]", ":", ",", "\"", "\\", "x", "\x00", "\xff") + text[at:]
}

// wrongMember gives a request one member of another type or value.
func wrongMember(r *rand.Rand, s *scene) object {
	request := s.request(r)
	switch request["op"] {
	case "cidr":
		request[pick(r, "name", "state")] = pick[any](r, 5, true, object{}, []any{}, "gone", "Ready")
		if chance(r, 30) {
			delete(request, "name")
		}
		if chance(r, 30) {
			request["cidrs"] = pick[any](r, 5, "10.0.0.0/24", object{}, []any{5}, []any{[]any{}})
		}
	case "allocate":
		member := pick(r, "family", "start", "order", "ip", "dry_run")
		if member == "family" || member == "start" || member == "order" {
			// A request for a given address need not read these.
			request = s.allocateAny(r)
			delete(request, "ip")
		}
		switch member {
		case "family":
			request["family"] = pick[any](r, 5, "ipv4", "", "IPv5", []any{}, nil)
		case "start":
			request["start"] = pick[any](r, 5, "5", true, object{}, []any{-1}, []any{1.5}, []any{"x"}, []any{""},
				[]any{"-1"}, []any{"+1"}, []any{" 1"}, []any{"1 "}, []any{"0x1"}, []any{"1_0"},
				[]any{"18446744073709551616"}, []any{"007"}, []any{1, 2, 3}, []any{true}, []any{[]any{}},
				[]any{object{}}, []any{1, "y"})
		case "order":
			request["order"] = pick[any](r, 5, "10.0.0.0/24", true, object{}, []any{5}, []any{[]any{}}, []any{true})
		case "ip":
			request["ip"] = pick[any](r, 5, true, object{}, []any{}, []any{"10.0.0.1"}, "", "x")
		case "dry_run":
			request["dry_run"] = pick[any](r, 5, 0, 1, "true", "", object{}, []any{})
		}
	case "release", "has":
		request["ip"] = pick[any](r, 5, true, object{}, []any{}, nil, "", "x")
	case "remove":
		request["name"] = pick[any](r, 5, true, object{}, []any{}, nil, "", "x")
	default:
		request = pick(r, object{"op": "parse", "kind": pick[any](r, 5, nil, []any{}, "", "IP", true),
			"text": "10.0.0.1"}, object{"op": "parse", "kind": "ip", "text": pick[any](r, 5, nil, []any{}, true)},
			object{"op": "parse"}, object{"op": "relation", "a": "10.0.0.0/24"},
			object{"op": "relation", "a": "10.0.0.0/24", "b": pick[any](r, 5, nil, []any{})}, object{"op": "layout"},
			object{"op": "layout", "cidr": pick[any](r, 5, nil, []any{})}, object{"op": "flag"},
			object{"op": "flag", "text": pick[any](r, 5, nil, []any{})}, object{"op": "validate", "object": pick[any](r,
				5, nil, []any{}, "x", true)}, object{"op": "validate", "object": object{}},
			object{"op": "validate", "object": object{"apiVersion": "v1", "kind": "Service"}})
	}
	return request
}
