package main

import (
	"go/types"
	"maps"
	"slices"
	"strings"
)

// Methods of one name that stand for each other through interfaces: all of them have one name, or none may change.
type kinship struct {
	of      map[string]string // key to key, towards the root
	foreign map[string]string // root to what others have to do with it: `fmt.Stringer asks for`, `http.Client has`
}

func (k *kinship) root(key string) string {
	for k.of[key] != "" && k.of[key] != key {
		key = k.of[key]
	}
	return key
}

func (k *kinship) join(a, b string) {
	if a, b = k.root(a), k.root(b); a != b {
		k.of[a] = b
		if k.foreign[a] != "" {
			k.foreign[b] = k.foreign[a]
		}
	}
}

// kin finds which methods called `name` stand for each other.
func (p *program) kin(name string) *kinship {
	k := &kinship{map[string]string{}, map[string]string{}}
	for _, v := range p.views {
		own, outside := v.typesWith(name)
		for _, one := range own {
			object := lookup(one, name)
			key := p.key(object)
			for _, face := range own {
				if face != one && types.IsInterface(face) && satisfies(one, face) {
					k.join(key, p.key(lookup(face, name)))
				}
			}
			for _, shown := range slices.Sorted(maps.Keys(outside)) {
				switch other := outside[shown]; {
				case types.IsInterface(other) && satisfies(one, other):
					k.foreign[k.root(key)] = shown + " asks for"
				// A value of another module stands for this interface, perhaps only where a type assertion asks: that would just fail.
				case types.IsInterface(one) && satisfies(other, one):
					k.foreign[k.root(key)] = shown + " has"
				}
			}
			// A method of others that is embedded, and overridden or used here.
			if method, ok := object.(*types.Func); ok && !p.ownPackage(method.Pkg()) && method.Pkg() != nil {
				k.foreign[k.root(key)] = method.FullName() + " asks for"
			}
		}
	}
	return k
}

// typesWith gives the types of the project that have a method, and those of others that have it or ask for it.
func (v *view) typesWith(name string) (own []types.Type, outside map[string]types.Type) {
	outside = map[string]types.Type{}
	seen := map[types.Type]bool{}
	add := func(one types.Type) {
		if !seen[one] && lookup(one, name) != nil {
			seen[one] = true
			own = append(own, one)
		}
	}
	packages := map[*types.Package]bool{}
	var visit func(*types.Package)
	visit = func(pkg *types.Package) {
		if pkg == nil || packages[pkg] {
			return
		}
		packages[pkg] = true
		for _, next := range pkg.Imports() {
			visit(next)
		}
	}
	mine := map[*types.Package]bool{}
	for _, u := range v.units {
		if u.pkg == nil {
			continue
		}
		mine[u.pkg] = true
		visit(u.pkg)
		for _, object := range u.info.Defs {
			if named, ok := object.(*types.TypeName); ok && !named.IsAlias() {
				if _, parameter := named.Type().(*types.TypeParam); !parameter {
					add(named.Type())
				}
			}
		}
		for expression, about := range u.info.Types {
			if about.IsType() {
				if face, ok := about.Type.(*types.Interface); ok && expression != nil {
					add(face)
				}
			}
		}
	}
	if name == "Error" {
		outside["error"] = types.Universe.Lookup("error").Type()
	}
	for pkg := range packages {
		if mine[pkg] || v.program.ownPackage(pkg) {
			continue
		}
		for _, known := range pkg.Scope().Names() {
			object, ok := pkg.Scope().Lookup(known).(*types.TypeName)
			hidden := !ok || object.IsAlias() || !object.Exported() || !types.IsInterface(object.Type()) && strings.Contains(pkg.Path()+"/", "internal/")
			if !hidden && lookup(object.Type(), name) != nil {
				outside[pkg.Name()+"."+known] = object.Type()
			}
		}
	}
	slices.SortFunc(own, func(a, b types.Type) int { return strings.Compare(a.String(), b.String()) })
	return own, outside
}

// lookup finds a method that the type or a pointer to it has, promoted ones included.
func lookup(in types.Type, name string) types.Object {
	var pkg *types.Package
	if named := namedOf(in); named != nil {
		pkg = named.Obj().Pkg()
	} else if face, ok := in.(*types.Interface); ok {
		for method := range face.Methods() {
			if method.Name() == name {
				return method
			}
		}
		return nil
	}
	object, _, _ := types.LookupFieldOrMethod(types.NewPointer(in), true, pkg, name)
	if types.IsInterface(in) {
		object, _, _ = types.LookupFieldOrMethod(in, true, pkg, name)
	}
	if method, ok := object.(*types.Func); ok {
		return method
	}
	return nil
}

// satisfies says whether a type or a pointer to it can stand for an interface. Where type parameters are in play the names of the methods decide.
func satisfies(one, face types.Type) bool {
	asked, ok := face.Underlying().(*types.Interface)
	if !ok || !asked.IsMethodSet() || asked.NumMethods() == 0 {
		return false
	}
	if isGeneric(one) || isGeneric(face) {
		for method := range asked.Methods() {
			if lookup(one, method.Name()) == nil {
				return false
			}
		}
		return true
	}
	return types.Implements(one, asked) || !types.IsInterface(one) && types.Implements(types.NewPointer(one), asked) || sameNames(one, asked)
}

// sameNames also holds where a package is seen in two states, with its tests and without: types of one are not those of the other.
func sameNames(one types.Type, asked *types.Interface) bool {
	for method := range asked.Methods() {
		found, ok := lookup(one, method.Name()).(*types.Func)
		if !ok || found.Name() != method.Name() || signatureText(found) != signatureText(method) {
			return false
		}
	}
	return true
}

func signatureText(of *types.Func) string {
	return types.TypeString(types.NewSignatureType(nil, nil, nil, unnamed(of.Signature().Params()), unnamed(of.Signature().Results()), of.Signature().Variadic()), nil)
}

func unnamed(of *types.Tuple) *types.Tuple {
	var bare []*types.Var
	for one := range of.Variables() {
		bare = append(bare, types.NewParam(0, nil, "", one.Type()))
	}
	return types.NewTuple(bare...)
}

func isGeneric(one types.Type) bool {
	named := namedOf(one)
	return named != nil && named.TypeParams().Len() > 0
}
