package main

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

type testsQuestion struct {
	Source string `json:"source"`
	Name   string `json:"name"`
}

type testExample struct {
	Expression string `json:"expression"`
	// `value`, `error` (the last result is one) or `panic`.
	Kind string `json:"kind"`
	// What is to come out, as source.
	Want string `json:"want"`
	// The type of `Want`, where the table says it.
	WantType string `json:"wantType"`
	// The function gives an error last that is to be nil.
	NoError bool   `json:"noError"`
	Line    int    `json:"line"`
	Text    string `json:"text"`
}

type testsAnswer struct {
	Problem *problem `json:"problem,omitempty"`
	// Names of tests, in their order.
	Tests []string `json:"tests"`
	// The name of the package that the function is called through (`area` in `area.Area(2)`), with its import path.
	Module   string        `json:"module"`
	Foreign  []string      `json:"foreign"`
	Uses     bool          `json:"uses"`
	Examples []testExample `json:"examples"`
}

// A test file that is read: what calls of the function look like in it.
type testReader struct {
	source
	name     string
	examples []testExample
	// Values of variables that are set once: `want := 3`.
	tables map[string]*ast.CompositeLit
}

// readTests reads a test file: its tests, and the calls whose result it compares with a literal.
func readTests(asked testsQuestion) (testsAnswer, error) {
	read, wrong := parse(asked.Source)
	if wrong != nil {
		return testsAnswer{Problem: wrong}, nil
	}
	found := testsAnswer{Tests: []string{}, Foreign: []string{}}
	for _, spec := range read.file.Imports {
		imported := importPath(spec)
		if strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") && !qualifies(read.file, localName(spec), asked.Name) {
			found.Foreign = append(found.Foreign, imported)
		}
		if qualifies(read.file, localName(spec), asked.Name) {
			found.Module = imported
		}
	}
	reader := &testReader{source: read, name: asked.Name, examples: []testExample{}, tables: map[string]*ast.CompositeLit{}}
	ast.Inspect(read.file, func(node ast.Node) bool {
		if name, ok := node.(*ast.Ident); ok && name.Name == asked.Name {
			found.Uses = true
		}
		reader.rememberTable(node)
		return true
	})
	for _, decl := range read.file.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok || function.Body == nil {
			continue
		}
		if function.Recv == nil && strings.HasPrefix(function.Name.Name, "Test") && takesTesting(function) && function.Name.Name != "TestMain" {
			found.Tests = append(found.Tests, function.Name.Name)
			reader.readBody(function.Body)
		}
	}
	found.Examples = reader.examples
	return found, nil
}

func qualifies(file *ast.File, imported, name string) bool {
	found := false
	ast.Inspect(file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok && selector.Sel.Name == name {
			if of, ok := selector.X.(*ast.Ident); ok && of.Name == imported {
				found = true
			}
		}
		return !found
	})
	return found
}

type retargetQuestion struct {
	Source string `json:"source"`
	Name   string `json:"name"`
	// Import path that the tested package has here.
	Path string `json:"path"`
}

// retargetTests writes a test file for `package solution`: its clause, and the path that it imports the function from.
func retargetTests(asked retargetQuestion) (codeAnswer, error) {
	read, wrong := parse(asked.Source)
	if wrong != nil {
		return codeAnswer{}, nil
	}
	code := read.text
	replace := func(from, to int, with string) {
		code = code[:from] + with + code[to:]
	}
	for _, spec := range slices.Backward(read.file.Imports) {
		if name := localName(spec); qualifies(read.file, name, asked.Name) {
			replace(read.offset(spec.Pos()), read.offset(spec.End()), name+" "+strconv.Quote(asked.Path))
		}
	}
	clause := "solution"
	if strings.HasSuffix(read.file.Name.Name, "_test") {
		clause = "solution_test"
	}
	replace(read.offset(read.file.Name.Pos()), read.offset(read.file.Name.End()), clause)
	return codeAnswer{code, true}, nil
}
