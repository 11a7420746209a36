// Program differ asks two programs that speak the oracle protocol the same random questions and reports where their
// answers differ, each disagreement cut down to the few lines that still show it.
//
//	differ -theirs PEER -ours "clusteripctl oracle" [-seed N] [-seconds S] [-requests N] [-ops a,b] [-out DIR]
//
// It exits 0 where all answers agree, 1 where some differ, 2 where it cannot run.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

type settings struct {
	theirs, ours string
	seed         uint64
	seconds      int
	requests     int
	ops          string
	out          string
	keep         int
	sets         bool
}

func main() {
	var s settings
	flag.StringVar(&s.theirs, "theirs", "", "the program that is right, with its arguments")
	flag.StringVar(&s.ours, "ours", "", "the program to judge, with its arguments")
	flag.Uint64Var(&s.seed, "seed", 1, "start of the random questions")
	flag.IntVar(&s.seconds, "seconds", 60, "longest time, shared evenly by the ops")
	flag.IntVar(&s.requests, "requests", 1<<31, "most requests for each op")
	flag.StringVar(&s.ops, "ops", strings.Join(opNames(), ","), "the ops to compare")
	flag.StringVar(&s.out, "out", "", "folder for the scripts that show a disagreement (default: only printed)")
	flag.IntVar(&s.keep, "keep", 5, "stop an op after so many disagreements")
	flag.BoolVar(&s.sets, "sets", false, "compare validate by its set of type, field and detail, as fits every version")
	flag.Parse()
	disagreements, err := run(s)
	if err != nil {
		fmt.Fprintln(os.Stderr, "differ:", err)
		os.Exit(2)
	}
	if disagreements > 0 {
		os.Exit(1)
	}
}

func run(s settings) (int, error) {
	theirs, err := start(s.theirs)
	if err != nil {
		return 0, err
	}
	defer theirs.stop()
	ours, err := start(s.ours)
	if err != nil {
		return 0, err
	}
	defer ours.stop()
	total := 0
	names := strings.Split(s.ops, ",")
	for _, name := range names {
		generate, ok := generators[name]
		if !ok {
			return total, fmt.Errorf("no op %q; known are %s", name, strings.Join(opNames(), ", "))
		}
		found, err := compareOp(name, generate, &judge{theirs, ours, s.sets}, s,
			time.Duration(s.seconds)*time.Second/time.Duration(len(names)))
		total += found
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// compareOp plays scripts of one generator until time or number is spent.
func compareOp(name string, generate generator, judge *judge, s settings, limit time.Duration) (int, error) {
	random := rand.New(rand.NewPCG(s.seed, uint64(slices.Index(opNames(), name))))
	began := time.Now()
	requests, found := 0, 0
	for time.Since(began) < limit && requests < s.requests && found < s.keep {
		script := generate(random)
		requests += len(script)
		difference, err := judge.first(script)
		if err != nil {
			return found, fmt.Errorf("%s, seed %d: %v", name, s.seed, err)
		}
		if difference == nil {
			continue
		}
		found++
		if script, difference, err = judge.shrink(script[:difference.line+1]); err != nil {
			return found, err
		}
		if err := report(name, found, script, difference, s); err != nil {
			return found, err
		}
	}
	fmt.Printf("%-10s %9d requests in %5.1f s, %d disagreements (seed %d)\n", name, requests,
		time.Since(began).Seconds(), found, s.seed)
	return found, nil
}

func report(name string, number int, script []string, difference *difference, s settings) error {
	fmt.Printf("%s: the answers to the last line differ\n", name)
	for _, line := range script {
		fmt.Printf("  %s\n", line)
	}
	fmt.Printf("  theirs %s\n  ours   %s\n", difference.theirs, difference.ours)
	if s.out == "" {
		return nil
	}
	file := filepath.Join(s.out, fmt.Sprintf("%s-%d-%d", name, s.seed, number))
	if err := os.MkdirAll(s.out, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file+".in.jsonl", []byte(strings.Join(script, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	return os.WriteFile(file+".theirs.json", []byte(difference.theirs+"\n"), 0o644)
}
