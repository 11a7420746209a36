package main

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
)

// A generator gives one script: lines that are played in a fresh world.
type generator func(*rand.Rand) []string

var generators = map[string]generator{
	"parse":     repeated(parseRequest),
	"relation":  repeated(relationRequest),
	"layout":    repeated(layoutRequest),
	"flag":      repeated(flagRequest),
	"validate":  repeated(validateRequest),
	"state":     stateScript,
	"malformed": malformedScript,
}

func opNames() []string {
	return []string{"parse", "relation", "layout", "flag", "validate", "state", "malformed"}
}

type object = map[string]any

// repeated makes scripts of questions that do not depend on each other.
func repeated(one func(*rand.Rand) object) generator {
	return func(r *rand.Rand) []string {
		script := make([]string, 200)
		for i := range script {
			request := one(r)
			if chance(r, 3) {
				request["id"] = randomID(r)
			}
			script[i] = line(request)
		}
		return script
	}
}

func line(request object) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(request); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

func randomID(r *rand.Rand) any {
	return pick[any](r, nil, 0, -1, 7.5, 1e100, "x", "", "\u00e9\u0000\"", true, false, []any{}, object{}, []any{1, nil,
		"a"}, object{"a": []any{1, nil}},
		json.Number("18446744073709551615"), json.Number("-9223372036854775808"),
		json.Number("123456789012345678901234567890"), r.Uint64())
}

func parseRequest(r *rand.Rand) object {
	if chance(r, 50) {
		return object{"op": "parse", "kind": "ip", "text": addressText(r)}
	}
	return object{"op": "parse", "kind": "cidr", "text": cidrText(r)}
}

func relationRequest(r *rand.Rand) object {
	a := cidr(r)
	request := object{"op": "relation", "a": a.String(), "b": relative(r, a).String()}
	if chance(r, 15) {
		request["b"] = cidrText(r)
	}
	if chance(r, 5) {
		request["a"] = cidrText(r)
	}
	return request
}

func layoutRequest(r *rand.Rand) object {
	return object{"op": "layout", "cidr": cidrText(r)}
}

func flagRequest(r *rand.Rand) object {
	parts := make([]string, pick(r, 0, 1, 1, 1, 2, 2, 2, 2, 3, 4))
	for i := range parts {
		parts[i] = cidrText(r)
		if chance(r, 40) {
			parts[i] = pick(r, "10.0.0.0/24", "fd00::/112", "10.96.0.0/12", "fd00::/108", "10.0.0.0/29", "10.0.0.0/30",
				"fd00::/125", "fd00::/126", "::/1", "0.0.0.0/1")
		}
		if chance(r, 4) {
			parts[i] = pick(r, " ", "\t", "") + parts[i] + pick(r, " ", "\n", "")
		}
	}
	return object{"op": "flag", "text": strings.Join(parts, ",")}
}
