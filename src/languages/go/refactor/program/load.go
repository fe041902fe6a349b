package main

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
)

// A Go file. The same tree serves all ways to build.
type file struct {
	path, text string
	ast        *ast.File
	tok        *token.File
	broken     *problem
	standalone bool
}

type problem struct {
	Path    string `json:"path"`
	Line    int    `json:"line"`
	Code    string `json:"code"`
	Message string `json:"message"`
	offset  int
}

// A package as it is checked: with its own tests where it has some, or the tests that stand outside of it.
type unit struct {
	path  string
	dir   string
	name  string
	files []*file
	pkg   *types.Package
	info  *types.Info
	// Errors of the checker, as problems.
	problems []problem
}

// All packages in one way to build.
type view struct {
	configuration
	program *program
	units   []*unit
	plain   map[string]*checked // by import path, without tests
	missing map[string]bool
}

type program struct {
	*sources
	fset      *token.FileSet
	files     map[string]*file
	names     []string
	modules   []*module
	workspace map[string]bool
	views     []*view
	members   map[token.Pos]string
	own       map[string]bool // keys of packages
}

// load reads and checks a project. Trees of files that are as they were before are taken from `before`, and so are its ways to build.
func load(given *sources, before *program) *program {
	p := &program{sources: given, fset: token.NewFileSet(), files: map[string]*file{}, members: map[token.Pos]string{}, own: map[string]bool{}}
	if before != nil {
		p.fset = before.fset
	}
	p.modules, p.workspace = given.readModules(), p.readWorkspace()
	for _, name := range given.goFiles() {
		if !p.belongs(name) {
			continue
		}
		p.names = append(p.names, name)
		if before != nil {
			if old := before.files[name]; old != nil && old.text == given.texts[name] {
				p.files[name] = old
				continue
			}
		}
		p.files[name] = p.parse(name, given.texts[name])
	}
	var configurations []configuration
	if before != nil {
		for _, one := range before.views {
			configurations = append(configurations, one.configuration)
		}
	} else {
		configurations = chooseConfigurations(p.all())
	}
	p.nameMembers()
	for _, one := range p.all() {
		p.own[p.packageKey(one)] = true
	}
	for _, one := range configurations {
		p.views = append(p.views, p.check(one))
	}
	return p
}

// belongs says whether Go sees the file as part of a package.
func (p *program) belongs(name string) bool {
	for _, part := range strings.Split(name, "/") {
		if strings.HasPrefix(part, "_") || strings.HasPrefix(part, ".") || part == "testdata" || part == "vendor" {
			return false
		}
	}
	return p.moduleOf(name) != nil
}

func (p *program) parse(name, text string) *file {
	tree, err := parser.ParseFile(p.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	one := &file{path: name, text: text, ast: tree, tok: p.fset.File(tree.FileStart)}
	if err != nil {
		one.broken = &problem{Path: name, Line: 1, Code: "syntax", Message: err.Error()}
		if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
			one.broken.Line, one.broken.Message, one.broken.offset = list[0].Pos.Line, list[0].Msg, list[0].Pos.Offset
		}
	}
	one.standalone = isStandalone(tree)
	return one
}

func (p *program) all() []*file {
	var files []*file
	for _, name := range p.names {
		files = append(files, p.files[name])
	}
	return files
}

// file gives one that is there and parses.
func (p *program) file(name string) *file {
	name = path.Clean(name)
	one := p.files[name]
	if one == nil {
		if _, there := p.texts[name]; there {
			refuse("unsupported", "", "%s is in no package: Go leaves out vendor, testdata, and names that begin with a dot or an underscore.", name)
		}
		refuse("not_found", "", "There is no Go file %s.", name)
	}
	if one.broken != nil {
		panic(refusal{Reason: "broken_file", What: name + " does not parse: " + one.broken.Message + ".", Path: name, Line: one.broken.Line, Next: "Mend it first."})
	}
	return one
}

func (f *file) offset(pos token.Pos) int { return f.tok.Offset(pos) }
func (f *file) line(pos token.Pos) int   { return f.tok.Line(pos) }

func (f *file) slice(node ast.Node) string { return f.text[f.offset(node.Pos()):f.offset(node.End())] }

// fileAt is the project's file that a position lies in.
func (p *program) fileAt(pos token.Pos) *file {
	if tok := p.fset.File(pos); tok != nil {
		if one := p.files[tok.Name()]; one != nil && one.tok == tok {
			return one
		}
	}
	return nil
}

// isTest says whether a file is built for tests alone.
func (f *file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

func (f *file) isOutsideTest() bool { return f.isTest() && strings.HasSuffix(f.ast.Name.Name, "_test") }

// key names the package that the file is part of, in every way to build.
func (p *program) packageKey(f *file) string {
	key := p.importPath(dirOf(f.path))
	if f.standalone {
		return key + "!" + path.Base(f.path)
	}
	if f.isOutsideTest() {
		return key + "_test"
	}
	return key
}

// siblings are all files of the same package, whatever builds them.
func (p *program) siblings(of *file) []*file {
	return slices.DeleteFunc(p.all(), func(one *file) bool { return p.packageKey(one) != p.packageKey(of) })
}

// packageName is what the package in a folder calls itself; empty where there is none.
func (p *program) packageName(dir string) string {
	for _, one := range p.all() {
		if dirOf(one.path) == dir && !one.standalone && !one.isOutsideTest() {
			return one.ast.Name.Name
		}
	}
	return ""
}
