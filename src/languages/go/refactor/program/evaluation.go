package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// refuseEvaluation refuses where arguments would be evaluated more or less than once, or in another order.
func (i *inlining) refuseEvaluation(u *unit, in *file, call *ast.CallExpr, where string) {
	uses := make([]int, len(i.params))
	others := false
	ast.Inspect(i.declared.function.Body, func(node ast.Node) bool {
		if name, ok := node.(*ast.Ident); ok && i.isParameter(name) {
			uses[i.names[i.unit.info.Uses[name]]]++
		}
		if other, ok := node.(*ast.CallExpr); ok && !isPure(i.unit, other) {
			others = true
		}
		if either, ok := node.(*ast.BinaryExpr); ok && (either.Op == token.LAND || either.Op == token.LOR) {
			others = true
		}
		return true
	})
	impure := 0
	for at, argument := range call.Args {
		if isPure(u, argument) && (i.result != nil && !others || isConstantOrName(u, argument)) {
			if _, literal := ast.Unparen(argument).(*ast.FuncLit); !literal && (uses[at] <= 1 || isConstantOrName(u, argument)) {
				continue
			}
		}
		impure++
		if uses[at] != 1 || others || i.result == nil {
			refuse("behaviour", "Give it a variable first.", "%s: the argument %s would not be evaluated once, and first.", where, in.slice(argument))
		}
	}
	if impure > 1 {
		refuse("behaviour", "Give them variables first.", "%s: the arguments might be evaluated in another order.", where)
	}
}

// isConstantOrName says whether an argument can be written as often as is needed.
func isConstantOrName(u *unit, argument ast.Expr) bool {
	if u.info.Types[argument].Value != nil {
		return true
	}
	name, isName := ast.Unparen(argument).(*ast.Ident)
	if !isName {
		return false
	}
	object, isVariable := u.info.Uses[name].(*types.Var)
	return !isVariable || object.Parent() != object.Pkg().Scope() && !isShared(u, object)
}

// isShared says whether more than the code that names a variable in its own function can change it.
func isShared(u *unit, of *types.Var) bool {
	shared := false
	for _, in := range u.files {
		if of.Pos() < in.ast.FileStart || of.Pos() >= in.ast.FileEnd {
			continue
		}
		ast.Inspect(in.ast, func(node ast.Node) bool {
			switch one := node.(type) {
			case *ast.UnaryExpr:
				name := root(one.X, u)
				shared = shared || one.Op == token.AND && name != nil && u.info.Uses[name] == of
			case *ast.FuncLit:
				ast.Inspect(one, func(inner ast.Node) bool {
					name, ok := inner.(*ast.Ident)
					shared = shared || ok && u.info.Uses[name] == of && of.Pos() < one.Pos()
					return true
				})
			}
			return true
		})
	}
	return shared
}

// isPure says whether evaluating an expression does nothing but give its value.
func isPure(u *unit, expression ast.Expr) bool {
	pure := true
	ast.Inspect(expression, func(node ast.Node) bool {
		switch one := node.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			about := u.info.Types[one.Fun]
			name, isName := ast.Unparen(one.Fun).(*ast.Ident)
			if !about.IsType() && !(about.IsBuiltin() && isName && slices.Contains([]string{"len", "cap", "min", "max", "real", "imag", "complex", "new", "make"}, name.Name)) {
				pure = false
			}
		case *ast.UnaryExpr:
			if one.Op == token.ARROW {
				pure = false
			}
		}
		return pure
	})
	return pure
}
