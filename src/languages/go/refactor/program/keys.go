package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// nameMembers gives the fields and methods that types at the top declare a name of their own, the same in every way to build.
func (p *program) nameMembers() {
	for _, one := range p.all() {
		key := p.packageKey(one)
		for _, declared := range one.ast.Decls {
			if general, ok := declared.(*ast.GenDecl); ok {
				for _, spec := range general.Specs {
					if named, ok := spec.(*ast.TypeSpec); ok {
						p.nameFields(key+"."+named.Name.Name, named.Type)
					}
				}
			}
		}
	}
}

func (p *program) nameFields(prefix string, in ast.Expr) {
	var list *ast.FieldList
	switch one := in.(type) {
	case *ast.StructType:
		list = one.Fields
	case *ast.InterfaceType:
		list = one.Methods
	case *ast.StarExpr:
		p.nameFields(prefix, one.X)
	case *ast.ArrayType:
		p.nameFields(prefix, one.Elt)
	case *ast.MapType:
		p.nameFields(prefix, one.Value)
	}
	if list == nil {
		return
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			p.members[name.Pos()] = prefix + "." + name.Name
			p.nameFields(prefix+"."+name.Name, field.Type)
		}
		if len(field.Names) == 0 {
			if at := embeddedName(field.Type); at != nil {
				p.members[at.Pos()] = prefix + "." + at.Name
			}
		}
	}
}

// embeddedName is the identifier that gives an embedded field its name.
func embeddedName(of ast.Expr) *ast.Ident {
	switch one := of.(type) {
	case *ast.Ident:
		return one
	case *ast.StarExpr:
		return embeddedName(one.X)
	case *ast.SelectorExpr:
		return one.Sel
	case *ast.IndexExpr:
		return embeddedName(one.X)
	case *ast.IndexListExpr:
		return embeddedName(one.X)
	}
	return nil
}

// key names what an identifier means: the same in every check and in every way to build.
func (p *program) key(object types.Object) string {
	if object == nil {
		return ""
	}
	object = origin(object)
	pkg := object.Pkg()
	if pkg == nil {
		return "builtin." + object.Name()
	}
	// Positions of others are counted on their own: here they would mean any place.
	if named, has := p.members[object.Pos()]; has && isMember(object) && p.ownPackage(pkg) {
		return named
	}
	if named, isImport := object.(*types.PkgName); isImport {
		return "import " + named.Imported().Path()
	}
	if object.Parent() == pkg.Scope() {
		return pkg.Path() + "." + object.Name()
	}
	if method, ok := object.(*types.Func); ok {
		if receiver := method.Signature().Recv(); receiver != nil {
			if named := namedOf(receiver.Type()); named != nil && !types.IsInterface(named) {
				return pkg.Path() + "." + named.Obj().Name() + "." + object.Name()
			}
		}
	}
	if one := p.fileAt(object.Pos()); one != nil && p.ownPackage(pkg) {
		return placeKey(one, object.Pos())
	}
	return fmt.Sprintf("%s@%d", pkg.Path(), object.Pos())
}

func placeKey(in *file, at token.Pos) string { return fmt.Sprintf("@%s:%d", in.path, in.offset(at)) }

func isMember(object types.Object) bool {
	switch one := object.(type) {
	case *types.Var:
		return one.IsField()
	case *types.Func:
		return one.Signature().Recv() != nil
	}
	return false
}

func namedOf(of types.Type) *types.Named {
	if pointer, ok := types.Unalias(of).(*types.Pointer); ok {
		of = pointer.Elem()
	}
	named, _ := types.Unalias(of).(*types.Named)
	return named
}

// ownPackage says whether a package is one of the project's.
func (p *program) ownPackage(pkg *types.Package) bool { return pkg != nil && p.own[pkg.Path()] }

// An identifier in a file and what it means. An embedded field means two things.
type occurrence struct {
	file  *file
	ident *ast.Ident
	keys  []string
	def   bool
}

// eachIdent tells every identifier of every file, once for each way to build.
func (p *program) eachIdent(tell func(v *view, u *unit, one occurrence)) {
	for _, v := range p.views {
		for _, u := range v.units {
			for _, in := range u.files {
				ast.Inspect(in.ast, func(node ast.Node) bool {
					ident, ok := node.(*ast.Ident)
					if !ok {
						return true
					}
					one := occurrence{file: in, ident: ident}
					if object, defined := u.info.Defs[ident]; defined {
						one.def = true
						if object != nil {
							one.keys = append(one.keys, p.key(object))
						} else if ident != in.ast.Name {
							one.keys = append(one.keys, placeKey(in, ident.Pos())) // the variable of a type switch
						}
					}
					if object := u.info.Uses[ident]; object != nil {
						one.keys = append(one.keys, p.key(object))
					}
					tell(v, u, one)
					return true
				})
			}
		}
	}
}

// shortKey is a key as people read it.
func shortKey(key string) string {
	if at := strings.LastIndexByte(key, '/'); at >= 0 && !strings.HasPrefix(key, "@") {
		return key[at+1:]
	}
	return key
}
