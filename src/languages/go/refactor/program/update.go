package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

type updateQuestion struct {
	Moved []struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"moved"`
	Paths []string `json:"paths"`
}

// updateImports repairs imports of packages that are gone, drops unused ones and adds missing ones.
func updateImports(p *program, asked updateQuestion) any {
	c := p.newChanges()
	moved := map[string]string{}
	for _, one := range asked.Moved {
		moved[p.asImport(one.From)] = p.asImport(one.To)
	}
	chosen := map[string]bool{}
	for _, name := range asked.Paths {
		chosen[p.file(name).path] = true
	}
	var notes []note
	repaired, touched := 0, 0
	for _, in := range p.all() {
		if in.broken != nil {
			continue
		}
		changed := 0
		gone := map[*ast.ImportSpec]bool{}
		for _, spec := range in.ast.Imports {
			imported := unquoted(spec.Path.Value)
			if !p.isGone(in, imported) {
				continue
			}
			to, told := p.newPlace(in, spec, moved)
			if to == "" {
				if told != "" {
					notes = append(notes, note{"kept", in.path, in.line(spec.Pos()), told})
				}
				continue
			}
			c.repoint(in, spec, to)
			gone[spec] = true
			changed++
		}
		repaired += changed
		if changed > 0 || chosen[in.path] || len(asked.Paths) == 0 {
			wanted, more := p.missingImports(in)
			unused := p.unusedImports(in)
			notes = append(notes, more...)
			if len(wanted)+len(unused) > 0 {
				c.editImports(in, wanted, func(spec *ast.ImportSpec) bool { return unused[spec] && !gone[spec] })
				changed++
			}
		}
		if changed > 0 {
			touched++
		}
	}
	if touched == 0 {
		return refactoring{Edits: []fileEdit{}, Notes: append([]note{}, notes...), Summary: "All imports are right."}
	}
	return c.finish(expectation{free: func(occurrence) bool { return true }}, notes, fmt.Sprintf("Repaired %s, put the imports of %s in order.", count(repaired, "import"), count(touched, "file")))
}

// asImport spells a place as imports do: a folder, a file or an import path.
func (p *program) asImport(place string) string {
	if strings.HasSuffix(place, ".go") {
		place = dirOf(path.Clean(place))
	}
	for _, one := range p.modules {
		if place == one.path || strings.HasPrefix(place, one.path+"/") {
			return place
		}
	}
	return p.importPath(path.Clean(place))
}

// isGone says whether an import means a package of the project that is not there.
func (p *program) isGone(in *file, imported string) bool {
	dir, local := p.localDir(p.moduleOf(in.path), imported)
	return local && p.packageName(dir) == ""
}

// newPlace finds where a package went: as it was told, or the only package that has its name and all that the file uses of it.
func (p *program) newPlace(in *file, spec *ast.ImportSpec, moved map[string]string) (to, told string) {
	imported := unquoted(spec.Path.Value)
	for probe, rest := imported, ""; probe != "." && probe != "/"; probe, rest = path.Dir(probe), "/"+path.Base(probe)+rest {
		if to := moved[probe]; to != "" && !p.isGone(in, to+rest) {
			return to + rest, ""
		}
	}
	name := guessedName(imported)
	if spec.Name != nil {
		name = spec.Name.Name
	}
	used := selectorsOf(in, name)
	var candidates []string
	for _, dir := range p.packageDirs() {
		if (p.packageName(dir) == guessedName(imported) || path.Base(dir) == path.Base(imported)) && p.declaresAll(dir, used) && dir != dirOf(in.path) {
			candidates = append(candidates, p.importPath(dir))
		}
	}
	switch len(candidates) {
	case 1:
		return candidates[0], ""
	case 0:
		return "", fmt.Sprintf("%s is not there, and no package of the project fits", imported)
	}
	return "", fmt.Sprintf("%s is not there, and may be any of %s", imported, strings.Join(candidates, ", "))
}

func (p *program) packageDirs() []string {
	var dirs []string
	for _, in := range p.all() {
		if dir := dirOf(in.path); !in.isTest() && !in.standalone && in.ast.Name.Name != "main" && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

func (p *program) declaresAll(dir string, names []string) bool {
	declared := map[string]bool{}
	for _, in := range p.all() {
		if dirOf(in.path) == dir && !in.isTest() {
			for _, one := range p.declarations(in) {
				declared[one.symbol()] = true
			}
		}
	}
	return !slices.ContainsFunc(names, func(name string) bool { return !declared[name] })
}

// selectorsOf are the names that a file takes from a package, by its name.
func selectorsOf(in *file, qualifier string) []string {
	var names []string
	ast.Inspect(in.ast, func(node ast.Node) bool {
		if one, ok := node.(*ast.SelectorExpr); ok {
			if name, ok := one.X.(*ast.Ident); ok && name.Name == qualifier && !slices.Contains(names, one.Sel.Name) {
				names = append(names, one.Sel.Name)
			}
		}
		return true
	})
	return names
}

// repoint gives an import another path; the name that the file knows it by stays.
func (c *changes) repoint(in *file, spec *ast.ImportSpec, to string) {
	dir, _ := c.program.localDir(c.program.moduleOf(in.path), to)
	text := fmt.Sprintf("%q", to)
	if name := guessedName(unquoted(spec.Path.Value)); spec.Name == nil && c.program.packageName(dir) != name {
		text = name + " " + text
	}
	c.replace(in, in.offset(spec.Path.Pos()), in.offset(spec.Path.End()), words(text))
}

// unusedImports are those that the checker finds unused, in every way to build.
func (p *program) unusedImports(in *file) map[*ast.ImportSpec]bool {
	unused := map[*ast.ImportSpec]bool{}
	for _, v := range p.views {
		for _, u := range v.units {
			for _, one := range u.problems {
				if one.Code != "unused-import" || one.Path != in.path {
					continue
				}
				for _, spec := range in.ast.Imports {
					start, end := in.offset(spec.Pos()), in.offset(spec.End())
					// Of a package that cannot be read not even the name is known.
					if one.offset >= start && one.offset < end && !v.missing[unquoted(spec.Path.Value)] {
						unused[spec] = true
					}
				}
			}
		}
	}
	return unused
}

// missingImports finds for every unknown name before a dot the one package that it can mean.
func (p *program) missingImports(in *file) (wanted []wantedImport, notes []note) {
	unknown := map[string]bool{}
	for _, v := range p.views {
		for _, u := range v.units {
			if !slices.Contains(u.files, in) {
				continue
			}
			ast.Inspect(in.ast, func(node ast.Node) bool {
				if one, ok := node.(*ast.SelectorExpr); ok {
					if name, ok := one.X.(*ast.Ident); ok && u.info.Uses[name] == nil && u.info.Defs[name] == nil {
						unknown[name.Name] = true
					}
				}
				return true
			})
		}
	}
	for _, name := range sortedKeys(unknown) {
		if slices.ContainsFunc(in.ast.Imports, func(spec *ast.ImportSpec) bool { return p.importName(in, spec) == name }) {
			continue
		}
		candidates := p.packagesCalled(in, name, selectorsOf(in, name))
		if len(candidates) == 1 {
			one := wantedImport{path: candidates[0]}
			if path.Base(candidates[0]) != name && guessedName(candidates[0]) != name {
				one.name = name
			}
			wanted = append(wanted, one)
		} else if len(candidates) > 1 {
			notes = append(notes, note{"kept", in.path, 1, fmt.Sprintf("%s may be any of %s", name, strings.Join(candidates, ", "))})
		}
	}
	return wanted, notes
}

// packagesCalled are the packages of the project and of the standard library that have a name and declare what is used.
func (p *program) packagesCalled(in *file, name string, used []string) []string {
	var found []string
	for _, dir := range p.packageDirs() {
		if p.packageName(dir) == name && dir != dirOf(in.path) && p.declaresAll(dir, used) {
			found = append(found, p.importPath(dir))
		}
	}
	for _, imported := range p.standardPackages() {
		if guessedName(imported) != name {
			continue
		}
		pkg := p.views[0].readForeign(p.moduleOf(in.path), imported, "")
		if pkg != nil && pkg.Name() == name && !slices.ContainsFunc(used, func(each string) bool { return pkg.Scope().Lookup(each) == nil }) {
			found = append(found, imported)
		}
	}
	return found
}

var standardKnown = map[string][]string{}

// standardPackages are the import paths of the standard library that others may use.
func (p *program) standardPackages() []string {
	if known := standardKnown[p.Goroot]; known != nil {
		return known
	}
	root := filepath.Join(p.Goroot, "src")
	var found []string
	walk := func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || name == root {
			return nil
		}
		if base := entry.Name(); base == "internal" || base == "vendor" || base == "testdata" || base == "cmd" || strings.HasPrefix(base, "_") {
			return filepath.SkipDir
		}
		if files, err := filepath.Glob(filepath.Join(name, "*.go")); err == nil && len(files) > 0 {
			if relative, err := filepath.Rel(root, name); err == nil {
				found = append(found, filepath.ToSlash(relative))
			}
		}
		return nil
	}
	if err := filepath.WalkDir(root, walk); err != nil && !os.IsNotExist(err) {
		panic(err)
	}
	standardKnown[p.Goroot] = found
	return found
}

// importWords adds the imports that new words of a signature need.
func (c *changes) importWords(files map[*file]bool, wanted []parameter) {
	for in := range files {
		var adds []wantedImport
		for _, one := range wanted {
			for _, text := range []string{strings.TrimPrefix(one.written, "..."), one.value} {
				if text == "" {
					continue
				}
				expression, err := parser.ParseExpr(text)
				if err != nil {
					continue
				}
				ast.Inspect(expression, func(node ast.Node) bool {
					selector, ok := node.(*ast.SelectorExpr)
					if !ok {
						return true
					}
					name, ok := selector.X.(*ast.Ident)
					if !ok || slices.ContainsFunc(in.ast.Imports, func(spec *ast.ImportSpec) bool { return c.program.importName(in, spec) == name.Name }) || !strings.Contains(c.textOf(in), name.Name+"."+selector.Sel.Name) {
						return true
					}
					if found := c.program.packagesCalled(in, name.Name, []string{selector.Sel.Name}); len(found) == 1 && !slices.ContainsFunc(adds, func(w wantedImport) bool { return w.path == found[0] }) {
						adds = append(adds, wantedImport{path: found[0]})
					}
					return true
				})
			}
		}
		c.editImports(in, adds, func(*ast.ImportSpec) bool { return false })
	}
}

// textOf is a file as it would be.
func (c *changes) textOf(in *file) string {
	var out strings.Builder
	for _, one := range c.part(in, 0, len(in.text)) {
		out.WriteString(one.text)
	}
	return out.String()
}
