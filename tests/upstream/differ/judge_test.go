package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestMain lets the test program play an oracle too: one that is right, or one with a fault planted in it.
func TestMain(m *testing.M) {
	if fault := os.Getenv("DIFFER_FAULT"); fault != "" {
		playOracle(fault == "planted")
		return
	}
	os.Exit(m.Run())
}

// playOracle answers every line alike; the planted fault shows once an "a" was followed, at any distance, by a "b".
func playOracle(planted bool) {
	seen := false
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.Contains(line, `"reset"`):
			seen = false
		case strings.Contains(line, `"a"`):
			seen = true
		}
		fmt.Printf("{\"wrong\":%v}\n", planted && seen && strings.Contains(line, `"b"`))
	}
}

func programs(t *testing.T) *judge {
	t.Helper()
	oracle := func(fault string) *program {
		t.Setenv("DIFFER_FAULT", fault)
		started, err := start(os.Args[0])
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(started.stop)
		return started
	}
	return &judge{theirs: oracle("none"), ours: oracle("planted")}
}

func TestShrinkFindsTheLinesThatMatter(t *testing.T) {
	judge := programs(t)
	var script []string
	for i := range 100 {
		script = append(script, fmt.Sprintf(`{"op":"x","number":%d}`, i))
	}
	script[17] = `{"op":"a","list":[1,2,3]}`
	script[80] = `{"more":{"deep":true},"op":"b"}`
	found, err := judge.first(script)
	if err != nil || found == nil || found.line != 80 {
		t.Fatalf("first difference: %v, %v", found, err)
	}
	short, _, err := judge.shrink(script[:found.line+1])
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{`{"op":"a"}`, `{"op":"b"}`}; !slices.Equal(short, want) {
		t.Errorf("shrunk to %q, want %q", short, want)
	}
}

func TestSameLooksAtValues(t *testing.T) {
	cases := []struct {
		name, request, theirs, ours string
		sets, want                  bool
	}{
		{name: "order of members", theirs: `{"a":1,"b":[1.0]}`, ours: `{"b":[1],"a":1}`, want: true},
		{name: "a missing member", theirs: `{"a":null}`, ours: `{}`},
		{name: "a truncated line", theirs: `{"a":1}`, ours: `{"a":1`},
		{name: "a second value", theirs: `{"a":1}`, ours: `{"a":1} {}`},
		{name: "text and number", theirs: `{"a":"1"}`, ours: `{"a":1}`},
		{name: "the text of a bad request", theirs: `{"error":"BadRequest","message":"a"}`,
			ours: `{"error":"BadRequest","message":"b"}`, want: true},
		{name: "no text at all", theirs: `{"error":"BadRequest","message":"a"}`, ours: `{"error":"BadRequest"}`},
		{name: "the text of a refusal", theirs: `{"error":"Full","message":"a"}`, ours: `{"error":"Full","message":"b"}`},
		{name: "unreadable prefix", request: `{"op":"relation"}`, theirs: `{"error":"Invalid","message":"a"}`,
			ours: `{"error":"Invalid","message":"b"}`, want: true},
		{name: "a flag's text", request: `{"op":"flag"}`, theirs: `{"error":"Invalid","message":"a"}`,
			ours: `{"error":"Invalid","message":"b"}`},
		{name: "repeated errors", theirs: `{"errors":[{"field":"x"},{"field":"x"}]}`, ours: `{"errors":[{"field":"x"}]}`},
		{name: "repeated errors as a set", sets: true, theirs: `{"errors":[{"field":"x"},{"field":"x"}]}`,
			ours: `{"errors":[{"field":"x"}]}`, want: true},
	}
	for _, one := range cases {
		judge := &judge{sets: one.sets}
		if got := judge.same(one.request, one.theirs, one.ours); got != one.want {
			t.Errorf("%s: %v", one.name, got)
		}
	}
}

func TestScriptsDependOnTheSeedAlone(t *testing.T) {
	for _, name := range opNames() {
		first := generators[name](rand.New(rand.NewPCG(1, 2)))
		again := generators[name](rand.New(rand.NewPCG(1, 2)))
		other := generators[name](rand.New(rand.NewPCG(3, 4)))
		if len(first) == 0 || slices.Equal(first, other) {
			t.Errorf("%s: the seed does not matter", name)
		}
		if !slices.Equal(first, again) {
			t.Errorf("%s: two scripts of one seed differ", name)
		}
	}
}
