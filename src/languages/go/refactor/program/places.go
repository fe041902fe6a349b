package main

import (
	"fmt"
	"go/ast"
	"path"
	"strings"
)

// newKey is the key of something after the relocation.
func (r *relocation) newKey(key string) string {
	if strings.HasPrefix(key, "@") {
		return key
	}
	for probe := key; ; {
		if to := r.to[probe]; to != "" {
			declared := r.program.declaredBy(probe)
			place, _ := r.place(to, declared.file)
			return place + strings.TrimPrefix(key, r.program.packageKey(declared.file))
		}
		dot := strings.LastIndexByte(probe, '.')
		if dot < 0 {
			return key
		}
		probe = probe[:dot]
	}
}

// qualifierIn is the name by which a file names a package; the import is added where it is missing.
func (r *relocation) qualifierIn(name string, from *file, imported, prefers string) string {
	p := r.program
	if there := p.files[name]; there != nil {
		if spec := p.specOf(there, imported); spec != nil {
			return p.importName(there, spec)
		}
	}
	own := r.nameOfPlace(imported, from)
	for _, one := range r.wanted[name] {
		if one.path == imported {
			if one.name != "" {
				return one.name
			}
			return own
		}
	}
	chosen := own
	if prefers != "" {
		chosen = prefers
	}
	for n := 2; r.isTaken(name, from, chosen); n++ {
		chosen = fmt.Sprintf("%s%d", own, n)
	}
	one := wantedImport{path: imported}
	if chosen != own || own != path.Base(imported) {
		one.name = chosen
	}
	r.wanted[name] = append(r.wanted[name], one)
	return chosen
}

func (r *relocation) nameOfPlace(imported string, from *file) string {
	for _, to := range r.to {
		if key, clause := r.place(to, from); key == imported {
			return clause
		}
	}
	return r.program.nameOf(r.program.moduleOf(from.path), imported)
}

// isTaken says whether a file or its package means something else by a name.
func (r *relocation) isTaken(name string, from *file, word string) bool {
	p := r.program
	if there := p.files[name]; there != nil {
		for _, spec := range there.ast.Imports {
			if p.importName(there, spec) == word {
				return true
			}
		}
	}
	for _, one := range r.wanted[name] {
		if one.name == word || one.name == "" && path.Base(one.path) == word {
			return true
		}
	}
	// A local variable of that name would hide the package.
	for _, in := range []*file{p.files[name], from} {
		if in == nil {
			continue
		}
		for _, declared := range in.ast.Decls {
			if function, ok := declared.(*ast.FuncDecl); ok && len(localsNamed(function, word)) > 0 {
				return true
			}
		}
	}
	key, _ := r.place(name, from)
	for _, in := range p.all() {
		if p.packageKey(in) != key {
			continue
		}
		for _, one := range p.declarations(in) {
			if one.receiver == "" && one.name == word {
				return true
			}
		}
	}
	return false
}
