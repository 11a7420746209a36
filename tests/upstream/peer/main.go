// Program peer speaks the oracle protocol (newline-delimited JSON, one reply a line) by running the real Kubernetes
// code: the allocators behind every ClusterIP, the rules of ServiceCIDR and IPAddress objects, the readers of
// addresses and flags. It is the judge of `clusteripctl oracle`.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"k8s.io/klog/v2"
)

func main() {
	klog.SetOutput(io.Discard)
	logs := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(logs)
	for name, value := range map[string]string{"logtostderr": "false", "alsologtostderr": "false", "stderrthreshold": "FATAL"} {
		if err := logs.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve answers each line of in by one line of out, flushed before the next line is read.
func serve(in io.Reader, out io.Writer) error {
	reader := bufio.NewReaderSize(in, 1<<16)
	writer := bufio.NewWriter(out)
	world := newWorld()
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return err
		}
		if len(line) > 0 {
			reply, encodeErr := json.Marshal(answer(world, line))
			if encodeErr != nil {
				return encodeErr
			}
			_, _ = writer.Write(append(reply, '\n'))
			if flushErr := writer.Flush(); flushErr != nil {
				return flushErr
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

// answer is the reply to one line; whatever is wrong with the line becomes part of the reply.
func answer(world *world, line []byte) reply {
	request, err := readRequest(line)
	if err != nil {
		return badRequest(err)
	}
	out, err := dispatch(world, request)
	if err != nil {
		out = badRequest(err)
	}
	if id, ok := request["id"]; ok {
		out["id"] = id
	}
	return out
}

func dispatch(world *world, request request) (reply, error) {
	op, err := request.text("op")
	if err != nil {
		return nil, err
	}
	switch op {
	case "reset":
		world.reset()
		return reply{"ok": true}, nil
	case "cidr":
		return world.setCIDR(request)
	case "remove":
		return world.remove(request)
	case "allocate":
		return world.allocate(request)
	case "release":
		return world.release(request)
	case "has":
		return world.has(request)
	case "list":
		return world.list(), nil
	case "stats":
		return world.stats(), nil
	case "layout":
		return layout(request)
	case "parse":
		return parse(request)
	case "relation":
		return relation(request)
	case "flag":
		return flagRanges(request)
	case "validate":
		return validate(request)
	}
	return nil, fmt.Errorf("unknown op %q", op)
}
