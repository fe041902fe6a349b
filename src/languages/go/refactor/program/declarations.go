package main

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// A name that a file declares at its top, methods included.
type declaration struct {
	key, name, receiver string
	file                *file
	ident               *ast.Ident
	general             *ast.GenDecl  // around it, where it is no function
	spec                ast.Spec      // likewise
	function            *ast.FuncDecl // else
}

// symbol is the name as it is asked for.
func (d *declaration) symbol() string {
	if d.receiver != "" {
		return d.receiver + "." + d.name
	}
	return d.name
}

func (d *declaration) line() int { return d.file.line(d.ident.Pos()) }

func (p *program) declarations(in *file) []*declaration {
	var found []*declaration
	key := p.packageKey(in)
	for _, declared := range in.ast.Decls {
		switch one := declared.(type) {
		case *ast.FuncDecl:
			receiver := receiverName(one)
			full := key + "." + one.Name.Name
			if receiver != "" {
				full = key + "." + receiver + "." + one.Name.Name
			} else if one.Name.Name == "init" {
				full = placeKey(in, one.Name.Pos())
			}
			found = append(found, &declaration{key: full, name: one.Name.Name, receiver: receiver, file: in, ident: one.Name, function: one})
		case *ast.GenDecl:
			for _, spec := range one.Specs {
				switch two := spec.(type) {
				case *ast.TypeSpec:
					found = append(found, &declaration{key: key + "." + two.Name.Name, name: two.Name.Name, file: in, ident: two.Name, general: one, spec: spec})
				case *ast.ValueSpec:
					for _, name := range two.Names {
						full := key + "." + name.Name
						if name.Name == "_" {
							full = placeKey(in, name.Pos())
						}
						found = append(found, &declaration{key: full, name: name.Name, file: in, ident: name, general: one, spec: spec})
					}
				}
			}
		}
	}
	return found
}

// What a symbol was found to be.
type target struct {
	key  string
	name string
	// Of a name at the top or a method: where it is declared, once for each way to build.
	declared []*declaration
	// Of everything: a file and a line for messages.
	file *file
	line int
}

// target finds a symbol; without a path it has to be the only one of the project.
func (p *program) target(in, symbol string) target {
	var files []*file
	if in == "" {
		files = p.all()
	} else {
		files = []*file{p.file(in)}
	}
	found := map[string]*target{}
	var order []string
	add := func(key, name string, from *file, at token.Pos, declared *declaration) {
		if found[key] == nil {
			found[key] = &target{key: key, name: name, file: from, line: from.line(at)}
			order = append(order, key)
		}
		if declared != nil {
			found[key].declared = append(found[key].declared, declared)
		}
	}
	parts := strings.Split(strings.NewReplacer("*", "", "(", "", ")", "").Replace(symbol), ".")
	last := parts[len(parts)-1]
	for _, one := range files {
		if one.broken != nil {
			continue
		}
		for _, each := range p.declarations(one) {
			switch own := each.symbol(); {
			case own == strings.Join(parts, "."):
				add(each.key, each.name, one, each.ident.Pos(), each)
			case len(parts) > 1 && own == strings.Join(parts[:len(parts)-1], "."):
				if each.function != nil {
					for _, name := range localsNamed(each.function, last) {
						add(placeKey(one, name.Pos()), last, one, name.Pos(), nil)
					}
				}
			}
			if spec, isType := each.spec.(*ast.TypeSpec); isType && len(parts) > 1 && parts[0] == each.name {
				ast.Inspect(spec.Type, func(node ast.Node) bool {
					if name, ok := node.(*ast.Ident); ok && p.members[name.Pos()] == each.key+"."+strings.Join(parts[1:], ".") {
						add(p.members[name.Pos()], last, one, name.Pos(), nil)
					}
					return true
				})
			}
		}
	}
	switch {
	case len(order) == 0:
		if in == "" {
			refuse("not_found", "", "Nothing in the project is called %s.", symbol)
		}
		next := ""
		for _, sibling := range p.siblings(files[0]) {
			for _, each := range p.declarations(sibling) {
				if each.symbol() == symbol {
					next = sibling.path + " declares it."
				}
			}
		}
		refuse("not_found", next, "%s declares no %s.", in, symbol)
	case len(order) > 1:
		places := []string{}
		for _, key := range order {
			places = append(places, found[key].file.path)
		}
		refuse("ambiguous", "Name the file, or rename the others first.", "%s is declared %d times: %s.", symbol, len(order), strings.Join(slices.Compact(places), ", "))
	}
	only := found[order[0]]
	// The same symbol in files for other platforms.
	if len(only.declared) > 0 {
		for _, sibling := range p.siblings(only.file) {
			for _, each := range p.declarations(sibling) {
				if each.key == only.key && !slices.ContainsFunc(only.declared, func(d *declaration) bool { return d.ident == each.ident }) {
					only.declared = append(only.declared, each)
				}
			}
		}
	}
	return *only
}

// localsNamed are the declarations of a name inside of a function, parameters and results included.
func localsNamed(function *ast.FuncDecl, name string) []*ast.Ident {
	var found []*ast.Ident
	add := func(ident *ast.Ident) {
		if ident.Name == name && !slices.Contains(found, ident) {
			found = append(found, ident)
		}
	}
	fields := func(list *ast.FieldList) {
		if list != nil {
			for _, field := range list.List {
				for _, ident := range field.Names {
					add(ident)
				}
			}
		}
	}
	fields(function.Recv)
	ast.Inspect(function, func(node ast.Node) bool {
		switch one := node.(type) {
		case *ast.FuncType:
			fields(one.TypeParams)
			fields(one.Params)
			fields(one.Results)
		case *ast.AssignStmt:
			if one.Tok == token.DEFINE {
				for _, side := range one.Lhs {
					if ident, ok := side.(*ast.Ident); ok {
						add(ident)
					}
				}
			}
		case *ast.RangeStmt:
			if one.Tok == token.DEFINE {
				for _, side := range []ast.Expr{one.Key, one.Value} {
					if ident, ok := side.(*ast.Ident); ok {
						add(ident)
					}
				}
			}
		case *ast.ValueSpec:
			for _, ident := range one.Names {
				add(ident)
			}
		case *ast.TypeSpec:
			add(one.Name)
		case *ast.LabeledStmt:
			add(one.Label)
		}
		return true
	})
	return found
}
