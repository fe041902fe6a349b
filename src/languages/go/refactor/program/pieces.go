package main

import (
	"go/ast"
	"go/format"
	"slices"
	"strings"
)

// A part of a new text: new words, or a part of a file as it was. With `from`, what stands at `at` there now stands here.
type piece struct {
	text string
	from *file
	at   int
}

func words(text string) piece { return piece{text: text} }

// An edit of a file as it was, by byte offsets.
type edit struct {
	start, end int
	with       []piece
}

// What a refactoring does to the files.
type changes struct {
	program *program
	edits   map[string][]edit
	// Stretches that leave their file; edits inside of them matter only to where they go.
	cuts    map[string][]edit
	created map[string][]piece
	deleted map[string]bool
	// Old path to new path; the edits of a moved file stand under its old path.
	moved map[string]string
}

func (p *program) newChanges() *changes {
	return &changes{p, map[string][]edit{}, map[string][]edit{}, map[string][]piece{}, map[string]bool{}, map[string]string{}}
}

func (c *changes) replace(in *file, start, end int, with ...piece) {
	for _, one := range c.edits[in.path] {
		if one.start == start && one.end == end && slices.Equal(one.with, with) {
			return // the same was found in another way to build
		}
	}
	c.edits[in.path] = append(c.edits[in.path], edit{start, end, with})
}

// rename gives an identifier another name.
func (c *changes) rename(in *file, ident *ast.Ident, to string) {
	at := in.offset(ident.Pos())
	c.replace(in, at, at+len(ident.Name), piece{to, in, at})
}

// cut takes a stretch out of its file.
func (c *changes) cut(in *file, start, end int, with ...piece) {
	c.cuts[in.path] = append(c.cuts[in.path], edit{start, end, with})
}

// part is a stretch of a file with the edits that lie in it.
func (c *changes) part(in *file, start, end int) []piece {
	var cuts []edit
	for _, one := range c.cuts[in.path] {
		if one.start >= start && one.end <= end && one.end-one.start < end-start {
			cuts = append(cuts, one)
		}
	}
	inside := slices.DeleteFunc(slices.Clone(c.edits[in.path]), func(e edit) bool {
		if e.start < start || e.end > end || e.start == end && end != len(in.text) {
			return true
		}
		return slices.ContainsFunc(cuts, func(cut edit) bool {
			return e.start >= cut.start && e.end <= cut.end && e.start < cut.end && e.end > cut.start
		})
	})
	inside = append(inside, cuts...)
	slices.SortStableFunc(inside, func(a, b edit) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return a.end - b.end
	})
	var out []piece
	at := start
	for _, one := range inside {
		if one.start < at && one.end >= at && len(one.with) == 0 {
			one.start = at // two that both take the empty line between them
		}
		if one.start < at {
			refuse("unsupported", "Do it in two steps.", "%s: two changes of this refactoring fall on the same code: %q.", in.path, in.text[one.start:min(one.end, one.start+60)])
		}
		out = append(out, piece{in.text[at:one.start], in, at})
		out = append(out, one.with...)
		at = one.end
	}
	return append(out, piece{in.text[at:end], in, at})
}

// A stretch of an old file and where it stands now.
type span struct {
	start, end int
	path       string
	to         int
}

type written struct {
	texts map[string]*string
	spans map[string][]span
}

// write carries the changes out in memory.
func (c *changes) write() written {
	w := written{map[string]*string{}, map[string][]span{}}
	put := func(name string, pieces []piece) {
		var out strings.Builder
		for _, one := range pieces {
			if one.from != nil {
				size := 1 // of a renamed identifier only the start is where it was
				if strings.HasPrefix(one.from.text[one.at:], one.text) {
					size = max(len(one.text), 1)
				}
				w.spans[one.from.path] = append(w.spans[one.from.path], span{one.at, one.at + size, name, out.Len()})
			}
			out.WriteString(one.text)
		}
		text := out.String()
		w.texts[name] = &text
	}
	for _, name := range sortedKeys(c.program.files) {
		in := c.program.files[name]
		to, moves := c.moved[name]
		if c.deleted[name] {
			w.texts[name] = nil
			continue
		}
		if moves {
			if w.texts[name] == nil {
				w.texts[name] = nil
			}
			put(to, c.part(in, 0, len(in.text)))
		} else if len(c.edits[name])+len(c.cuts[name]) > 0 {
			put(name, c.part(in, 0, len(in.text)))
		} else {
			w.spans[name] = append(w.spans[name], span{0, len(in.text) + 1, name, 0})
		}
	}
	for name, pieces := range c.created {
		put(name, pieces)
	}
	return w
}

// A place in a file as it is now.
type standing struct {
	path   string
	offset int
}

// find says where an old offset stands now: nowhere, somewhere, or in several copies.
func (w written) find(name string, offset int) []standing {
	var found []standing
	for _, one := range w.spans[name] {
		if offset >= one.start && offset < one.end {
			found = append(found, standing{one.path, one.to + offset - one.start})
		}
	}
	return found
}

// absorb takes the edits out of a stretch, to be part of a greater one.
func (c *changes) absorb(in *file, start, end int) []piece {
	out := c.part(in, start, end)
	c.edits[in.path] = slices.DeleteFunc(c.edits[in.path], func(e edit) bool { return e.start >= start && e.end <= end && (e.start < end || e.end > e.start) })
	return out
}

func isFormatted(text string) bool {
	formatted, err := format.Source([]byte(text))
	return err == nil && string(formatted) == strings.ReplaceAll(text, "\r\n", "\n")
}

// formattedLike gives the form of gofmt where the old text had it.
func formattedLike(text string, old *file) string {
	if old != nil && !isFormatted(old.text) {
		return text
	}
	formatted, err := format.Source([]byte(text))
	if err != nil {
		return text
	}
	if old != nil && strings.Contains(old.text, "\r\n") {
		return strings.ReplaceAll(string(formatted), "\n", "\r\n")
	}
	return string(formatted)
}
