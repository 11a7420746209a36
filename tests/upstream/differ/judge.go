package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// A program is one that speaks the protocol, kept running between scripts.
type program struct {
	name   string
	in     io.WriteCloser
	out    *bufio.Reader
	finish func() error
}

func start(line string) (*program, error) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return nil, fmt.Errorf("no program given")
	}
	command := exec.Command(words[0], words[1:]...)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	return &program{line, in, bufio.NewReaderSize(out, 1<<20), command.Wait}, nil
}

func (p *program) stop() {
	_ = p.in.Close()
	_ = p.finish()
}

// ask writes all lines and reads as many replies.
func (p *program) ask(lines []string) ([]string, error) {
	failed := make(chan error, 1)
	go func() {
		_, err := io.WriteString(p.in, strings.Join(lines, "\n")+"\n")
		failed <- err
	}()
	replies := make([]string, 0, len(lines))
	for range lines {
		reply, err := p.out.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("%s stopped after %d of %d replies: %v; its next line was %s", p.name, len(replies),
				len(lines), err, lines[len(replies)])
		}
		replies = append(replies, strings.TrimSuffix(reply, "\n"))
	}
	return replies, <-failed
}

// A judge holds the two programs and knows what counts as the same answer.
type judge struct {
	theirs, ours *program
	sets         bool
}

type difference struct {
	line         int
	theirs, ours string
}

const reset = `{"op":"reset"}`

// first plays a script in a fresh world and gives the first line that is answered in two ways, or nil.
func (j *judge) first(script []string) (*difference, error) {
	lines := append([]string{reset}, script...)
	theirs, err := j.theirs.ask(lines)
	if err != nil {
		return nil, err
	}
	ours, err := j.ours.ask(lines)
	if err != nil {
		return nil, err
	}
	for i, line := range lines[1:] {
		if !j.same(line, theirs[i+1], ours[i+1]) {
			return &difference{i, theirs[i+1], ours[i+1]}, nil
		}
	}
	return nil, nil
}

func (j *judge) same(request, theirs, ours string) bool {
	a, b := decode(theirs), decode(ours)
	left, ok := a.(map[string]any)
	right, alsoOK := b.(map[string]any)
	if !ok || !alsoOK {
		return false
	}
	if freeMessage(request, left) && right["error"] == left["error"] {
		_, stated := right["message"].(string)
		if !stated {
			return false
		}
		delete(left, "message")
		delete(right, "message")
	}
	if j.sets && left["errors"] != nil && right["errors"] != nil {
		left["errors"], right["errors"] = setOf(left["errors"]), setOf(right["errors"])
	}
	return equal(left, right)
}

// freeMessage tells whether the protocol leaves the text of this error to the program.
func freeMessage(request string, reply map[string]any) bool {
	message, _ := reply["message"].(string)
	switch reply["error"] {
	case "BadRequest":
		return true
	case "Invalid":
		asked, _ := decode(request).(map[string]any)
		return asked["op"] == "relation" || strings.HasPrefix(message,
			"invalid CIDR address: ") || strings.HasPrefix(message, "failed to parse service IP ")
	}
	return false
}

func decode(text string) any {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil
	}
	return value
}

// equal compares JSON values; numbers by value, not by text.
func equal(a, b any) bool {
	switch left := a.(type) {
	case map[string]any:
		right, ok := b.(map[string]any)
		if !ok || len(left) != len(right) {
			return false
		}
		for key, value := range left {
			other, ok := right[key]
			if !ok || !equal(value, other) {
				return false
			}
		}
		return true
	case []any:
		right, ok := b.([]any)
		return ok && slices.EqualFunc(left, right, equal)
	case json.Number:
		right, ok := b.(json.Number)
		return ok && sameNumber(left.String(), right.String())
	}
	return a == b
}

// sameNumber takes numbers for equal that are the same double, which is what most readers of JSON make of them.
func sameNumber(a, b string) bool {
	x, ok := new(big.Float).SetString(a)
	y, alsoOK := new(big.Float).SetString(b)
	if !ok || !alsoOK {
		return a == b
	}
	left, _ := x.Float64()
	right, _ := y.Float64()
	return left == right
}

// setOf leaves out the errors of owner references and managed fields, for which 1.37 has other words.
func setOf(errors any) any {
	list, ok := errors.([]any)
	if !ok {
		return errors
	}
	set := map[string]any{}
	for _, one := range list {
		entry, ok := one.(map[string]any)
		field, _ := entry["field"].(string)
		if ok && !strings.HasPrefix(field, "metadata.ownerReferences") && !strings.HasPrefix(field, "metadata.managedFields") {
			set[fmt.Sprint(entry["type"], "\x00", entry["field"], "\x00", entry["detail"])] = true
		}
	}
	return set
}
