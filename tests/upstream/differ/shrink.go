package main

import (
	"encoding/json"
	"slices"
)

// mostTrials bounds the work on one disagreement.
const mostTrials = 4000

// shrink removes lines, then members and elements of each line, then parts of texts, as long as the last line is
// still answered in two ways.
func (j *judge) shrink(script []string) ([]string, *difference, error) {
	trials := 0
	var failure error
	var shown *difference
	differs := func(candidate []string) bool {
		if trials >= mostTrials || failure != nil || len(candidate) == 0 {
			return false
		}
		trials++
		found, err := j.first(candidate)
		if err != nil {
			failure = err
			return false
		}
		if found == nil || found.line != len(candidate)-1 {
			return false
		}
		shown = found
		return true
	}
	if !differs(script) && failure == nil {
		return script, &difference{len(script) - 1, "(seen once only)", "(seen once only)"}, nil
	}
	script = dropLines(script, differs)
	for i := range script {
		script = simplifyLine(script, i, differs)
	}
	return script, shown, failure
}

func dropLines(script []string, differs func([]string) bool) []string {
	for size := len(script) / 2; size >= 1; size /= 2 {
		for at := 0; at+size < len(script); {
			candidate := slices.Delete(slices.Clone(script), at, at+size)
			if differs(candidate) {
				script = candidate
			} else {
				at += size
			}
		}
	}
	return script
}

func simplifyLine(script []string, at int, differs func([]string) bool) []string {
	value := decode(script[at])
	if value == nil {
		return script
	}
	for again := true; again; {
		again = false
		for _, simpler := range simplerValues(value) {
			text, err := json.Marshal(simpler)
			if err != nil {
				continue
			}
			candidate := slices.Clone(script)
			candidate[at] = string(text)
			if candidate[at] != script[at] && differs(candidate) {
				script, value, again = candidate, simpler, true
				break
			}
		}
	}
	return script
}

// simplerValues lists the values that are one step smaller than the given one.
func simplerValues(value any) (out []any) {
	switch typed := value.(type) {
	case map[string]any:
		for key, member := range typed {
			without := make(map[string]any, len(typed))
			for other, kept := range typed {
				if other != key {
					without[other] = kept
				}
			}
			out = append(out, without)
			for _, simpler := range simplerValues(member) {
				changed := make(map[string]any, len(typed))
				for other, kept := range typed {
					changed[other] = kept
				}
				changed[key] = simpler
				out = append(out, changed)
			}
		}
	case []any:
		for i, element := range typed {
			out = append(out, slices.Delete(slices.Clone(typed), i, i+1))
			for _, simpler := range simplerValues(element) {
				changed := slices.Clone(typed)
				changed[i] = simpler
				out = append(out, changed)
			}
		}
	case string:
		runes := []rune(typed)
		for size := len(runes) / 2; size >= 1; size /= 2 {
			for at := 0; at+size <= len(runes) && len(out) < 40; at += size {
				out = append(out, string(slices.Delete(slices.Clone(runes), at, at+size)))
			}
		}
	}
	return out
}
