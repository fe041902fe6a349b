package main

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func sortedKeys[K cmp.Ordered, V any](of map[K]V) []K { return slices.Sorted(maps.Keys(of)) }

func unquoted(literal string) string {
	if text, err := strconv.Unquote(literal); err == nil {
		return text
	}
	return strings.Trim(literal, "`\"")
}

// wordIn finds a name as a whole word.
func wordIn(name string) *regexp.Regexp {
	return regexp.MustCompile(`(^|[^\pL\pN_])(` + regexp.QuoteMeta(name) + `)($|[^\pL\pN_])`)
}

func requireName(name string) {
	if !token.IsIdentifier(name) || name == "_" {
		refuse("unsupported", "Choose letters, digits and underscores, and no keyword.", "%q is no name in Go.", name)
	}
}

func receiverName(of *ast.FuncDecl) string {
	if of.Recv == nil || len(of.Recv.List) == 0 {
		return ""
	}
	return typeName(of.Recv.List[0].Type)
}

// typeName is the name in `T`, `*T`, `T[K]`.
func typeName(of ast.Expr) string {
	switch one := of.(type) {
	case *ast.ParenExpr:
		return typeName(one.X)
	case *ast.StarExpr:
		return typeName(one.X)
	case *ast.IndexExpr:
		return typeName(one.X)
	case *ast.IndexListExpr:
		return typeName(one.X)
	case *ast.Ident:
		return one.Name
	}
	return ""
}

func origin(object types.Object) types.Object {
	switch one := object.(type) {
	case *types.Func:
		return one.Origin()
	case *types.Var:
		return one.Origin()
	}
	return object
}
