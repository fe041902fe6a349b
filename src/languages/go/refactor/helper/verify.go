package main

import (
	"fmt"
	"slices"
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
	c.refuseNewErrors(w, after)
	c.refuseOtherMeanings(w, after, expected)
	return c.answer(w, notes, summary)
}

func (c *changes) refuseNewErrors(w written, after *program) {
	known := map[string]bool{}
	for _, v := range c.program.views {
		for _, u := range v.units {
			for _, one := range u.problems {
				if name, offset, there := w.find(one.Path, one.offset); there {
					known[fmt.Sprintf("%s:%d", name, offset)] = true
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
	// Cycles first: what else is wrong follows from them.
	for _, cycles := range []bool{true, false} {
		for _, v := range after.views {
			for _, u := range v.units {
				for _, one := range u.problems {
					if known[fmt.Sprintf("%s:%d", one.Path, one.offset)] || known[one.Path+" "+one.Message] || strings.Contains(one.Message, "import cycle") != cycles {
						continue
					}
					if strings.HasPrefix(one.Message, "\tother declaration") || one.Message == "" {
						continue
					}
					panic(refusal{Reason: reasonOf(one.Message), What: fmt.Sprintf("The result would not compile: %s:%d: %s.", one.Path, one.Line, one.Message), Path: one.Path, Line: one.Line})
				}
			}
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

func (c *changes) refuseOtherMeanings(w written, after *program, expected expectation) {
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
		name, offset, there := w.find(one.file.path, one.file.offset(one.ident.Pos()))
		if !there || expected.free != nil && expected.free(one) || !seen[spot{index[v], name, 0}] {
			return
		}
		found, has := now[spot{index[v], name, offset}]
		if !has {
			return // new words stand there
		}
		for at, key := range one.keys {
			want := key
			if expected.becomes != nil {
				want = expected.becomes(key)
			}
			if old, isPlace := strings.CutPrefix(want, "@"); isPlace && want == key {
				var place string
				var start int
				if cut := strings.LastIndexByte(old, ':'); cut > 0 {
					place = old[:cut]
					fmt.Sscanf(old[cut+1:], "%d", &start)
				}
				moved, to, still := w.find(place, start)
				if !still {
					continue // its declaration was rewritten; the checker found it whole
				}
				want = fmt.Sprintf("@%s:%d", moved, to)
			}
			if at >= len(found) || found[at] != want && !slices.Contains(found, want) {
				got := "nothing that is known"
				if at < len(found) {
					got = shortKey(found[at])
				}
				panic(refusal{
					Reason: "name_clash", What: fmt.Sprintf("%s:%d: %s would mean %s there, not %s.", one.file.path, one.file.line(one.ident.Pos()), one.ident.Name, got, shortKey(want)),
					Path: one.file.path, Line: one.file.line(one.ident.Pos()), Next: "Choose another name, or rename what stands in the way first.",
				})
			}
		}
		if len(one.keys) == 0 && len(found) > 0 && found[0] != "" {
			panic(refusal{
				Reason: "name_clash", What: fmt.Sprintf("%s:%d: %s would now mean %s.", one.file.path, one.file.line(one.ident.Pos()), one.ident.Name, shortKey(found[0])),
				Path: one.file.path, Line: one.file.line(one.ident.Pos()),
			})
		}
	})
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
