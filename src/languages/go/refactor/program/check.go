package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/types"
	"go/version"
	"path"
	"slices"
	"strings"
)

// A package that others import.
type checked struct {
	unit    *unit
	busy    bool
	imports map[string]bool // folders of the project
}

// A set of packages that know each other: importers of one with its tests see that one.
type universe struct {
	view *view
	dir  string // the package that is seen with its tests
	with *types.Package
	own  map[string]*types.Package
}

// check reads all packages of the project in one way to build.
func (p *program) check(c configuration) *view {
	v := &view{configuration: c, program: p, plain: map[string]*checked{}, missing: map[string]bool{}}
	dirs := map[string][]*file{}
	for _, one := range p.all() {
		if one.standalone {
			if c.os == p.firstOS() && len(c.tags) == 0 {
				v.add(p.packageKey(one), dirOf(one.path), []*file{one}, universe{view: v})
			}
		} else if c.builds(one) {
			dirs[dirOf(one.path)] = append(dirs[dirOf(one.path)], one)
		}
	}
	for _, dir := range sortedKeys(dirs) {
		var plain, tests, outside []*file
		for _, one := range dirs[dir] {
			switch {
			case one.isOutsideTest():
				outside = append(outside, one)
			case one.isTest():
				tests = append(tests, one)
			default:
				plain = append(plain, one)
			}
		}
		within := universe{view: v}
		if len(plain) > 0 {
			only := v.local(dir, dirs[dir])
			if len(tests) == 0 {
				v.units = append(v.units, only.unit)
			} else {
				// What only the package without its tests gets wrong: names that a test declares.
				for _, one := range only.unit.problems {
					if strings.HasPrefix(one.Message, "undefined") {
						v.units = append(v.units, &unit{path: only.unit.path, dir: dir, name: only.unit.name, problems: []problem{one}, info: newInfo()})
					}
				}
			}
		}
		if len(tests) > 0 {
			full := v.add(p.importPath(dir), dir, append(slices.Clone(plain), tests...), within)
			within = universe{view: v, dir: dir, with: full.pkg, own: map[string]*types.Package{}}
		}
		if len(outside) > 0 {
			v.add(p.importPath(dir)+"_test", dir, outside, within)
		}
	}
	return v
}

func (p *program) firstOS() string { return build.Default.GOOS }

func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{}, Scopes: map[ast.Node]*types.Scope{},
	}
}

func (v *view) add(key, dir string, files []*file, within universe) *unit {
	one := v.program.checkFiles(v, key, dir, files, &within, false)
	v.units = append(v.units, one)
	return one
}

func (p *program) checkFiles(v *view, key, dir string, files []*file, within *universe, signatures bool) *unit {
	one := &unit{path: key, dir: dir, files: files, name: files[0].ast.Name.Name, info: newInfo()}
	owner := p.moduleOf(path.Join(dir, "x"))
	trees := make([]*ast.File, len(files))
	for at, each := range files {
		trees[at] = each.ast
	}
	config := types.Config{
		Importer: &importer{universe: within, from: owner, key: strings.TrimSuffix(key, "_test"), test: strings.HasSuffix(key, "_test")}, FakeImportC: true, IgnoreFuncBodies: signatures,
		Sizes: types.SizesFor("gc", v.arch), GoVersion: goVersion(owner.goVersion),
		Error: func(err error) {
			if told, ok := err.(types.Error); ok {
				at := p.fset.Position(told.Pos)
				one.problems = append(one.problems, problem{Path: at.Filename, Line: at.Line, Code: codeOf(told), Message: strings.TrimSpace(told.Msg), offset: at.Offset})
			}
		},
	}
	one.pkg, _ = config.Check(key, p.fset, trees, one.info) // the errors were told one by one
	return one
}

func codeOf(told types.Error) string {
	switch {
	case strings.HasPrefix(told.Msg, "undefined"):
		return "undefined"
	case strings.Contains(told.Msg, "imported and not used"):
		return "unused-import"
	case strings.HasPrefix(told.Msg, "declared and not used"):
		return "unused-variable"
	case strings.HasPrefix(told.Msg, "could not import"):
		return "import"
	}
	return "type"
}

// goVersion is what a go.mod asks for, or nothing where this program's checker is older.
func goVersion(asked string) string {
	parts := strings.SplitN(asked, ".", 3)
	if len(parts) < 2 {
		return ""
	}
	language := "go" + parts[0] + "." + parts[1]
	releases := build.Default.ReleaseTags
	if !version.IsValid(language) || version.Compare(language, releases[len(releases)-1]) > 0 {
		return ""
	}
	return language
}

// local checks a package of the project for others to import: without its tests.
func (v *view) local(dir string, among []*file) *checked {
	if done := v.plain[dir]; done != nil {
		return done
	}
	done := &checked{busy: true, imports: map[string]bool{}}
	v.plain[dir] = done
	var files []*file
	for _, one := range among {
		if !one.isTest() {
			files = append(files, one)
			for _, spec := range one.ast.Imports {
				if to, local := v.program.localDir(v.program.moduleOf(one.path), unquoted(spec.Path.Value)); local {
					done.imports[to] = true
				}
			}
		}
	}
	if len(files) > 0 {
		done.unit = v.program.checkFiles(v, v.program.importPath(dir), dir, files, &universe{view: v}, false)
	}
	done.busy = false
	return done
}

// filesIn are the files of a folder that this way builds.
func (v *view) filesIn(dir string) []*file {
	var files []*file
	for _, one := range v.program.all() {
		if dirOf(one.path) == dir && !one.standalone && v.builds(one) {
			files = append(files, one)
		}
	}
	return files
}

// reaches says whether a package imports another one of the project, directly or not.
func (v *view) reaches(from, to string) bool {
	seen := map[string]bool{}
	var walk func(string) bool
	walk = func(at string) bool {
		if at == to {
			return true
		}
		if seen[at] || v.plain[at] == nil {
			return false
		}
		seen[at] = true
		for next := range v.plain[at].imports {
			if walk(next) {
				return true
			}
		}
		return false
	}
	return walk(from)
}

type importer struct {
	universe *universe
	from     *module
	key      string
	test     bool
}

func (i *importer) Import(imported string) (*types.Package, error) {
	v := i.universe.view
	if imported == "unsafe" {
		return types.Unsafe, nil
	}
	dir, local := v.program.localDir(i.from, imported)
	if !local {
		return v.foreign(i.from, imported)
	}
	if parent, _, inside := cutInternal(imported); inside && i.key != parent && !strings.HasPrefix(i.key, parent+"/") && parent != "" {
		return nil, fmt.Errorf("use of internal package %s not allowed", imported)
	}
	if i.universe.with != nil {
		if dir == i.universe.dir {
			return i.universe.with, nil
		}
		v.local(dir, v.filesIn(dir))
		if v.reaches(dir, i.universe.dir) {
			if i.universe.own[dir] == nil {
				files := slices.DeleteFunc(v.filesIn(dir), (*file).isTest)
				i.universe.own[dir] = v.program.checkFiles(v, imported, dir, files, i.universe, true).pkg
			}
			return i.universe.own[dir], nil
		}
	}
	found := v.local(dir, v.filesIn(dir))
	switch {
	case found.busy:
		return nil, fmt.Errorf("import cycle through %s", imported)
	case found.unit == nil:
		return nil, fmt.Errorf("no package %s in the module", imported)
	case found.unit.name == "main" && !(i.test && i.key == imported):
		return nil, fmt.Errorf("import %q is a program, not an importable package", imported)
	}
	return found.unit.pkg, nil
}

// cutInternal gives the folder above the last `internal`, inside of which alone a package may be imported.
func cutInternal(imported string) (parent, rest string, inside bool) {
	if at := strings.LastIndex("/"+imported+"/", "/internal/"); at >= 0 {
		return strings.Trim(imported[:max(at-1, 0)], "/"), imported, true
	}
	return "", imported, false
}
