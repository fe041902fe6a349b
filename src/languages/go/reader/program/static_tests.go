package main

import (
	"go/ast"
	"go/build/constraint"
	"go/token"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A test as it stands in a file.
type staticTest struct {
	Name     string `json:"name"`
	FromLine int    `json:"fromLine"`
	ToLine   int    `json:"toLine"`
	Skipped  bool   `json:"skipped"`
	Body     string `json:"body"`
	// It runs by itself: an example without an expected output is compiled only, and the method of a suite is run by a test of another name.
	Runs bool `json:"runs"`
}

type staticTestsAnswer struct {
	Problem *problem     `json:"problem,omitempty"`
	Tests   []staticTest `json:"tests"`
}

var outputs = regexp.MustCompile(`(?i)^[[:space:]]*(unordered )?output:`)

// readStaticTests gives the tests, fuzz tests, benchmarks and examples of a test file.
func readStaticTests(asked fileQuestion) (staticTestsAnswer, error) {
	read, wrong := wholeFile(asked.Source)
	answer := staticTestsAnswer{Problem: wrong, Tests: []staticTest{}}
	if read.file == nil {
		return answer, nil
	}
	held := constraints(read.file)
	for _, decl := range read.file.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok || function.Body == nil {
			continue
		}
		name, owner := function.Name.Name, receiver(function)
		kind := testKind(name)
		if kind == "" || (owner == "" && !testHead(function, kind)) || (owner != "" && kind != "Test") {
			continue
		}
		output, expects := exampleOutput(read.file, function)
		one := staticTest{Name: name, FromLine: read.line(start(function)), ToLine: read.line(function.End()), Skipped: skips(function) || never(read.file)}
		one.Runs = owner == "" && kind != "Benchmark" && (kind != "Example" || expects)
		if owner != "" {
			one.Name = owner + "." + name
		}
		function.Doc = nil
		one.Body = strings.Join(append(held, tokens(text(function)), output), "\n")
		answer.Tests = append(answer.Tests, one)
	}
	return answer, nil
}

// testKind is the word with which the testing package begins its names; `Testify` is none of them.
func testKind(name string) string {
	for _, kind := range []string{"Test", "Benchmark", "Fuzz", "Example"} {
		rest, found := strings.CutPrefix(name, kind)
		if !found {
			continue
		}
		first, _ := utf8.DecodeRuneInString(rest)
		if rest == "" || !unicode.IsLower(first) {
			return kind
		}
	}
	return ""
}

// testHead: a function that is run has one parameter `*testing.T`, `B` or `F`, an example none.
func testHead(function *ast.FuncDecl, kind string) bool {
	params := function.Type.Params
	if function.Type.Results != nil || function.Type.TypeParams != nil {
		return false
	}
	if kind == "Example" {
		return params.NumFields() == 0
	}
	if params.NumFields() != 1 {
		return false
	}
	pointer, ok := params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	wanted := kind[:1]
	switch named := pointer.X.(type) {
	case *ast.SelectorExpr:
		return named.Sel.Name == wanted
	case *ast.Ident:
		return named.Name == wanted
	}
	return false
}

// skips: the test gives up whatever happens. What hangs on a condition is part of its body.
func skips(function *ast.FuncDecl) bool {
	for _, statement := range function.Body.List {
		expression, ok := statement.(*ast.ExprStmt)
		if !ok {
			continue
		}
		call, ok := expression.X.(*ast.CallExpr)
		if !ok {
			continue
		}
		if selector, ok := call.Fun.(*ast.SelectorExpr); ok {
			switch selector.Sel.Name {
			case "Skip", "Skipf", "SkipNow":
				return true
			}
		}
	}
	return false
}

// constraints are the lines that say where a file is compiled.
func constraints(file *ast.File) []string {
	lines := []string{}
	for _, group := range file.Comments {
		if group.Pos() > file.Package {
			break
		}
		for _, comment := range group.List {
			if constraint.IsGoBuild(comment.Text) || constraint.IsPlusBuild(comment.Text) {
				lines = append(lines, comment.Text)
			}
		}
	}
	return lines
}

// never: a file that no common build takes, such as `//go:build ignore`.
func never(file *ast.File) bool {
	for _, line := range constraints(file) {
		if expression, err := constraint.Parse(line); err == nil && !expression.Eval(func(tag string) bool { return tag != "ignore" && tag != "never" && tag != "disabled" }) {
			return true
		}
	}
	return false
}

// exampleOutput is the comment that says what an example prints: it is what the example asserts.
func exampleOutput(file *ast.File, function *ast.FuncDecl) (string, bool) {
	var last *ast.CommentGroup
	for _, group := range file.Comments {
		if group.Pos() > function.Body.Lbrace && group.End() < function.Body.Rbrace {
			last = group
		}
	}
	if last == nil || !outputs.MatchString(last.Text()) {
		return "", false
	}
	return last.Text(), true
}

// selected gives import path and name of `package.Name`, whatever the package is called here.
func selected(names map[string]string, node ast.Node) (string, string, token.Pos) {
	selector, ok := node.(*ast.SelectorExpr)
	if !ok {
		return "", "", token.NoPos
	}
	name, ok := selector.X.(*ast.Ident)
	if !ok {
		return "", "", token.NoPos
	}
	// A local variable of the same name hides the package.
	if name.Obj != nil {
		return "", "", token.NoPos
	}
	return names[name.Name], selector.Sel.Name, selector.Pos()
}
