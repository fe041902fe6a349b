package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
)

type caseText struct {
	Setup      string `json:"setup"`
	Expression string `json:"expression"`
}

type casesQuestion struct {
	Cases []caseText `json:"cases"`
	// Name that `==` between anything is rewritten to a call of; empty leaves it.
	Same string `json:"same"`
}

type caseAnswer struct {
	Problem string `json:"problem,omitempty"`
	// Import lines that it needs.
	Imports []string `json:"imports"`
	// The expression, rewritten where that was asked for.
	Expression string `json:"expression"`
	// Is it more than a call of one function with literals, so does it name variables.
	Names []string `json:"names"`
}

type casesAnswer struct {
	Cases []caseAnswer `json:"cases"`
}

// readCases says for each case whether it parses, what it imports and what it names.
func readCases(asked casesQuestion) (casesAnswer, error) {
	answers := []caseAnswer{}
	for _, one := range asked.Cases {
		answers = append(answers, readCase(one, asked.Same))
	}
	return casesAnswer{answers}, nil
}

var scannedPosition = regexp.MustCompile(`^\d+:\d+: `)

func readCase(given caseText, same string) caseAnswer {
	expression, err := parser.ParseExpr(given.Expression)
	if err != nil {
		return caseAnswer{Problem: scannedPosition.ReplaceAllString(err.Error(), "")}
	}
	shown := given.Expression
	if same != "" {
		shown = text(rewriteEquality(expression, same))
	}
	file, wrong := parse(fmt.Sprintf("%sfunc _() {\n%s\nuse(%s)\n}\n", packageClause, given.Setup, shown))
	if wrong != nil {
		return caseAnswer{Problem: wrong.Message}
	}
	names := []string{}
	for _, name := range file.file.Unresolved {
		if name.Name != "use" {
			names = append(names, name.Name)
		}
	}
	return caseAnswer{Imports: importLines(file.file, nil), Expression: shown, Names: names}
}

// rewriteEquality makes `a == b` a call, so that slices and maps can be compared as people write it.
func rewriteEquality(expression ast.Expr, same string) ast.Expr {
	switch one := expression.(type) {
	case *ast.ParenExpr:
		one.X = rewriteEquality(one.X, same)
	case *ast.UnaryExpr:
		one.X = rewriteEquality(one.X, same)
	case *ast.BinaryExpr:
		one.X, one.Y = rewriteEquality(one.X, same), rewriteEquality(one.Y, same)
		if one.Op == token.EQL || one.Op == token.NEQ {
			call := ast.Expr(&ast.CallExpr{Fun: ast.NewIdent(same), Args: []ast.Expr{one.X, one.Y}})
			if one.Op == token.NEQ {
				call = &ast.UnaryExpr{Op: token.NOT, X: call}
			}
			return call
		}
	}
	return expression
}
