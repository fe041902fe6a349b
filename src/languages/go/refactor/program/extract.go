package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode/utf16"
)

type extractQuestion struct {
	Path       string `json:"path"`
	FromLine   int    `json:"fromLine"`
	ToLine     int    `json:"toLine"`
	FromColumn int    `json:"fromColumn"`
	ToColumn   int    `json:"toColumn"`
	Name       string `json:"name"`
}

// A stretch of a function that becomes one of its own.
type extraction struct {
	*changes
	in       *file
	unit     *unit
	function *ast.FuncDecl
	// Offsets.
	start, end int
	name       string
	// Local variables by the order in which they are met.
	given, changed, born []*types.Var
	imports              []wantedImport
}

// extractFunction makes a function of whole statements, or of one expression.
func extractFunction(p *program, asked extractQuestion) any {
	requireName(asked.Name)
	in := p.file(asked.Path)
	x := &extraction{changes: p.newChanges(), in: in, unit: p.unitOf(in), name: asked.Name}
	x.start, x.end = x.stretch(asked)
	for _, declared := range in.ast.Decls {
		if one, ok := declared.(*ast.FuncDecl); ok && one.Body != nil && in.offset(one.Body.Lbrace) < x.start && x.end <= in.offset(one.Body.Rbrace) {
			x.function = one
		}
	}
	if x.function == nil {
		refuse("not_found", "", "%s: lines %d to %d are not inside of one function.", in.path, asked.FromLine, asked.ToLine)
	}
	for _, sibling := range p.siblings(in) {
		for _, one := range p.declarations(sibling) {
			if one.receiver == "" && one.name == asked.Name {
				refuse("name_clash", "Choose another name.", "%s declares %s already.", sibling.path, asked.Name)
			}
		}
	}
	summary := fmt.Sprintf("Made %s of lines %d to %d of %s.", asked.Name, asked.FromLine, asked.ToLine, in.path)
	if expression := x.expression(); expression != nil {
		x.extractExpression(expression)
	} else {
		x.extractStatements(x.statements())
	}
	x.editImports(in, x.imports, func(*ast.ImportSpec) bool { return false })
	return x.finish(expectation{free: func(one occurrence) bool {
		if one.file != in || len(one.keys) == 0 || !strings.HasPrefix(one.keys[0], "@") {
			return false
		}
		// Inside, parameters stand for variables; what is born there is declared anew for what follows.
		at := in.offset(one.ident.Pos())
		return at >= x.start && at < x.end || slices.ContainsFunc(x.born, func(v *types.Var) bool { return placeKey(in, v.Pos()) == one.keys[0] })
	}}, nil, summary)
}

// unitOf is the check of a file in the first way to build that has it.
func (p *program) unitOf(in *file) *unit {
	for _, v := range p.views {
		for _, u := range v.units {
			if slices.Contains(u.files, in) {
				return u
			}
		}
	}
	refuse("unsupported", "", "No way to build %s was found.", in.path)
	return nil
}

// stretch gives the offsets of what is asked for, without the space around it.
func (x *extraction) stretch(asked extractQuestion) (int, int) {
	lines := x.in.tok.LineCount()
	if asked.FromLine < 1 || asked.ToLine < asked.FromLine || asked.ToLine > lines {
		refuse("not_found", "", "%s has no lines %d to %d.", x.in.path, asked.FromLine, asked.ToLine)
	}
	start := x.in.offset(x.in.tok.LineStart(asked.FromLine))
	end := len(x.in.text)
	if asked.ToLine < lines {
		end = x.in.offset(x.in.tok.LineStart(asked.ToLine + 1))
	}
	if asked.ToColumn > 0 {
		end = x.in.column(asked.ToLine, asked.ToColumn)
	}
	if asked.FromColumn > 0 {
		start = x.in.column(asked.FromLine, asked.FromColumn)
	}
	for start < end && strings.ContainsRune(" \t\r\n;", rune(x.in.text[start])) {
		start++
	}
	for end > start && strings.ContainsRune(" \t\r\n;", rune(x.in.text[end-1])) {
		end--
	}
	return start, end
}

// column is the offset of a column in UTF-16 units.
func (f *file) column(line, column int) int {
	at := f.offset(f.tok.LineStart(line))
	for _, letter := range f.text[at:] {
		if column <= 1 || letter == '\n' {
			break
		}
		column -= utf16.RuneLen(letter)
		at += len(string(letter))
	}
	return at
}

func (x *extraction) expression() ast.Expr {
	var found ast.Expr
	ast.Inspect(x.function.Body, func(node ast.Node) bool {
		if one, ok := node.(ast.Expr); ok && found == nil && x.in.offset(one.Pos()) == x.start && x.in.offset(one.End()) == x.end {
			if about, known := x.unit.info.Types[one]; known && about.IsValue() {
				found = one
			}
		}
		return true
	})
	// A call that stands alone is a statement.
	ast.Inspect(x.function.Body, func(node ast.Node) bool {
		if one, ok := node.(*ast.ExprStmt); ok && one.X == found {
			found = nil
		}
		return true
	})
	return found
}

func (x *extraction) statements() []ast.Stmt {
	var found []ast.Stmt
	try := func(list []ast.Stmt) {
		for from := range list {
			if x.in.offset(list[from].Pos()) != x.start {
				continue
			}
			for to := from; to < len(list); to++ {
				if end := x.in.offset(list[to].End()); end == x.end || end < x.end && isSpaceOrComment(x.in.text[end:x.end]) && (to+1 == len(list) || x.in.offset(list[to+1].Pos()) > x.end) {
					found = list[from : to+1]
				}
			}
		}
	}
	// A comment above the first statement goes along.
	for _, group := range x.in.ast.Comments {
		if start := x.in.offset(group.Pos()); start == x.start && x.in.offset(group.End()) < x.end {
			rest := x.in.text[x.in.offset(group.End()):x.end]
			x.start = x.end - len(strings.TrimLeft(rest, " \t\r\n"))
		}
	}
	ast.Inspect(x.function.Body, func(node ast.Node) bool {
		switch one := node.(type) {
		case *ast.BlockStmt:
			try(one.List)
		case *ast.CaseClause:
			try(one.Body)
		case *ast.CommClause:
			try(one.Body)
		}
		return true
	})
	if found == nil {
		refuse("unsupported", "Give whole statements of one block, or the columns of one expression.", "%s: these lines are neither.", x.in.path)
	}
	return found
}

func isSpaceOrComment(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			return false
		}
	}
	return true
}

// local gives the variable of the function that an identifier means.
func (x *extraction) local(ident *ast.Ident) *types.Var {
	object := x.unit.info.Uses[ident]
	if object == nil {
		object = x.unit.info.Defs[ident]
	}
	one, ok := object.(*types.Var)
	if !ok || one.IsField() || one.Parent() == nil || one.Pkg() == nil || one.Parent() == one.Pkg().Scope() {
		if object != nil && object.Parent() != nil && x.declaredHere(object) {
			if _, isConst := object.(*types.Const); !isConst || x.isInside(ident.Pos()) && !x.isInside(object.Pos()) {
				if x.isInside(ident.Pos()) && !x.isInside(object.Pos()) && !isPackage(object) {
					refuse("unsupported", "", "%s:%d: %s is declared in the function itself.", x.in.path, x.in.line(ident.Pos()), ident.Name)
				}
			}
		}
		return nil
	}
	return one
}

func (x *extraction) declaredHere(object types.Object) bool {
	return object.Pos() >= x.function.Pos() && object.Pos() < x.function.End()
}

func (x *extraction) isInside(pos token.Pos) bool {
	if pos < x.in.ast.FileStart || pos >= x.in.ast.FileEnd {
		return false
	}
	at := x.in.offset(pos)
	return at >= x.start && at < x.end
}

// look finds which variables come in, which are changed, and which are born inside and used after.
func (x *extraction) look() {
	loop := x.loopAround()
	outside := map[*types.Var]bool{}
	ast.Inspect(x.function, func(node ast.Node) bool {
		ident, ok := node.(*ast.Ident)
		if !ok {
			return true
		}
		one := x.local(ident)
		if one == nil {
			return true
		}
		inside, born := x.isInside(ident.Pos()), x.isInside(one.Pos())
		switch {
		case inside && !born && !slices.Contains(x.given, one):
			x.given = append(x.given, one)
		case !inside && born && !slices.Contains(x.born, one):
			x.born = append(x.born, one)
		case !inside && !born && (x.in.offset(ident.Pos()) >= x.end || loop != nil && ident.Pos() >= loop.Pos()):
			outside[one] = true
		}
		return true
	})
	results := x.function.Type.Results
	written := map[*types.Var]bool{}
	ast.Inspect(x.function.Body, func(node ast.Node) bool {
		var sides []ast.Expr
		switch one := node.(type) {
		case *ast.AssignStmt:
			sides = one.Lhs
		case *ast.IncDecStmt:
			sides = []ast.Expr{one.X}
		case *ast.RangeStmt:
			if one.Tok == token.ASSIGN {
				sides = []ast.Expr{one.Key, one.Value}
			}
		case *ast.UnaryExpr:
			if one.Op == token.AND {
				x.refuseShared(one.X)
			}
		case *ast.SelectorExpr:
			if about := x.unit.info.Selections[one]; about != nil && about.Kind() == types.MethodVal {
				if method, ok := about.Obj().(*types.Func); ok && isPointer(method.Signature().Recv().Type()) && !isPointer(x.unit.info.TypeOf(one.X)) {
					x.refuseShared(one.X)
				}
			}
		case *ast.FuncLit:
			x.refuseCaptured(one)
		}
		for _, side := range sides {
			if name := root(side, x.unit); name != nil && x.isInside(name.Pos()) {
				if one := x.local(name); one != nil {
					written[one] = true
				}
			}
		}
		return true
	})
	for _, one := range x.given {
		named := results != nil && one.Pos() >= results.Pos() && one.Pos() < results.End()
		if written[one] && (outside[one] || named) {
			x.changed = append(x.changed, one)
		}
	}
}

func isPointer(of types.Type) bool {
	if of == nil {
		return false
	}
	_, is := of.Underlying().(*types.Pointer)
	return is
}

// root is the variable whose own memory an expression is part of.
func root(side ast.Expr, u *unit) *ast.Ident {
	switch one := side.(type) {
	case *ast.Ident:
		return one
	case *ast.ParenExpr:
		return root(one.X, u)
	case *ast.SelectorExpr:
		if about := u.info.Selections[one]; about != nil && !isPointer(u.info.TypeOf(one.X)) {
			return root(one.X, u)
		}
	case *ast.IndexExpr:
		if of := u.info.TypeOf(one.X); of != nil {
			if _, isArray := of.Underlying().(*types.Array); isArray {
				return root(one.X, u)
			}
		}
	}
	return nil
}

// refuseShared refuses where a variable that lives on both sides is reached through its address.
func (x *extraction) refuseShared(of ast.Expr) {
	if name := root(of, x.unit); name != nil {
		if one := x.local(name); one != nil && (x.isInside(name.Pos()) != x.isInside(one.Pos()) || !x.isInside(one.Pos()) && slices.Contains(x.given, one)) {
			panic(refusal{Reason: "behaviour", What: fmt.Sprintf("%s:%d: the address of %s is taken: a copy of it would be another variable.", x.in.path, x.in.line(name.Pos()), name.Name), Path: x.in.path, Line: x.in.line(name.Pos())})
		}
	}
}

// refuseCaptured refuses where a closure on one side shares a variable with the other and it changes.
func (x *extraction) refuseCaptured(closure *ast.FuncLit) {
	wraps := x.in.offset(closure.Pos()) < x.start && x.in.offset(closure.End()) >= x.end
	if wraps {
		return // what is extracted is all inside of it
	}
	ast.Inspect(closure.Body, func(node ast.Node) bool {
		if name, ok := node.(*ast.Ident); ok {
			one := x.local(name)
			if one != nil && one.Pos() < closure.Pos() && (slices.Contains(x.given, one) && x.assignedTwice(one) || x.isInside(one.Pos()) != x.isInside(name.Pos()) && x.assignedTwice(one)) {
				panic(refusal{Reason: "behaviour", What: fmt.Sprintf("%s:%d: a function literal shares %s, which changes.", x.in.path, x.in.line(name.Pos()), name.Name), Path: x.in.path, Line: x.in.line(name.Pos())})
			}
		}
		return true
	})
}

func (x *extraction) assignedTwice(one *types.Var) bool {
	found := false
	ast.Inspect(x.function.Body, func(node ast.Node) bool {
		var sides []ast.Expr
		switch each := node.(type) {
		case *ast.AssignStmt:
			sides = each.Lhs
		case *ast.IncDecStmt:
			sides = []ast.Expr{each.X}
		}
		for _, side := range sides {
			if name := root(side, x.unit); name != nil && x.unit.info.Uses[name] == one {
				found = true
			}
		}
		return true
	})
	return found
}

// loopAround is the outermost loop around the stretch: what follows in it may also come before.
func (x *extraction) loopAround() ast.Node {
	var found ast.Node
	ast.Inspect(x.function.Body, func(node ast.Node) bool {
		switch node.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			if found == nil && x.in.offset(node.Pos()) < x.start && x.in.offset(node.End()) >= x.end {
				found = node
			}
		case *ast.LabeledStmt:
			if found == nil && x.in.offset(node.Pos()) < x.start {
				found = node // `goto` may lead back
			}
		}
		return true
	})
	return found
}
