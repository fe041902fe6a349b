package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"strings"
)

type unusedQuestion struct {
	Paths []string `json:"paths"`
	What  string   `json:"what"`
}

// removeUnused removes imports that nothing uses, and unexported names at the top that nothing means.
func removeUnused(p *program, asked unusedQuestion) any {
	wanted := map[string]bool{}
	for _, name := range asked.Paths {
		wanted[path.Clean(name)] = true
	}
	chosen := func(in *file) bool { return in.broken == nil && (len(wanted) == 0 || wanted[in.path]) }
	c := p.newChanges()
	var notes []note
	removed := 0
	if asked.What != "imports" {
		gone := p.unusedSymbols(chosen)
		for _, in := range p.all() {
			for _, one := range p.declarations(in) {
				if gone[one.key] || one.receiver != "" && gone[strings.TrimSuffix(one.key, "."+one.name)] {
					start, end := one.span()
					if strings.HasSuffix(in.text[:start], "\n\n") && (end == len(in.text) || in.text[end] == '\n') {
						start--
					}
					c.cut(in, start, end)
					notes = append(notes, note{"also", in.path, one.line(), "removed " + one.symbol() + ": nothing uses it"})
					removed++
				}
			}
		}
	}
	imports := 0
	for _, in := range p.all() {
		if !chosen(in) {
			continue
		}
		unused := p.unusedImports(in)
		used := qualifiers(p.parseLoose(in.path, c.textOf(in)))
		before := qualifiers(in.ast)
		for _, spec := range in.ast.Imports {
			if name := p.importName(in, spec); len(c.cuts[in.path]) > 0 && name != "_" && name != "." && name != "C" && before[name] && !used[name] {
				unused[spec] = true
			}
		}
		imports += len(unused)
		c.editImports(in, nil, func(spec *ast.ImportSpec) bool { return unused[spec] })
	}
	if removed+imports == 0 {
		return refactoring{Edits: []fileEdit{}, Notes: []note{}, Summary: "Nothing is unused."}
	}
	return c.finish(expectation{}, notes, fmt.Sprintf("Removed %s and %s that nothing uses.", count(imports, "import"), count(removed, "symbol")))
}

// unusedSymbols are keys of unexported names that nothing but themselves, or other unused ones, mean.
func (p *program) unusedSymbols(chosen func(*file) bool) map[string]bool {
	candidates := map[string]*declaration{}
	twice := map[string]bool{}
	for _, in := range p.all() {
		for _, one := range p.declarations(in) {
			if candidates[one.key] != nil {
				twice[one.key] = true
			}
			if chosen(in) && p.mayGo(one) {
				candidates[one.key] = one
			}
		}
	}
	// Who is named from where.
	users := map[string]map[string]bool{}
	p.eachIdent(func(_ *view, _ *unit, one occurrence) {
		for _, key := range one.keys {
			if candidates[key] == nil || one.def {
				continue
			}
			from := ""
			for _, each := range p.declarations(one.file) {
				start, end := each.span()
				if at := one.file.offset(one.ident.Pos()); at >= start && at < end {
					from = each.key
					if each.receiver != "" {
						from = strings.TrimSuffix(each.key, "."+each.name)
					}
				}
			}
			if users[key] == nil {
				users[key] = map[string]bool{}
			}
			users[key][from] = true
		}
	})
	gone := map[string]bool{}
	for {
		more := false
		for key := range candidates {
			used := twice[key]
			for from := range users[key] {
				used = used || from != key && !gone[from]
			}
			if !used && !gone[key] {
				gone[key], more = true, true
			}
		}
		if !more {
			return gone
		}
	}
}

// mayGo says whether a declaration is of a kind that goes where nothing names it.
func (p *program) mayGo(one *declaration) bool {
	if one.receiver != "" || ast.IsExported(one.name) || one.name == "_" || one.name == "init" || one.name == "main" && one.file.ast.Name.Name == "main" || one.file.standalone {
		return false
	}
	if one.function != nil && one.function.Body == nil {
		return false
	}
	if value, ok := one.spec.(*ast.ValueSpec); ok {
		if len(value.Names) != 1 || one.general.Tok == token.CONST && usesIota(one.general) {
			return false
		}
		for _, given := range value.Values {
			for _, v := range p.views {
				for _, u := range v.units {
					if about, known := u.info.Types[given]; known && about.Value == nil && !isPure(u, given) {
						return false // its value does something when the program starts
					}
				}
			}
		}
	}
	// By the linker, by C, by assembly, by embedding, or in a file that no known way builds.
	word := wordIn(one.name)
	for _, in := range p.all() {
		for _, group := range in.ast.Comments {
			for _, comment := range group.List {
				if strings.HasPrefix(comment.Text, "//go:") && !strings.HasPrefix(comment.Text, "//go:build") && word.MatchString(comment.Text) || strings.HasPrefix(comment.Text, "//export "+one.name) {
					return false
				}
			}
		}
		if in.broken != nil && word.MatchString(in.text) || !p.isBuilt(in) && word.MatchString(in.text) && in != one.file {
			return false
		}
	}
	if one.general != nil && one.general.Doc != nil && strings.Contains(one.file.slice(one.general.Doc), "//go:") {
		return false
	}
	for _, other := range p.others {
		if strings.HasSuffix(other, ".s") && strings.Contains(p.other(other), one.name) {
			return false
		}
	}
	return p.isBuilt(one.file)
}

func (p *program) isBuilt(in *file) bool {
	for _, v := range p.views {
		if in.standalone || v.builds(in) {
			return true
		}
	}
	return false
}
