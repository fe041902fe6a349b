package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Declarations on their way to other files.
type relocation struct {
	program *program
	changes *changes
	// By key of what moves; methods follow their type into another package.
	to map[string]string
	// Whole files: what stands above the package clause goes along.
	whole   map[string]bool
	keepOld bool
	notes   []note
	// Imports that files are to have, and by which name they are known there.
	wanted map[string][]wantedImport
}

func (p *program) newRelocation(keepOld bool) *relocation {
	return &relocation{program: p, changes: p.newChanges(), to: map[string]string{}, whole: map[string]bool{}, keepOld: keepOld, wanted: map[string][]wantedImport{}}
}

// place is the package that a file is or will be part of: its import path, and its name.
func (r *relocation) place(name string, from *file) (key, clause string) {
	p := r.program
	if there := p.files[name]; there != nil {
		return p.packageKey(there), p.file(name).ast.Name.Name
	}
	dir := dirOf(name)
	key = p.importPath(dir)
	if dir == dirOf(from.path) {
		return p.packageKey(from), from.ast.Name.Name
	}
	clause = p.packageName(dir)
	if clause == "" {
		clause = guessedName(key)
	}
	if from.isOutsideTest() && strings.HasSuffix(name, "_test.go") {
		return key + "_test", clause + "_test"
	}
	return key, clause
}

// add marks a symbol of a file as moving.
func (r *relocation) add(from *file, symbol, to string) {
	found := r.program.target(from.path, symbol)
	if len(found.declared) == 0 {
		refuse("unsupported", "", "%s is nothing that stands at the top of %s.", symbol, from.path)
	}
	if len(found.declared) > 1 {
		refuse("unsupported", "", "%s is declared for several platforms: %s and %s.", symbol, found.declared[0].file.path, found.declared[1].file.path)
	}
	one := found.declared[0]
	r.refuseFixed(one)
	if old := r.to[one.key]; old != "" && old != to {
		refuse("ambiguous", "", "%s is to go to %s and to %s.", symbol, old, to)
	}
	r.to[one.key] = to
}

// refuseFixed refuses what cannot leave its file or package.
func (r *relocation) refuseFixed(one *declaration) {
	if one.function != nil && one.function.Body == nil {
		refuse("unsupported", "", "%s:%d: %s has no body: it is written in assembly or linked from elsewhere.", one.file.path, one.line(), one.name)
	}
	for _, spec := range one.file.ast.Imports {
		switch {
		case unquoted(spec.Path.Value) == "C":
			refuse("unsupported", "", "%s uses cgo, which belongs to its file.", one.file.path)
		case spec.Name != nil && spec.Name.Name == ".":
			refuse("unsupported", "Write the names with their package first.", "%s imports %s with a dot: what names come from it.", one.file.path, spec.Path.Value)
		}
	}
}

// complete adds the methods that travel with their types.
func (r *relocation) complete() {
	for _, in := range r.program.all() {
		for _, one := range r.program.declarations(in) {
			if one.receiver == "" || r.to[one.key] != "" {
				continue
			}
			key := strings.TrimSuffix(one.key, "."+one.name)
			to := r.to[key]
			if to == "" {
				continue
			}
			place, _ := r.place(to, in)
			if place != r.program.packageKey(in) || r.declaredIn(key, in) {
				r.refuseFixed(one)
				r.to[one.key] = to
			}
		}
	}
}

func (r *relocation) declaredIn(key string, in *file) bool {
	return slices.ContainsFunc(r.program.declarations(in), func(d *declaration) bool { return d.key == key })
}

// A use of a name of some package.
type use struct {
	occurrence
	key       string
	object    types.Object
	qualifier *ast.Ident
	// The declaration around it, if that moves.
	inside *declaration
}

// uses finds every identifier that means a name at the top of a package.
func (r *relocation) uses() []use {
	var found []use
	seen := map[*ast.Ident]bool{}
	for _, v := range r.program.views {
		for _, u := range v.units {
			for _, in := range u.files {
				moving := r.moving(in)
				qualifierOf := map[*ast.Ident]*ast.Ident{}
				ast.Inspect(in.ast, func(node ast.Node) bool {
					switch one := node.(type) {
					case *ast.SelectorExpr:
						if name, ok := one.X.(*ast.Ident); ok && isPackage(u.info.Uses[name]) {
							qualifierOf[one.Sel] = name
						}
					case *ast.Ident:
						object := u.info.Uses[one]
						qualifier := qualifierOf[one]
						if seen[one] || qualifier == nil && (object == nil || object.Pkg() == nil || isPackage(object) || object.Parent() != object.Pkg().Scope()) {
							return true
						}
						seen[one] = true
						each := use{occurrence: occurrence{file: in, ident: one}, object: object, qualifier: qualifier}
						if object != nil {
							each.key = r.program.key(object)
						}
						if qualifier != nil && each.key == "" {
							each.key = u.info.Uses[qualifier].(*types.PkgName).Imported().Path() + "." + one.Name
						}
						for _, declared := range moving {
							start, end := declared.span()
							if at := in.offset(one.Pos()); at >= start && at < end {
								each.inside = declared
							}
						}
						found = append(found, each)
					}
					return true
				})
			}
		}
	}
	return found
}

func (r *relocation) moving(in *file) []*declaration {
	return slices.DeleteFunc(r.program.declarations(in), func(d *declaration) bool { return r.to[d.key] == "" })
}

// span is the text of a declaration: its comment above, and what stands behind it on its last line.
func (d *declaration) span() (int, int) {
	var from, to token.Pos
	var doc *ast.CommentGroup
	if d.function != nil {
		from, to, doc = d.function.Pos(), d.function.End(), d.function.Doc
	} else if d.alone() {
		from, to, doc = d.general.Pos(), d.general.End(), d.general.Doc
	} else {
		from, to = d.spec.Pos(), d.spec.End()
		switch spec := d.spec.(type) {
		case *ast.TypeSpec:
			doc = spec.Doc
		case *ast.ValueSpec:
			doc = spec.Doc
		}
	}
	start, end := d.file.lineSpan(from, to)
	if doc != nil {
		start, _ = d.file.lineSpan(doc.Pos(), doc.Pos())
		start = min(start, d.file.offset(doc.Pos()))
	}
	return start, end
}

// alone says whether the whole declaration is of this spec.
func (d *declaration) alone() bool { return d.general != nil && len(d.general.Specs) == 1 }

func (p *program) parseLoose(name, text string) *ast.File {
	tree, _ := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution) // what is wrong with it the check tells
	return tree
}

// addHelpers lets unexported names that only the moved code uses move along.
func (r *relocation) addHelpers() {
	for {
		users := map[string][]use{}
		for _, one := range r.uses() {
			users[one.key] = append(users[one.key], one)
		}
		added := false
		for _, key := range sortedKeys(users) {
			for _, one := range users[key] {
				if one.inside == nil || r.to[key] != "" || ast.IsExported(one.ident.Name) || one.qualifier != nil || one.object.Pkg() == nil {
					continue
				}
				to := r.to[one.inside.key]
				if place, _ := r.place(to, one.file); place == r.program.packageKey(one.file) {
					continue
				}
				for _, other := range users[key] {
					if (other.inside == nil || r.to[other.inside.key] != to) && !r.ofItself(other, key) {
						refuse("unsupported", "Export it, move it too, or move what uses it.", "%s:%d: %s uses %s, which is unexported and also used at %s:%d.", one.file.path, one.file.line(one.ident.Pos()), one.inside.symbol(), one.ident.Name, other.file.path, other.file.line(other.ident.Pos()))
					}
				}
				helper := r.program.declaredBy(key)
				if helper == nil {
					continue
				}
				r.refuseFixed(helper)
				r.to[key] = to
				r.notes = append(r.notes, note{"also", helper.file.path, helper.line(), helper.symbol() + " moves along: only the moved code uses it"})
				added = true
				break
			}
		}
		if !added {
			return
		}
		r.complete()
	}
}

// ofItself says whether a use stands in the declaration of what it uses, or in its methods.
func (r *relocation) ofItself(one use, key string) bool {
	for _, each := range r.program.declarations(one.file) {
		start, end := each.span()
		if at := one.file.offset(one.ident.Pos()); at >= start && at < end && (each.key == key || strings.HasPrefix(each.key, key+".")) {
			return true
		}
	}
	return false
}

func (p *program) declaredBy(key string) *declaration {
	for _, in := range p.all() {
		for _, one := range p.declarations(in) {
			if one.key == key {
				return one
			}
		}
	}
	return nil
}
