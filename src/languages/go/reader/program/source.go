package main

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/printer"
	"go/scanner"
	"go/token"
	"regexp"
	"strings"
)

const packageClause = "package solution\n"

var hasPackage = regexp.MustCompile(`(?m)^\s*package\s+\w+`)

// A source with its tree; `added` lines stand above what was given.
type source struct {
	text  string
	added int
	fset  *token.FileSet
	file  *ast.File
}

// parse reads a source, adding a package clause where it has none. The tree is there as far as it could be read.
func parse(text string) (source, *problem) {
	added := 0
	if !hasPackage.MatchString(text) {
		text, added = packageClause+text, 1
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "solution.go", text, parser.ParseComments)
	read := source{text, added, fset, file}
	if err == nil {
		return read, nil
	}
	line, message := 1, err.Error()
	if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
		line, message = list[0].Pos.Line-added, list[0].Msg
	}
	return read, &problem{Class: "syntax", Line: max(line, 1), Message: message}
}

func (s source) line(pos token.Pos) int {
	return max(s.fset.Position(pos).Line-s.added, 1)
}

func (s source) offset(pos token.Pos) int {
	return s.fset.Position(pos).Offset
}

// slice gives the text of a node, with its doc comment.
func (s source) slice(decl ast.Decl) string {
	return s.text[s.offset(start(decl)):s.offset(decl.End())]
}

func start(decl ast.Decl) token.Pos {
	switch one := decl.(type) {
	case *ast.FuncDecl:
		if one.Doc != nil {
			return one.Doc.Pos()
		}
	case *ast.GenDecl:
		if one.Doc != nil {
			return one.Doc.Pos()
		}
	}
	return decl.Pos()
}

// text prints a node in one form, whatever its layout was.
func text(node any) string {
	var out bytes.Buffer
	if err := printer.Fprint(&out, token.NewFileSet(), node); err != nil {
		return ""
	}
	return out.String()
}

func findFunction(file *ast.File, name string) *ast.FuncDecl {
	if file == nil {
		return nil
	}
	for _, decl := range file.Decls {
		if function, ok := decl.(*ast.FuncDecl); ok && function.Recv == nil && function.Name.Name == name {
			return function
		}
	}
	return nil
}

// declared are the names that a declaration gives to the package; methods as `Type.Method`.
func declared(decl ast.Decl) []string {
	var names []string
	switch one := decl.(type) {
	case *ast.FuncDecl:
		if one.Recv != nil && len(one.Recv.List) > 0 {
			return []string{strings.TrimPrefix(text(one.Recv.List[0].Type), "*") + "." + one.Name.Name}
		}
		return []string{one.Name.Name}
	case *ast.GenDecl:
		for _, spec := range one.Specs {
			switch two := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, two.Name.Name)
			case *ast.ValueSpec:
				for _, name := range two.Names {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}

func isImport(decl ast.Decl) bool {
	general, ok := decl.(*ast.GenDecl)
	return ok && general.Tok == token.IMPORT
}

type formatQuestion struct {
	Code string `json:"code"`
}

type codeAnswer struct {
	Code  string `json:"code"`
	Found bool   `json:"found"`
}

// formatSource gives the form of gofmt, and the source as it is where it does not parse.
func formatSource(asked formatQuestion) (codeAnswer, error) {
	formatted, err := format.Source([]byte(asked.Code))
	if err != nil {
		return codeAnswer{asked.Code, false}, nil
	}
	return codeAnswer{string(formatted), true}, nil
}
