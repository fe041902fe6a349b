package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// What a refactoring answers.
type refactoring struct {
	Edits   []fileEdit `json:"edits"`
	Notes   []note     `json:"notes"`
	Summary string     `json:"summary"`
}

type fileEdit struct {
	Kind string  `json:"kind"`
	From string  `json:"from,omitempty"`
	Path string  `json:"path"`
	Text *string `json:"text,omitempty"`
}

type note struct {
	Kind string `json:"kind"`
	Path string `json:"path"`
	Line int    `json:"line"`
	Text string `json:"text"`
}

// How what identifiers mean may change.
type expectation struct {
	// The key that something has afterwards; the same where it says nothing.
	becomes func(key string) string
	// Identifiers that may mean something else afterwards.
	free func(one occurrence) bool
}

// finish checks the result of the changes as a whole, and gives it. Every identifier that is left has to mean what it meant, and no new error may be there.
func (c *changes) finish(expected expectation, notes []note, summary string) refactoring {
	w := c.write()
	after := load(c.program.sources.with(w.texts), c.program)
	// What else is wrong follows from cycles and clashes; other meanings say more than the errors that come of them.
	errors := c.newErrors(w, after)
	refuseFirst(errors, "import_cycle", "name_clash", "exported_api")
	c.refuseOtherMeanings(w, after, expected, len(errors) > 0)
	refuseFirst(errors, "behaviour")
	return c.answer(w, notes, summary)
}

// newErrors are those that the checker finds in the result and did not find before, by their reason.
func (c *changes) newErrors(w written, after *program) map[string][]problem {
	known := map[string]bool{}
	for _, v := range c.program.views {
		for _, u := range v.units {
			for _, one := range u.problems {
				for _, now := range w.find(one.Path, one.offset) {
					known[fmt.Sprintf("%s:%d", now.path, now.offset)] = true
				}
				known[one.Path+" "+one.Message] = true
			}
		}
	}
	for _, name := range after.names {
		if one := after.files[name]; one.broken != nil && (c.program.files[name] == nil || c.program.files[name].broken == nil) {
			refuse("unsupported", "", "The result would not parse: %s:%d: %s.", name, one.broken.Line, one.broken.Message)
		}
	}
	found := map[string][]problem{}
	for _, v := range after.views {
		for _, u := range v.units {
			for _, one := range u.problems {
				if known[fmt.Sprintf("%s:%d", one.Path, one.offset)] || known[one.Path+" "+one.Message] || strings.HasPrefix(one.Message, "other declaration") {
					continue
				}
				reason := reasonOf(one.Message)
				found[reason] = append(found[reason], one)
			}
		}
	}
	return found
}

// refuseFirst refuses for the first error of a kind.
func refuseFirst(found map[string][]problem, reasons ...string) {
	for _, reason := range reasons {
		for _, one := range found[reason] {
			panic(refusal{Reason: reason, What: fmt.Sprintf("The result would not compile: %s:%d: %s.", one.Path, one.Line, one.Message), Path: one.Path, Line: one.Line})
		}
	}
}

func reasonOf(message string) string {
	for _, pair := range [][2]string{
		{"import cycle", "import_cycle"}, {"redeclared", "name_clash"}, {"already declared", "name_clash"}, {"duplicate", "name_clash"}, {"not exported", "exported_api"}, {"unexported", "exported_api"},
		{"same name", "name_clash"}, {"ambiguous", "name_clash"},
	} {
		if strings.Contains(message, pair[0]) {
			return pair[1]
		}
	}
	return "behaviour"
}

type spot struct {
	view   int
	path   string
	offset int
}

func (c *changes) refuseOtherMeanings(w written, after *program, expected expectation, wrong bool) {
	now := map[spot][]string{}
	index := map[*view]int{}
	for at, v := range after.views {
		index[v] = at
	}
	after.eachIdent(func(v *view, _ *unit, one occurrence) {
		now[spot{index[v], one.file.path, one.file.offset(one.ident.Pos())}] = one.keys
	})
	seen := map[spot]bool{}
	for at := range now {
		seen[spot{at.view, at.path, 0}] = true
	}
	for at, v := range c.program.views {
		index[v] = at
	}
	c.program.eachIdent(func(v *view, _ *unit, one occurrence) {
		if expected.free != nil && expected.free(one) {
			return
		}
		for _, stands := range w.find(one.file.path, one.file.offset(one.ident.Pos())) {
			// New words may stand there, or the file may not be built in this way any more.
			if found, has := now[spot{index[v], stands.path, stands.offset}]; has && seen[spot{index[v], stands.path, 0}] {
				if len(found) > 0 || !wrong {
					c.refuseOtherMeaning(w, one, found, expected)
				}
			}
		}
	})
}

func (c *changes) refuseOtherMeaning(w written, one occurrence, found []string, expected expectation) {
	refuseAs := func(what, next string) {
		line := one.file.line(one.ident.Pos())
		panic(refusal{Reason: "name_clash", What: fmt.Sprintf("%s:%d: %s would %s.", one.file.path, line, one.ident.Name, what), Path: one.file.path, Line: line, Next: next})
	}
	for at, key := range one.keys {
		want := key
		if expected.becomes != nil {
			want = expected.becomes(key)
		}
		wanted := []string{want}
		if place, isPlace := strings.CutPrefix(want, "@"); isPlace {
			cut := strings.LastIndexByte(place, ':')
			start, err := strconv.Atoi(place[cut+1:])
			if err != nil {
				panic(err)
			}
			wanted = nil
			for _, now := range w.find(place[:cut], start) {
				wanted = append(wanted, fmt.Sprintf("@%s:%d", now.path, now.offset))
			}
			if len(wanted) == 0 {
				continue // its declaration was written anew; the checker found it whole
			}
		}
		if !slices.ContainsFunc(wanted, func(each string) bool { return slices.Contains(found, each) }) {
			got := "nothing that is known"
			if at < len(found) {
				got = shortKey(found[at])
			}
			refuseAs(fmt.Sprintf("mean %s there, not %s", got, shortKey(wanted[0])), "Choose another name, or rename what stands in the way first.")
		}
	}
	if len(one.keys) == 0 && len(found) > 0 {
		refuseAs("now mean "+shortKey(found[0]), "")
	}
}

func (c *changes) answer(w written, notes []note, summary string) refactoring {
	given := refactoring{Edits: []fileEdit{}, Notes: []note{}, Summary: summary}
	sources := map[string]string{}
	for from, to := range c.moved {
		sources[to] = from
	}
	for _, name := range sortedKeys(w.texts) {
		text := w.texts[name]
		if text == nil {
			if _, moves := c.moved[name]; !moves {
				given.Edits = append(given.Edits, fileEdit{Kind: "delete", Path: name})
			}
			continue
		}
		from, moves := sources[name]
		old := c.program.files[name]
		if moves {
			old = c.program.files[from]
		}
		if old != nil && *text == old.text {
			if moves {
				given.Edits = append(given.Edits, fileEdit{Kind: "moved", From: from, Path: name})
			}
			continue
		}
		formatted := formattedLike(*text, old)
		if moves {
			given.Edits = append(given.Edits, fileEdit{Kind: "moved", From: from, Path: name, Text: &formatted})
		} else {
			given.Edits = append(given.Edits, fileEdit{Kind: "write", Path: name, Text: &formatted})
		}
	}
	// Files of other kinds that travel along.
	for _, from := range sortedKeys(c.moved) {
		if c.program.files[from] == nil {
			given.Edits = append(given.Edits, fileEdit{Kind: "moved", From: from, Path: c.moved[from]})
		}
	}
	slices.SortFunc(given.Edits, func(a, b fileEdit) int { return strings.Compare(a.Path, b.Path) })
	given.Notes = append(given.Notes, sortedNotes(notes)...)
	return given
}

func sortedNotes(notes []note) []note {
	slices.SortFunc(notes, func(a, b note) int {
		if order := strings.Compare(a.Path, b.Path); order != 0 {
			return order
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return strings.Compare(a.Kind+a.Text, b.Kind+b.Text)
	})
	return slices.Compact(notes)
}
