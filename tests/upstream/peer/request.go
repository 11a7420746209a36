package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A request is one JSON object; its members are read when an op asks for them. A member that is null counts as
// left out, and names are case-sensitive (which is why no struct is decoded).
type request map[string]json.RawMessage

// A reply is the JSON object that goes back.
type reply map[string]any

func badRequest(err error) reply {
	return reply{"error": "BadRequest", "message": err.Error()}
}

func invalid(err error) reply {
	return reply{"error": "Invalid", "message": err.Error()}
}

func readRequest(line []byte) (request, error) {
	if !utf8.Valid(line) {
		return nil, errors.New("a request is UTF-8")
	}
	var out request
	if err := json.Unmarshal(line, &out); err != nil || out == nil {
		return nil, errors.New("a request is one JSON object")
	}
	return out, nil
}

func (r request) has(name string) bool {
	raw, ok := r[name]
	return ok && !bytes.Equal(bytes.TrimSpace(raw), []byte("null"))
}

// decode reads a member into a value of type T; ok is false where it is left out.
func decode[T any](r request, name string) (value T, ok bool, err error) {
	if !r.has(name) {
		return value, false, nil
	}
	if err := json.Unmarshal(r[name], &value); err != nil {
		return value, true, fmt.Errorf("member %q: %v", name, err)
	}
	return value, true, nil
}

// text reads a member that must be there.
func (r request) text(name string) (string, error) {
	value, ok, err := decode[string](r, name)
	if err == nil && !ok {
		err = fmt.Errorf("member %q is missing", name)
	}
	return value, err
}

// oneOf reads a text member with a fixed set of values; it must be there.
func (r request) oneOf(name string, values ...string) (string, error) {
	value, err := r.text(name)
	if err != nil || slices.Contains(values, value) {
		return value, err
	}
	return "", fmt.Errorf("member %q: %q is not one of %q", name, value, values)
}

// starts reads the two drawn offsets: numbers or decimal strings below 2^64, 0 where left out.
func (r request) starts() (draws [2]uint64, err error) {
	list, _, err := decode[[]json.RawMessage](r, "start")
	if err != nil {
		return draws, err
	}
	if len(list) > len(draws) {
		return draws, errors.New(`member "start": more than two offsets`)
	}
	for i, raw := range list {
		var value any
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		if err := decoder.Decode(&value); err != nil {
			return draws, err
		}
		digits := "0"
		switch typed := value.(type) {
		case nil:
		case json.Number:
			digits = typed.String()
		case string:
			digits = typed
		default:
			return draws, fmt.Errorf(`member "start": %s is not an offset`, raw)
		}
		if draws[i], err = strconv.ParseUint(digits, 10, 64); err != nil {
			return draws, fmt.Errorf(`member "start": %v`, err)
		}
	}
	return draws, nil
}
