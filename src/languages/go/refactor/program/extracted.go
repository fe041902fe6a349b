package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

func (x *extraction) extractExpression(expression ast.Expr) {
	x.look()
	if len(x.changed) > 0 || len(x.born) > 0 {
		refuse("behaviour", "", "The expression changes variables.")
	}
	about := x.unit.info.Types[expression]
	if _, several := about.Type.(*types.Tuple); several || about.IsVoid() {
		refuse("unsupported", "Take the whole statement.", "The expression has not one value.")
	}
	if x.isTarget(expression) {
		refuse("unsupported", "", "Something is assigned to it, or its address is taken.")
	}
	result := x.typeText(types.Default(about.Type))
	x.write([]piece{words("\treturn ")}, []piece{words("\n")}, result, x.call())
}

// isTarget says whether an expression is needed as a place and not as a value.
func (x *extraction) isTarget(expression ast.Expr) bool {
	found := false
	ast.Inspect(x.function.Body, func(node ast.Node) bool {
		switch one := node.(type) {
		case *ast.AssignStmt:
			for _, side := range one.Lhs {
				found = found || side == expression
			}
			// `v, ok := m[k]` needs the form itself.
			found = found || len(one.Lhs) == 2 && len(one.Rhs) == 1 && one.Rhs[0] == expression
		case *ast.UnaryExpr:
			found = found || one.Op == token.AND && ast.Unparen(one.X) == expression
		case *ast.IncDecStmt:
			found = found || one.X == expression
		case *ast.CallExpr:
			found = found || one.Fun == expression
		case *ast.SelectorExpr:
			found = found || one.X == expression && x.unit.info.Types[expression].Addressable()
		case *ast.SliceExpr:
			found = found || one.X == expression && x.unit.info.Types[expression].Addressable()
		case *ast.DeferStmt:
			found = found || ast.Expr(one.Call) == expression
		case *ast.GoStmt:
			found = found || ast.Expr(one.Call) == expression
		}
		return true
	})
	return found
}

func (x *extraction) extractStatements(list []ast.Stmt) {
	returns := x.refuseJumps(list)
	x.look()
	if returns {
		results := x.function.Type.Results
		if len(x.enclosingLiteral()) > 0 {
			refuse("unsupported", "", "The lines return from a function literal.")
		}
		text := ""
		if results != nil {
			for _, field := range results.List {
				if len(field.Names) > 0 {
					refuse("unsupported", "", "The results of %s have names.", x.function.Name.Name)
				}
			}
			text = " " + x.in.slice(results)
		}
		lead := "return "
		if results == nil {
			lead = ""
		}
		x.write(nil, []piece{words("\n")}, strings.TrimSpace(text), lead+x.call())
		return
	}
	var names, kinds []string
	for _, one := range append(x.changed[:len(x.changed):len(x.changed)], x.born...) {
		names = append(names, one.Name())
		kinds = append(kinds, x.typeText(one.Type()))
	}
	result, tail, call := "", "\n", x.call()
	if len(names) > 0 {
		result = strings.Join(kinds, ", ")
		if len(kinds) > 1 {
			result = "(" + result + ")"
		}
		tail = "\n\n\treturn " + strings.Join(names, ", ") + "\n"
		switch {
		case len(x.changed) == 0:
			call = strings.Join(names, ", ") + " := " + call
		case len(x.born) == 0:
			call = strings.Join(names, ", ") + " = " + call
		default:
			declared := ""
			for at, one := range x.born {
				declared += "var " + one.Name() + " " + kinds[len(x.changed)+at] + "\n"
			}
			call = declared + strings.Join(names, ", ") + " = " + call
		}
	}
	x.write(nil, []piece{words(tail)}, result, call)
}

// refuseJumps refuses what leads out of the stretch. It says whether all of it ends in a return.
func (x *extraction) refuseJumps(list []ast.Stmt) bool {
	last, _ := list[len(list)-1].(*ast.ReturnStmt)
	refuseAt := func(node ast.Node, what string) {
		panic(refusal{Reason: "behaviour", What: fmt.Sprintf("%s:%d: %s leads out of the lines.", x.in.path, x.in.line(node.Pos()), what), Path: x.in.path, Line: x.in.line(node.Pos())})
	}
	var walk func(node ast.Node, loops, choices int)
	walk = func(node ast.Node, loops, choices int) {
		ast.Inspect(node, func(inner ast.Node) bool {
			if inner == node {
				return true
			}
			switch one := inner.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ForStmt, *ast.RangeStmt:
				walk(inner, loops+1, choices+1)
				return false
			case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				walk(inner, loops, choices+1)
				return false
			case *ast.ReturnStmt:
				if one != last {
					refuseAt(one, "a return")
				}
			case *ast.DeferStmt:
				refuseAt(one, "a defer")
			case *ast.LabeledStmt:
				refuseAt(one, "a label")
			case *ast.BranchStmt:
				if one.Label != nil || one.Tok == token.GOTO || one.Tok == token.FALLTHROUGH && choices == 0 || one.Tok == token.BREAK && choices == 0 || one.Tok == token.CONTINUE && loops == 0 {
					refuseAt(one, one.Tok.String())
				}
			case *ast.CallExpr:
				if name, ok := one.Fun.(*ast.Ident); ok && name.Name == "recover" {
					refuseAt(one, "recover()")
				}
			}
			return true
		})
	}
	walk(&ast.BlockStmt{List: list, Lbrace: x.function.Body.Lbrace, Rbrace: x.function.Body.Rbrace}, 0, 0)
	return last != nil
}

func (x *extraction) enclosingLiteral() []*ast.FuncLit {
	var found []*ast.FuncLit
	ast.Inspect(x.function.Body, func(node ast.Node) bool {
		if one, ok := node.(*ast.FuncLit); ok && x.in.offset(one.Pos()) < x.start && x.in.offset(one.End()) >= x.end {
			found = append(found, one)
		}
		return true
	})
	return found
}

func (x *extraction) call() string {
	var names []string
	for _, one := range x.given {
		names = append(names, one.Name())
	}
	return x.name + "(" + strings.Join(names, ", ") + ")"
}

// write puts the new function below the old one, and the call in the place of the stretch.
func (x *extraction) write(lead, tail []piece, result, call string) {
	var parameters []string
	for _, one := range x.given {
		parameters = append(parameters, one.Name()+" "+x.typeText(one.Type()))
	}
	if result != "" {
		result = " " + result
	}
	out := []piece{words("\n\nfunc " + x.name + "(" + strings.Join(parameters, ", ") + ")" + result + " {\n")}
	out = append(out, lead...)
	out = append(out, x.part(x.in, x.start, x.end)...)
	out = append(append(out, tail...), words("}"))
	x.replace(x.in, x.start, x.end, words(call))
	end := x.in.offset(x.function.End())
	x.replace(x.in, end, end, out...)
}

// typeText spells a type as the file can; imports that it needs are added.
func (x *extraction) typeText(of types.Type) string {
	p := x.program
	var check func(types.Type)
	seen := map[types.Type]bool{}
	check = func(one types.Type) {
		if seen[one] {
			return
		}
		seen[one] = true
		switch each := one.(type) {
		case *types.TypeParam:
			refuse("unsupported", "", "The lines use the type parameter %s.", each.Obj().Name())
		case *types.Named:
			object := each.Obj()
			if object.Pkg() == nil {
				return
			}
			if object.Parent() != object.Pkg().Scope() {
				refuse("unsupported", "", "The type %s is declared in the function itself.", object.Name())
			}
			if object.Pkg() != x.unit.pkg && !object.Exported() {
				refuse("unsupported", "", "The type %s.%s cannot be written here: it is unexported.", object.Pkg().Name(), object.Name())
			}
			for argument := range each.TypeArgs().Types() {
				check(argument)
			}
		case *types.Basic:
			if each.Kind() == types.Invalid || each.Kind() == types.UntypedNil {
				refuse("unsupported", "", "A type that is needed there cannot be known.")
			}
		case *types.Pointer:
			check(each.Elem())
		case *types.Slice:
			check(each.Elem())
		case *types.Array:
			check(each.Elem())
		case *types.Chan:
			check(each.Elem())
		case *types.Map:
			check(each.Key())
			check(each.Elem())
		case *types.Signature:
			for one := range each.Params().Variables() {
				check(one.Type())
			}
			for one := range each.Results().Variables() {
				check(one.Type())
			}
		}
	}
	check(of)
	return types.TypeString(of, func(pkg *types.Package) string {
		if pkg == x.unit.pkg {
			return ""
		}
		if spec := p.specOf(x.in, pkg.Path()); spec != nil {
			return p.importName(x.in, spec)
		}
		one := wantedImport{path: pkg.Path()}
		for _, known := range x.imports {
			if known == one {
				return pkg.Name()
			}
		}
		x.imports = append(x.imports, one)
		return pkg.Name()
	})
}
