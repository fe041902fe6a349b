package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"slices"
	"strings"
)

type moveModuleQuestion struct {
	From    string `json:"from"`
	To      string `json:"to"`
	KeepOld bool   `json:"keepOld"`
}

func moveModule(p *program, asked moveModuleQuestion) any {
	from, to := path.Clean(asked.From), path.Clean(asked.To)
	if from == to {
		refuse("name_clash", "", "%s is where it is.", to)
	}
	if p.files[from] != nil || strings.HasSuffix(from, ".go") {
		return moveFile(p, p.file(from), to, asked.KeepOld)
	}
	if asked.KeepOld {
		refuse("unsupported", "Move the symbols that others need with `keepOld`.", "A package cannot be left behind as a whole.")
	}
	return movePackage(p, from, to)
}

func moveFile(p *program, in *file, to string, keepOld bool) any {
	if !strings.HasSuffix(to, ".go") {
		to = path.Join(to, path.Base(in.path))
	}
	if p.files[to] != nil {
		refuse("name_clash", "Merge them, or choose another name.", "%s is there already.", to)
	}
	summary := fmt.Sprintf("Moved %s to %s.", in.path, to)
	if dirOf(to) != dirOf(in.path) {
		r := p.newRelocation(keepOld)
		r.addFile(in, to)
		return r.apply(summary)
	}
	r := p.newRelocation(false)
	r.refuseOtherBuild(in, to)
	if in.isTest() != strings.HasSuffix(to, "_test.go") {
		refuse("behaviour", "", "One of %s and %s is a test file.", in.path, to)
	}
	c := p.newChanges()
	c.moved[in.path] = to
	return c.finish(expectation{}, p.pathNotes(in.path), summary)
}

// pathNotes lists what names a path: it may mean the file.
func (p *program) pathNotes(name string) []note {
	var notes []note
	for _, other := range p.others {
		if docFile.MatchString(other) {
			text := p.other(other)
			for _, at := range regexp.MustCompile(regexp.QuoteMeta(name)+`\b`).FindAllStringIndex(text, -1) {
				notes = append(notes, note{"mention", other, strings.Count(text[:at[0]], "\n") + 1, lineOf(text, at[0])})
			}
		}
	}
	return notes
}

// A folder with all that is in it, on its way to another place.
type packageMove struct {
	*changes
	from, to string
	// Old folder to the package's new name, where it changes.
	names map[string]string
}

func movePackage(p *program, from, to string) any {
	m := &packageMove{p.newChanges(), from, to, map[string]string{}}
	m.refusePlaces()
	m.choosePackageNames()
	for _, in := range p.all() {
		if within(in.path, from) {
			if in.broken != nil {
				p.file(in.path)
			}
			m.moved[in.path] = to + strings.TrimPrefix(in.path, from)
			m.renameClause(in)
		}
		m.repairImports(in)
	}
	for name := range p.texts {
		if within(name, from) && p.files[name] == nil {
			m.moved[name] = to + strings.TrimPrefix(name, from)
		}
	}
	for _, name := range p.others {
		if within(name, from) {
			m.moved[name] = to + strings.TrimPrefix(name, from)
		}
	}
	notes := append(p.pathNotes(from), m.stringNotes()...)
	return m.finish(expectation{becomes: m.newKey}, notes, fmt.Sprintf("Moved the package %s to %s.", from, to))
}

func (m *packageMove) refusePlaces() {
	p := m.program
	inside := false
	for _, in := range p.all() {
		inside = inside || within(in.path, m.from)
	}
	if !inside {
		refuse("not_found", "", "%s is no folder with Go files.", m.from)
	}
	if m.from == "." || within(m.to, m.from) {
		refuse("unsupported", "", "%s cannot be moved into itself.", m.from)
	}
	taken := func(name string) bool { return within(name, m.to) }
	if slices.ContainsFunc(sortedKeys(p.texts), taken) || slices.ContainsFunc(p.others, taken) {
		refuse("name_clash", "Merge the packages file by file, or choose another name.", "%s is there already.", m.to)
	}
	for _, one := range p.modules {
		if within(one.dir, m.from) && one.dir != "" {
			refuse("unsupported", "", "%s is a module of its own.", one.dir)
		}
	}
	if old, now := p.moduleOf(path.Join(m.from, "x")), p.moduleOf(path.Join(m.to, "x")); old != now {
		refuse("unsupported", "", "%s and %s are of different modules.", m.from, m.to)
	}
}

// choosePackageNames renames a package that is called as its folder.
func (m *packageMove) choosePackageNames() {
	old, now := path.Base(m.from), path.Base(m.to)
	if name := m.program.packageName(m.from); name == old && now != old {
		fit := strings.ReplaceAll(strings.ReplaceAll(now, "-", ""), ".", "")
		if !token.IsIdentifier(fit) {
			refuse("unsupported", "Choose a folder that can be a package's name.", "%q is no name of a package.", now)
		}
		m.names[m.from] = fit
	}
}

func (m *packageMove) renameClause(in *file) {
	to, has := m.names[dirOf(in.path)]
	if !has || in.standalone {
		return
	}
	if in.isOutsideTest() {
		to += "_test"
	}
	m.rename(in, in.ast.Name, to)
	if in.ast.Doc == nil {
		return
	}
	old := in.ast.Name.Name
	if rest, found := strings.CutPrefix(in.slice(in.ast.Doc), "// Package "+old); found && !strings.HasPrefix(rest, "_") {
		at := in.offset(in.ast.Doc.Pos()) + len("// Package ")
		m.replace(in, at, at+len(old), words(to))
	}
}

// repairImports points imports to the new place; where the package has another name, what is named by it follows.
func (m *packageMove) repairImports(in *file) {
	p := m.program
	for _, spec := range in.ast.Imports {
		dir, local := p.localDir(p.moduleOf(in.path), unquoted(spec.Path.Value))
		if !local || !within(dir, m.from) || p.packageName(dir) == "" {
			continue
		}
		now := p.importPath(m.to + strings.TrimPrefix(dir, m.from))
		start := in.offset(spec.Path.Pos())
		m.replace(in, start, start+len(spec.Path.Value), words(fmt.Sprintf("%q", now)))
		name, renamed := m.names[dir]
		if !renamed || spec.Name != nil {
			if spec.Name != nil && renamed && spec.Name.Name == name {
				// It is called so already; the alias says nothing any more, and stays.
				continue
			}
			continue
		}
		if m.clashes(in, name) {
			m.replace(in, start, start, words(p.packageName(dir)+" "))
			continue
		}
		for _, v := range p.views {
			for _, u := range v.units {
				object, ok := u.info.Implicits[spec].(*types.PkgName)
				if !ok {
					continue
				}
				for ident, used := range u.info.Uses {
					if used == object {
						at := in.offset(ident.Pos())
						m.replace(in, at, at+len(ident.Name), words(name))
					}
				}
			}
		}
	}
}

// clashes says whether a file means something else by a name, anywhere.
func (m *packageMove) clashes(in *file, name string) bool {
	found := false
	ast.Inspect(in.ast, func(node ast.Node) bool {
		if one, ok := node.(*ast.Ident); ok && one.Name == name && one != in.ast.Name {
			found = true
		}
		return true
	})
	for _, spec := range in.ast.Imports {
		found = found || m.program.importName(in, spec) == name
	}
	for _, sibling := range m.program.siblings(in) {
		for _, one := range m.program.declarations(sibling) {
			found = found || one.receiver == "" && one.name == name
		}
	}
	return found
}

func (m *packageMove) newKey(key string) string {
	if imported, isImport := strings.CutPrefix(key, "import "); isImport {
		return "import " + m.newKey(imported)
	}
	old := m.program.importPath(m.from)
	rest, inside := strings.CutPrefix(key, old)
	if !inside || rest != "" && !strings.ContainsAny(rest[:1], "./!_") {
		return key
	}
	return m.program.importPath(m.to) + rest
}

// stringNotes lists strings that name the old place, and paths that lead out of it.
func (m *packageMove) stringNotes() []note {
	var notes []note
	old := m.program.importPath(m.from)
	for _, in := range m.program.all() {
		imports := map[*ast.BasicLit]bool{}
		for _, spec := range in.ast.Imports {
			imports[spec.Path] = true
		}
		ast.Inspect(in.ast, func(node ast.Node) bool {
			literal, ok := node.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING || imports[literal] {
				return true
			}
			if strings.Contains(literal.Value, old) || within(in.path, m.from) && strings.Contains(literal.Value, "../") {
				notes = append(notes, note{"string", in.path, in.line(literal.Pos()), lineOf(in.text, in.offset(literal.Pos()))})
			}
			return true
		})
	}
	return notes
}
