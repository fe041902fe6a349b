package main

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// readComparisons looks through the statements of one block for a call of the function and what its result is compared with.
func (r *testReader) readComparisons(list []ast.Stmt, of *row) {
	bound := map[string]ast.Expr{}
	// Which results of the call a variable holds: `got, err := F(x)`.
	calls := map[string]*ast.CallExpr{}
	errorsOf := map[string]*ast.CallExpr{}
	bind := func(statement ast.Stmt) {
		assigned, ok := statement.(*ast.AssignStmt)
		if !ok || len(assigned.Rhs) == 0 {
			return
		}
		if call := r.callIn(assigned.Rhs[0]); call != nil && len(assigned.Rhs) == 1 {
			for at, target := range assigned.Lhs {
				if name, ok := target.(*ast.Ident); ok && name.Name != "_" {
					if at == len(assigned.Lhs)-1 && len(assigned.Lhs) > 1 {
						errorsOf[name.Name] = call
					} else if at == 0 {
						calls[name.Name] = call
					}
				}
			}
			return
		}
		if len(assigned.Lhs) == len(assigned.Rhs) {
			for at, target := range assigned.Lhs {
				if name, ok := target.(*ast.Ident); ok {
					bound[name.Name] = assigned.Rhs[at]
				}
			}
		}
	}
	callOf := func(side ast.Expr) *ast.CallExpr {
		if name, ok := side.(*ast.Ident); ok {
			return calls[name.Name]
		}
		return r.callIn(side)
	}
	compare := func(one, other ast.Expr) bool {
		for _, pair := range [][2]ast.Expr{{one, other}, {other, one}} {
			if call := callOf(pair[0]); call != nil {
				want := pair[1]
				if name, ok := want.(*ast.Ident); ok && bound[name.Name] != nil {
					want = bound[name.Name]
				}
				if r.wantsError(list, errorsOf, call, of) {
					return r.add(call, "error", nil, of, true)
				}
				return r.add(call, "value", want, of, hasCall(errorsOf, call))
			}
		}
		return false
	}
	for _, statement := range list {
		bind(statement)
		switch one := statement.(type) {
		case *ast.IfStmt:
			if one.Init != nil {
				bind(one.Init)
			}
			if reports(one.Body) {
				r.readCondition(one.Cond, callOf, compare, of)
			}
			// `if err == nil { t.Fatal(…) }`: an error is wanted, whatever comes beside it.
			if same, ok := one.Cond.(*ast.BinaryExpr); ok && same.Op == token.EQL && text(same.Y) == "nil" {
				if name, ok := same.X.(*ast.Ident); ok && errorsOf[name.Name] != nil && reports(one.Body) {
					r.add(errorsOf[name.Name], "error", nil, of, true)
				}
			}
		case *ast.ExprStmt:
			call, ok := one.X.(*ast.CallExpr)
			if !ok {
				continue
			}
			r.readAssert(call, callOf, compare, of)
		}
	}
}

func hasCall(of map[string]*ast.CallExpr, call *ast.CallExpr) bool {
	for _, one := range of {
		if one == call {
			return true
		}
	}
	return false
}

// wantsError: `if (err != nil) != tc.wantErr` in a row where that is true.
func (r *testReader) wantsError(list []ast.Stmt, errorsOf map[string]*ast.CallExpr, call *ast.CallExpr, of *row) bool {
	if of == nil || !hasCall(errorsOf, call) {
		return false
	}
	wanted := false
	for _, statement := range list {
		ast.Inspect(statement, func(node ast.Node) bool {
			selector, ok := node.(*ast.SelectorExpr)
			if ok && strings.Contains(strings.ToLower(selector.Sel.Name), "err") {
				if value := r.field(selector, of); value != nil {
					shown := text(value)
					wanted = wanted || (shown != "false" && shown != "nil" && shown != `""`)
				}
			}
			return true
		})
	}
	return wanted
}

// `reflect.DeepEqual`, `slices.Equal`, `slices.EqualFunc`, a helper of the file's own.
var equals = regexp.MustCompile(`(?i)equal(Func)?$`)

func reports(body *ast.BlockStmt) bool {
	for _, word := range []string{".Error", ".Fatal", ".Fail", "panic("} {
		if strings.Contains(text(body), word) {
			return true
		}
	}
	return false
}

// readCondition reads the `if` of a plain test: it holds where the test fails.
func (r *testReader) readCondition(condition ast.Expr, callOf func(ast.Expr) *ast.CallExpr, compare func(a, b ast.Expr) bool, of *row) {
	switch one := condition.(type) {
	case *ast.BinaryExpr:
		if one.Op == token.NEQ {
			compare(one.X, one.Y)
		}
		if one.Op == token.LOR {
			r.readCondition(one.X, callOf, compare, of)
		}
	case *ast.UnaryExpr:
		if one.Op != token.NOT {
			return
		}
		if call, ok := one.X.(*ast.CallExpr); ok && len(call.Args) >= 2 && equals.MatchString(text(call.Fun)) {
			compare(call.Args[0], call.Args[1])
			return
		}
		if call := callOf(one.X); call != nil {
			r.add(call, "value", ast.NewIdent("true"), of, false)
		}
	default:
		if call := callOf(condition); call != nil {
			r.add(call, "value", ast.NewIdent("false"), of, false)
		}
	}
}

// readAssert reads the calls of testify and its like: `assert.Equal(t, want, got)`, also without `t`.
func (r *testReader) readAssert(call *ast.CallExpr, callOf func(ast.Expr) *ast.CallExpr, compare func(a, b ast.Expr) bool, of *row) {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	args := call.Args
	if len(args) > 0 && text(args[0]) == "t" {
		args = args[1:]
	}
	switch selector.Sel.Name {
	case "Equal", "EqualValues", "Exactly":
		if len(args) >= 2 {
			compare(args[0], args[1])
		}
	case "True", "False":
		if len(args) >= 1 && callOf(args[0]) != nil {
			r.add(callOf(args[0]), "value", ast.NewIdent(strings.ToLower(selector.Sel.Name)), of, false)
		}
	case "Nil":
		if len(args) >= 1 && callOf(args[0]) != nil {
			r.add(callOf(args[0]), "value", ast.NewIdent("nil"), of, false)
		}
	case "Panics":
		if literal, ok := args[0].(*ast.FuncLit); ok && len(literal.Body.List) == 1 {
			if inner, ok := literal.Body.List[0].(*ast.ExprStmt); ok && r.callIn(inner.X) != nil {
				r.add(r.callIn(inner.X), "panic", nil, of, false)
			}
		}
	}
}

// callIn is the call of the function that an expression is.
func (r *testReader) callIn(expression ast.Expr) *ast.CallExpr {
	call, ok := expression.(*ast.CallExpr)
	if !ok {
		return nil
	}
	switch function := call.Fun.(type) {
	case *ast.Ident:
		if function.Name == r.name {
			return call
		}
	case *ast.SelectorExpr:
		if of, ok := function.X.(*ast.Ident); ok && function.Sel.Name == r.name && of.Obj == nil {
			return call
		}
	}
	return nil
}

func (r *testReader) field(expression ast.Expr, of *row) ast.Expr {
	if of == nil {
		return nil
	}
	switch one := expression.(type) {
	case *ast.SelectorExpr:
		if name, ok := one.X.(*ast.Ident); ok && name.Name == of.variable {
			return of.fields[one.Sel.Name]
		}
	case *ast.Ident:
		if one.Name == of.variable {
			return of.fields[""]
		}
		if one.Name == of.keyName && of.keyName != "" {
			return of.key
		}
	}
	return nil
}

// add keeps a call whose arguments and result are literals once the row's fields stand in it.
func (r *testReader) add(call *ast.CallExpr, kind string, want ast.Expr, of *row, noError bool) bool {
	var args []string
	for _, arg := range call.Args {
		value := arg
		if inRow := r.field(arg, of); inRow != nil {
			value = inRow
		}
		if !isLiteral(value) {
			return false
		}
		args = append(args, text(value))
	}
	wantType := ""
	if selector, ok := want.(*ast.SelectorExpr); ok && of != nil {
		wantType = of.types[selector.Sel.Name]
	}
	if inRow := r.field(want, of); want != nil && inRow != nil {
		want = inRow
	}
	if want != nil && !isLiteral(want) {
		return false
	}
	dots := ""
	if call.Ellipsis.IsValid() {
		dots = "..."
	}
	example := testExample{Expression: r.name + "(" + strings.Join(args, ", ") + dots + ")", Kind: kind, WantType: wantType, NoError: noError, Line: r.line(call.Pos())}
	if want != nil {
		example.Want = text(want)
	}
	if of != nil {
		example.Line = of.line
	}
	lines := strings.Split(r.source.text, "\n")
	if at := example.Line - 1 + r.added; at < len(lines) {
		example.Text = strings.TrimSpace(lines[at])
	}
	if !slices.ContainsFunc(r.examples, func(other testExample) bool {
		return other.Expression == example.Expression && other.Line == example.Line
	}) {
		r.examples = append(r.examples, example)
	}
	return true
}

// isLiteral: nothing in it is a variable.
func isLiteral(expression ast.Expr) bool {
	switch one := expression.(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		return one.Name == "true" || one.Name == "false" || one.Name == "nil"
	case *ast.ParenExpr:
		return isLiteral(one.X)
	case *ast.UnaryExpr:
		return one.Op != token.ARROW && isLiteral(one.X)
	case *ast.BinaryExpr:
		return isLiteral(one.X) && isLiteral(one.Y)
	case *ast.KeyValueExpr:
		_, name := one.Key.(*ast.Ident)
		return (name || isLiteral(one.Key)) && isLiteral(one.Value)
	case *ast.CompositeLit:
		for _, item := range one.Elts {
			if !isLiteral(item) {
				return false
			}
		}
		return true
	case *ast.CallExpr:
		// A conversion: `float64(2)`, `[]byte("a")`.
		switch kind := one.Fun.(type) {
		case *ast.ArrayType:
		case *ast.Ident:
			if kind.Obj != nil || !basic[kind.Name] {
				return false
			}
		default:
			return false
		}
		return len(one.Args) == 1 && isLiteral(one.Args[0])
	case *ast.SelectorExpr:
		name, ok := one.X.(*ast.Ident)
		return ok && name.Name == "math" && name.Obj == nil
	}
	return false
}

var basic = set("int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "float32", "float64", "string", "byte", "rune", "bool")
