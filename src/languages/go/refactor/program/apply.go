package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
)

// apply computes the relocation and checks it.
func (r *relocation) apply(summary string) refactoring {
	r.complete()
	r.addHelpers()
	r.refuseTests()
	p, c := r.program, r.changes
	for _, one := range r.uses() {
		r.requalify(one)
	}
	// What goes to each file, in the order in which it stood.
	parts := map[string][]piece{}
	first := map[string]*file{}
	whole := map[*ast.GenDecl]bool{}
	for _, in := range p.all() {
		for _, group := range groups(r.moving(in)) {
			to := r.to[group.key]
			if in.path == to || whole[group.general] {
				continue
			}
			start, end := group.span()
			text := c.part(in, start, end)
			if group.general != nil && !group.alone() && !r.wholeGroup(group) {
				text = r.outOfGroup(group, text)
			}
			if group.general != nil && r.wholeGroup(group) {
				whole[group.general] = true
				start, end = wholeSpan(group)
				text = c.part(in, start, end)
			}
			if first[to] == nil {
				first[to] = in
			}
			parts[to] = append(append(parts[to], words("\n")), text...)
			if len(parts[to]) > 0 && !strings.HasSuffix(in.text[start:end], "\n") {
				parts[to] = append(parts[to], words("\n"))
			}
			r.cutOut(in, group, start, end)
		}
	}
	for _, to := range sortedKeys(parts) {
		r.refuseOtherBuild(first[to], to)
		if there := p.files[to]; there != nil {
			at := len(there.text)
			lead := words("")
			if !strings.HasSuffix(there.text, "\n") {
				lead = words("\n")
			}
			c.replace(there, at, at, append([]piece{lead}, parts[to]...)...)
		} else {
			c.created[to] = append([]piece{words(r.head(first[to], to))}, parts[to]...)
		}
	}
	r.leaveOld()
	r.settleImports(first)
	return c.finish(expectation{becomes: r.newKey, free: func(one occurrence) bool { return false }}, r.notes, summary)
}

// groups leaves one declaration of each spec: `var a, b = f()` moves once.
func groups(of []*declaration) []*declaration {
	var kept []*declaration
	for _, one := range of {
		if one.spec == nil || !slices.ContainsFunc(kept, func(d *declaration) bool { return d.spec == one.spec }) {
			kept = append(kept, one)
		}
	}
	return kept
}

// wholeGroup says whether all of a `const (…)` and the like goes to the same file.
func (r *relocation) wholeGroup(of *declaration) bool {
	for _, one := range r.program.declarations(of.file) {
		if one.general == of.general && r.to[one.key] != r.to[of.key] {
			return false
		}
	}
	return true
}

func wholeSpan(of *declaration) (int, int) {
	start, end := of.file.lineSpan(of.general.Pos(), of.general.End())
	if of.general.Doc != nil {
		start = of.file.offset(of.general.Doc.Pos())
	}
	return start, end
}

// outOfGroup gives a spec of a group its own keyword.
func (r *relocation) outOfGroup(one *declaration, text []piece) []piece {
	if value, ok := one.spec.(*ast.ValueSpec); ok {
		for _, name := range value.Names {
			if name.Name != "_" && r.to[strings.TrimSuffix(one.key, one.name)+name.Name] != r.to[one.key] {
				refuse("unsupported", "Move them together.", "%s:%d: %s is declared together with %s.", one.file.path, one.line(), one.name, name.Name)
			}
		}
		if one.general.Tok == token.CONST && usesIota(one.general) {
			refuse("unsupported", "Move all of the group.", "%s:%d: the value of %s comes from its place in the group (iota).", one.file.path, one.line(), one.name)
		}
	}
	in, start := one.file, one.file.offset(one.spec.Pos())
	spanStart, _ := one.span()
	comment := in.text[spanStart:start]
	// The comment keeps its place above the keyword.
	var out []piece
	left := len(comment)
	for _, each := range text {
		if each.from == in && left > 0 && each.at < start {
			size := min(left, len(each.text))
			if size == left {
				out = append(out, piece{each.text[:size], in, each.at}, words(one.general.Tok.String()+" "))
				out = append(out, piece{each.text[size:], in, each.at + size})
				left = 0
				continue
			}
			left -= size
		}
		out = append(out, each)
	}
	if len(comment) == 0 {
		out = append([]piece{words(one.general.Tok.String() + " ")}, text...)
	}
	return out
}

func usesIota(group *ast.GenDecl) bool {
	found := false
	for at, spec := range group.Specs {
		if value, ok := spec.(*ast.ValueSpec); ok && at > 0 && len(value.Values) == 0 {
			found = true
		}
	}
	ast.Inspect(group, func(node ast.Node) bool {
		if name, ok := node.(*ast.Ident); ok && name.Name == "iota" {
			found = true
		}
		return true
	})
	return found
}

// cutOut takes the text away, with the empty line that set it apart.
func (r *relocation) cutOut(in *file, one *declaration, start, end int) {
	for _, cut := range r.changes.cuts[in.path] {
		if cut.start == start {
			return
		}
	}
	if strings.HasSuffix(in.text[:start], "\n\n") && (end == len(in.text) || in.text[end] == '\n') {
		start--
	}
	r.changes.cut(in, start, end)
}

// requalify writes a use as it has to be where it will stand.
func (r *relocation) requalify(one use) {
	p, c := r.program, r.changes
	stands, standsIn := p.packageKey(one.file), one.file.path
	moves := one.inside != nil && r.to[one.inside.key] != one.file.path
	if moves {
		standsIn = r.to[one.inside.key]
		stands, _ = r.place(standsIn, one.file)
	}
	declared := ""
	if one.object != nil {
		declared = one.object.Pkg().Path()
	} else {
		declared = strings.TrimSuffix(one.key, "."+one.ident.Name)
	}
	if to := r.to[one.key]; to != "" {
		declared, _ = r.place(to, p.declaredBy(one.key).file)
	} else if !moves {
		return
	}
	at := one.file.offset(one.ident.Pos())
	if declared == stands {
		if one.qualifier != nil {
			c.replace(one.file, one.file.offset(one.qualifier.Pos()), at, words(""))
		}
		return
	}
	if strings.HasSuffix(declared, "_test") && p.ownKey(declared) {
		refuse("unsupported", "Move it too, or into a file that is no test.", "%s:%d: %s stands among tests, which no other package can import.", one.file.path, one.file.line(one.ident.Pos()), one.ident.Name)
	}
	if !ast.IsExported(one.ident.Name) {
		refuse("unsupported", "Export it first (rename it), or move what uses it too.", "%s:%d: %s would be needed in another package, and is unexported.", one.file.path, one.file.line(one.ident.Pos()), one.ident.Name)
	}
	imported := r.importOf(one, declared)
	prefers := ""
	if one.qualifier != nil && declared == strings.TrimSuffix(one.key, "."+one.ident.Name) {
		prefers = one.qualifier.Name // as the old file calls it
	}
	name := r.qualifierIn(standsIn, one.file, imported, prefers)
	if one.qualifier == nil {
		c.replace(one.file, at, at, words(name+"."))
	} else if one.qualifier.Name != name {
		c.replace(one.file, one.file.offset(one.qualifier.Pos()), one.file.offset(one.qualifier.End()), words(name))
	}
}

func (p *program) ownKey(key string) bool {
	for _, in := range p.all() {
		if p.packageKey(in) == key {
			return true
		}
	}
	return false
}

// importOf is how the file imports what it names now; a package of the standard library may have another path inside.
func (r *relocation) importOf(one use, declared string) string {
	if one.qualifier == nil || r.to[one.key] != "" {
		return declared
	}
	for _, spec := range one.file.ast.Imports {
		if r.program.importName(one.file, spec) == one.qualifier.Name {
			return unquoted(spec.Path.Value)
		}
	}
	return declared
}

// head is the top of a new file.
func (r *relocation) head(from *file, to string) string {
	_, clause := r.place(to, from)
	above := ""
	if r.whole[from.path] {
		above = from.text[:from.offset(from.ast.Package)]
	} else if expression := constraintOf(from.ast); expression != nil {
		above = "//go:build " + expression.String() + "\n\n"
	}
	return above + "package " + clause + "\n"
}

// refuseOtherBuild refuses to move code to where it is built at other times.
func (r *relocation) refuseOtherBuild(from *file, to string) {
	name := path.Base(to)
	if strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") || !strings.HasSuffix(name, ".go") {
		refuse("unsupported", "", "%s is no name of a Go file.", to)
	}
	there := r.program.files[to]
	if there == nil {
		there = &file{path: to, ast: from.ast}
	}
	if constraintText(from) != constraintText(there) || from.standalone != there.standalone && r.program.files[to] != nil {
		refuse("unsupported", "", "%s and %s are not built for the same platforms and tags.", from.path, to)
	}
}

// refuseTests refuses to make tests of code, or code of tests, where that changes what runs.
func (r *relocation) refuseTests() {
	for _, in := range r.program.all() {
		for _, one := range r.moving(in) {
			toTest := strings.HasSuffix(r.to[one.key], "_test.go")
			isRun := one.function != nil && one.receiver == "" && (strings.HasPrefix(one.name, "Test") || strings.HasPrefix(one.name, "Benchmark") || strings.HasPrefix(one.name, "Example") || strings.HasPrefix(one.name, "Fuzz"))
			place, _ := r.place(r.to[one.key], in)
			switch other := place != r.program.packageKey(in); {
			case in.isTest() && !toTest && isRun:
				refuse("behaviour", "Give it a file that ends in _test.go.", "%s would not run any more in %s.", one.name, r.to[one.key])
			case !in.isTest() && toTest && ast.IsExported(one.name):
				refuse("exported_api", "", "%s would be there for tests alone in %s.", one.name, r.to[one.key])
			case other && one.function != nil && one.receiver == "" && (one.name == "init" || one.name == "main"):
				refuse("behaviour", "", "%s:%d: %s runs with its own package.", in.path, one.line(), one.name)
			case other && one.spec != nil && one.name == "_":
				refuse("unsupported", "", "%s:%d: a declaration of _ belongs to its package.", in.path, one.line())
			case other && one.general != nil && one.general.Doc != nil && strings.Contains(in.slice(one.general.Doc), "//go:embed"):
				refuse("unsupported", "", "%s:%d: %s embeds files by paths from its folder.", in.path, one.line(), one.name)
			}
		}
	}
}

// leaveOld leaves the old names where they were, as other words for the new ones.
func (r *relocation) leaveOld() {
	if !r.keepOld {
		return
	}
	for _, in := range r.program.all() {
		for _, one := range r.moving(in) {
			place, _ := r.place(r.to[one.key], in)
			if place == r.program.packageKey(in) || one.receiver != "" || !ast.IsExported(one.name) {
				continue
			}
			name := r.qualifierIn(in.path, in, place, "")
			text := fmt.Sprintf("\n// Deprecated: use %s.%s.\n%s", name, one.name, r.program.forward(one, one.name, one.name, name+"."))
			r.changes.replace(in, len(in.text), len(in.text), words(text))
		}
	}
}

// settleImports gives every file the imports that it needs now, and removes files that nothing is left in.
func (r *relocation) settleImports(first map[string]*file) {
	p, c := r.program, r.changes
	w := c.write()
	for _, name := range sortedKeys(w.texts) {
		text := w.texts[name]
		in := p.files[name]
		if text == nil || in == nil {
			continue
		}
		if len(c.cuts[name]) > 0 && r.isEmpty(p.parseLoose(name, *text)) && len(r.wanted[name]) == 0 {
			c.deleted[name] = true
			continue
		}
		c.dropUnused(in, *text, r.wanted[name])
	}
	for to := range c.created {
		if len(r.wanted[to]) > 0 {
			wanted := r.wanted[to]
			slices.SortFunc(wanted, func(a, b wantedImport) int { return strings.Compare(a.path, b.path) })
			c.created[to] = append([]piece{c.created[to][0], words("\n" + importBlock(wanted) + "\n")}, c.created[to][1:]...)
		}
	}
	for name, wanted := range r.wanted {
		if in := p.files[name]; in != nil && len(wanted) > 0 && w.texts[name] == nil && !c.deleted[name] {
			c.editImports(in, wanted, func(*ast.ImportSpec) bool { return false })
		}
	}
}

// isEmpty says whether nothing but imports that only other code needed is left.
func (r *relocation) isEmpty(tree *ast.File) bool {
	for _, declared := range tree.Decls {
		general, ok := declared.(*ast.GenDecl)
		if !ok || general.Tok != token.IMPORT {
			return false
		}
		for _, spec := range general.Specs {
			if name := spec.(*ast.ImportSpec).Name; name != nil && (name.Name == "_" || name.Name == ".") {
				return false
			}
		}
	}
	return tree.Doc == nil
}
