package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

type inlineQuestion struct {
	Path   string `json:"path"`
	Symbol string `json:"symbol"`
}

// A function whose body goes where it is called.
type inlining struct {
	*changes
	declared *declaration
	unit     *unit
	result   ast.Expr   // what it gives, where that is all that it does
	body     []ast.Stmt // else
	names    map[types.Object]int
	params   []*types.Var
	r        *relocation
}

// inlineFunction puts a body where it is called, everywhere, and removes the function.
func inlineFunction(p *program, asked inlineQuestion) any {
	found := p.target(asked.Path, asked.Symbol)
	if len(found.declared) != 1 || found.declared[0].function == nil || found.declared[0].receiver != "" {
		refuse("unsupported", "", "%s is no function that is declared once: methods and what differs by platform are left.", asked.Symbol)
	}
	p.refuseSpecial(found)
	p.refuseUnknown(found, map[string]string{found.key: found.name})
	i := &inlining{changes: p.newChanges(), declared: found.declared[0], unit: p.unitOf(found.file), names: map[types.Object]int{}}
	i.r = &relocation{program: p, changes: i.changes, to: map[string]string{}, whole: map[string]bool{}, wanted: map[string][]wantedImport{}}
	i.readBody()
	calls, files := 0, map[string]bool{}
	seen := map[*ast.CallExpr]bool{}
	for _, v := range p.views {
		for _, u := range v.units {
			for _, in := range u.files {
				for _, one := range i.callsIn(u, in) {
					if !seen[one.call] {
						seen[one.call] = true
						i.inlineCall(u, in, one)
						calls++
						files[in.path] = true
					}
				}
			}
		}
	}
	start, end := i.declared.span()
	in := i.declared.file
	if strings.HasSuffix(in.text[:start], "\n\n") && (end == len(in.text) || in.text[end] == '\n') {
		start--
	}
	i.cut(in, start, end)
	files[in.path] = true
	for name := range files {
		i.dropUnused(p.files[name], i.textOf(p.files[name]), i.r.wanted[name])
	}
	return i.finish(expectation{free: func(one occurrence) bool {
		return one.file == in && len(one.keys) > 0 && strings.HasPrefix(one.keys[0], "@") && one.ident.Pos() >= i.declared.function.Pos() && one.ident.Pos() < i.declared.function.End()
	}}, nil, fmt.Sprintf("Put %s where it was called: %s.", asked.Symbol, count(calls, "place")))
}

// readBody takes the function apart, and refuses what cannot stand elsewhere.
func (i *inlining) readBody() {
	function := i.declared.function
	signature := i.unit.info.Defs[function.Name].(*types.Func).Signature()
	if signature.Variadic() || signature.TypeParams().Len() > 0 {
		refuse("unsupported", "", "%s has type parameters, or a parameter with ...", i.declared.name)
	}
	for at := range signature.Params().Len() {
		i.params = append(i.params, signature.Params().At(at))
		i.names[signature.Params().At(at)] = at
	}
	list := function.Body.List
	if len(list) == 1 {
		if only, ok := list[0].(*ast.ReturnStmt); ok && len(only.Results) == 1 && signature.Results().Len() == 1 {
			i.result = only.Results[0]
		}
	}
	if i.result == nil && signature.Results().Len() > 0 {
		refuse("unsupported", "", "%s is more than one return of one value.", i.declared.name)
	}
	i.body = list
	ast.Inspect(function.Body, func(node ast.Node) bool {
		what := ""
		switch one := node.(type) {
		case *ast.ReturnStmt:
			if i.result == nil {
				what = "a return"
			}
		case *ast.DeferStmt:
			what = "a defer"
		case *ast.LabeledStmt:
			what = "a label"
		case *ast.FuncLit:
			what = "a function literal"
		case *ast.CallExpr:
			if name, ok := one.Fun.(*ast.Ident); ok && name.Name == "recover" {
				what = "recover()"
			}
		case *ast.Ident:
			if i.unit.info.Uses[one] == i.unit.info.Defs[function.Name] {
				what = "a call of itself"
			}
		case *ast.AssignStmt:
			for _, side := range one.Lhs {
				if name := root(side, i.unit); name != nil && i.isParameter(name) {
					what = "a change of its parameter"
				}
			}
		case *ast.IncDecStmt:
			if name := root(one.X, i.unit); name != nil && i.isParameter(name) {
				what = "a change of its parameter"
			}
		case *ast.UnaryExpr:
			if name := root(one.X, i.unit); one.Op == token.AND && name != nil && i.isParameter(name) {
				what = "the address of its parameter"
			}
		}
		if what != "" {
			refuse("unsupported", "", "%s:%d: %s has %s.", i.declared.file.path, i.declared.file.line(node.Pos()), i.declared.name, what)
		}
		return true
	})
}

func (i *inlining) isParameter(name *ast.Ident) bool {
	_, is := i.names[i.unit.info.Uses[name]]
	return is
}

// A call with what stands around it.
type placedCall struct {
	call   *ast.CallExpr
	parent ast.Node
}

// callsIn finds the calls in a file, inner ones first, and refuses other uses.
func (i *inlining) callsIn(u *unit, in *file) []placedCall {
	var calls []placedCall
	called := map[*ast.Ident]bool{}
	var above []ast.Node
	ast.Inspect(in.ast, func(node ast.Node) bool {
		if node == nil {
			above = above[:len(above)-1]
			return true
		}
		if call, ok := node.(*ast.CallExpr); ok {
			if name := calledName(call); name != nil && i.program.key(u.info.Uses[name]) == i.declared.key {
				called[name] = true
				calls = append(calls, placedCall{call, above[len(above)-1]})
			}
		}
		above = append(above, node)
		return true
	})
	ast.Inspect(in.ast, func(node ast.Node) bool {
		if name, ok := node.(*ast.Ident); ok && !called[name] && u.info.Uses[name] != nil && i.program.key(u.info.Uses[name]) == i.declared.key {
			panic(refusal{Reason: "unsupported", What: fmt.Sprintf("%s:%d: %s is used as a value.", in.path, in.line(name.Pos()), name.Name), Path: in.path, Line: in.line(name.Pos())})
		}
		return true
	})
	slices.Reverse(calls)
	return calls
}

func (i *inlining) inlineCall(u *unit, in *file, one placedCall) {
	where := fmt.Sprintf("%s:%d", in.path, in.line(one.call.Pos()))
	switch one.parent.(type) {
	case *ast.GoStmt, *ast.DeferStmt:
		refuse("unsupported", "", "%s: the call is deferred, or runs on its own.", where)
	case *ast.ExprStmt:
		if _, isCall := ast.Unparen(or(i.result, one.call)).(*ast.CallExpr); !isCall {
			refuse("unsupported", "", "%s: the call stands alone; what it gives cannot.", where)
		}
	default:
		if i.result == nil {
			refuse("unsupported", "", "%s: the call is part of something.", where)
		}
	}
	if len(one.call.Args) != len(i.params) {
		refuse("unsupported", "", "%s: the call gives all results of another call.", where)
	}
	i.refuseEvaluation(u, in, one.call, where)
	start, end := in.offset(one.call.Pos()), in.offset(one.call.End())
	arguments := make([][]piece, len(one.call.Args))
	for at, argument := range one.call.Args {
		arguments[at] = i.argument(u, in, argument, i.params[at])
	}
	var out []piece
	if i.result != nil {
		out = i.substituted(in, i.result, i.result.Pos(), i.result.End(), arguments)
		if text := i.resultConversion(); text != "" {
			out = append(append([]piece{words(text + "(")}, out...), words(")"))
		} else if needsParentheses(i.result, one.parent) {
			out = append(append([]piece{words("(")}, out...), words(")"))
		}
	} else if len(i.body) > 0 {
		out = i.substituted(in, i.declared.function.Body, i.body[0].Pos(), i.body[len(i.body)-1].End(), arguments)
		if i.declaresNames() {
			out = append(append([]piece{words("{\n")}, out...), words("\n}"))
		}
	}
	i.absorb(in, start, end)
	i.replace(in, start, end, out...)
}

func or(a ast.Expr, b *ast.CallExpr) ast.Expr {
	if a == nil {
		return b
	}
	return a
}

// argument is what stands for a parameter: converted, where the call did so silently.
func (i *inlining) argument(u *unit, in *file, argument ast.Expr, parameter *types.Var) []piece {
	out := i.part(in, in.offset(argument.Pos()), in.offset(argument.End()))
	about := u.info.Types[argument]
	given := about.Type
	if about.Value != nil {
		given = nil
		if literal, ok := ast.Unparen(argument).(*ast.BasicLit); ok {
			given = map[token.Token]types.Type{token.INT: types.Typ[types.Int], token.FLOAT: types.Typ[types.Float64], token.STRING: types.Typ[types.String], token.CHAR: types.Universe.Lookup("rune").Type()}[literal.Kind]
		}
	}
	if given == nil || given.String() != parameter.Type().String() {
		text := i.typeIn(in, parameter.Type())
		return append(append([]piece{words(text + "(")}, out...), words(")"))
	}
	switch ast.Unparen(argument).(type) {
	case *ast.BinaryExpr, *ast.UnaryExpr, *ast.StarExpr, *ast.CompositeLit:
		return append(append([]piece{words("(")}, out...), words(")"))
	}
	return out
}

// typeIn spells a type in a file.
func (i *inlining) typeIn(in *file, of types.Type) string {
	text := types.TypeString(of, func(pkg *types.Package) string {
		if pkg.Path() == strings.TrimSuffix(i.program.packageKey(in), "_test") && !in.isOutsideTest() {
			return ""
		}
		return i.r.qualifierIn(in.path, in, pkg.Path(), "")
	})
	if strings.ContainsAny(text, "*<( ") {
		return "(" + text + ")"
	}
	return text
}

func (i *inlining) resultConversion() string {
	wanted := i.unit.info.Defs[i.declared.function.Name].(*types.Func).Signature().Results().At(0).Type()
	about := i.unit.info.Types[i.result]
	if about.Value == nil && types.Identical(about.Type, wanted) {
		return ""
	}
	if len(i.declared.file.slice(i.declared.function.Type.Results)) > 0 && i.declared.function.Type.Results.Opening.IsValid() {
		return ""
	}
	text := i.declared.file.slice(i.declared.function.Type.Results)
	if strings.ContainsAny(text, "*<( .") {
		refuse("unsupported", "", "%s converts what it gives to %s.", i.declared.name, text)
	}
	return text
}

// substituted is the text of the body with arguments for parameters, and names as the file calls them.
func (i *inlining) substituted(into *file, node ast.Node, from, to token.Pos, arguments [][]piece) []piece {
	source := i.declared.file
	var out []piece
	at := source.offset(from)
	put := func(until int) {
		if until > at {
			out = append(out, piece{source.text[at:until], source, at})
		}
	}
	qualifiers := map[*ast.Ident]*ast.Ident{}
	ast.Inspect(node, func(inner ast.Node) bool {
		if one, ok := inner.(*ast.SelectorExpr); ok {
			if name, ok := one.X.(*ast.Ident); ok && isPackage(i.unit.info.Uses[name]) {
				qualifiers[name] = one.Sel
			}
		}
		return true
	})
	same := i.program.packageKey(into) == i.program.packageKey(source)
	ast.Inspect(node, func(inner ast.Node) bool {
		name, ok := inner.(*ast.Ident)
		if !ok || name.Pos() < from || name.Pos() >= to {
			return true
		}
		object := i.unit.info.Uses[name]
		start := source.offset(name.Pos())
		switch {
		case object == nil:
		case i.isParameter(name):
			put(start)
			out = append(out, arguments[i.names[object]]...)
			at = start + len(name.Name)
		case isPackage(object):
			imported := object.(*types.PkgName).Imported().Path()
			if into != source {
				put(start)
				out = append(out, words(i.r.qualifierIn(into.path, into, imported, name.Name)))
				at = start + len(name.Name)
			}
		case object.Pkg() != nil && object.Parent() == object.Pkg().Scope() && !same && !isSelected(qualifiers, name):
			if !object.Exported() {
				refuse("unsupported", "", "%s uses %s, which %s cannot name.", i.declared.name, name.Name, into.path)
			}
			put(start)
			out = append(out, words(i.r.qualifierIn(into.path, into, object.Pkg().Path(), "")+"."))
			at = start
		case isMember(object) && !object.Exported() && !same:
			refuse("unsupported", "", "%s uses %s, which %s cannot name.", i.declared.name, name.Name, into.path)
		}
		return true
	})
	put(source.offset(to))
	return out
}

func isSelected(qualifiers map[*ast.Ident]*ast.Ident, name *ast.Ident) bool {
	for _, selected := range qualifiers {
		if selected == name {
			return true
		}
	}
	return false
}

func (i *inlining) declaresNames() bool {
	return slices.ContainsFunc(i.body, func(one ast.Stmt) bool {
		switch each := one.(type) {
		case *ast.AssignStmt:
			return each.Tok == token.DEFINE
		case *ast.DeclStmt:
			return true
		}
		return false
	})
}

// needsParentheses says whether an expression falls apart where a call stood.
func needsParentheses(of ast.Expr, parent ast.Node) bool {
	switch of.(type) {
	case *ast.BinaryExpr, *ast.UnaryExpr, *ast.StarExpr, *ast.FuncLit, *ast.CompositeLit:
	default:
		return false
	}
	switch parent.(type) {
	case *ast.BinaryExpr, *ast.UnaryExpr, *ast.StarExpr, *ast.SelectorExpr, *ast.IndexExpr, *ast.SliceExpr, *ast.TypeAssertExpr, *ast.IfStmt, *ast.ForStmt, *ast.SwitchStmt, *ast.RangeStmt:
		return true
	}
	return false
}
