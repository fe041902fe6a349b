package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

type headQuestion struct {
	Text string `json:"text"`
	Name string `json:"name"`
}

type parameter struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Variadic bool   `json:"variadic"`
}

type headAnswer struct {
	// Set where there is no such head; `other` names the functions that are there instead.
	Problem *problem          `json:"problem,omitempty"`
	Other   []string          `json:"other,omitempty"`
	Params  []parameter       `json:"params"`
	Results []string          `json:"results"`
	Generic bool              `json:"generic"`
	Head    string            `json:"head"`
	Before  string            `json:"before"`
	Types   map[string]string `json:"types"`
	Doc     string            `json:"doc"`
	DocLine int               `json:"docLine"`
}

// readHead reads a function's head as people write it: a whole file, a function with or without a body, `Name(a int) int`, `(a int) int`.
func readHead(asked headQuestion) (headAnswer, error) {
	given := strings.TrimRight(asked.Text, " \t\r\n")
	trimmed := strings.TrimSpace(given)
	shapes := []string{given, given + "\n}", given + "{}", "func " + trimmed, "func " + trimmed + "\n}", "func " + asked.Name + trimmed, "func " + asked.Name + trimmed + "\n}"}
	var first *problem
	var others []string
	for _, shape := range shapes {
		read, wrong := parse(shape)
		if wrong != nil {
			if first == nil {
				first = wrong
			}
			continue
		}
		if function := findFunction(read.file, asked.Name); function != nil {
			return describe(read, function), nil
		}
		for _, decl := range read.file.Decls {
			if other, ok := decl.(*ast.FuncDecl); ok && others == nil {
				others = append(others, other.Name.Name)
			}
		}
		if others != nil {
			break
		}
	}
	if first == nil || others != nil {
		first = &problem{Line: 1, Message: "no function in it"}
	}
	return headAnswer{Problem: first, Other: others}, nil
}

func describe(read source, function *ast.FuncDecl) headAnswer {
	found := headAnswer{Types: map[string]string{}, Generic: function.Type.TypeParams != nil}
	nameParameters(function.Type.Params)
	for _, field := range function.Type.Params.List {
		kind, variadic := field.Type, false
		if rest, ok := kind.(*ast.Ellipsis); ok {
			kind, variadic = rest.Elt, true
		}
		for _, name := range field.Names {
			found.Params = append(found.Params, parameter{name.Name, text(kind), variadic})
		}
	}
	found.Results = results(function.Type)
	found.Head = headText(function) + " {"
	var before []string
	for _, decl := range read.file.Decls {
		if decl == ast.Decl(function) {
			continue
		}
		before = append(before, read.slice(decl))
		if general, ok := decl.(*ast.GenDecl); ok && general.Tok == token.TYPE {
			for _, spec := range general.Specs {
				kind := spec.(*ast.TypeSpec)
				found.Types[kind.Name.Name] = text(kind.Type)
			}
		}
	}
	found.Before = strings.Join(before, "\n\n")
	if function.Doc != nil {
		found.Doc, found.DocLine = docText(function.Doc), read.line(function.Doc.Pos())
	}
	return found
}

// docText keeps one line of the doc for each line of the comment, so that lines can be named.
func docText(doc *ast.CommentGroup) string {
	var lines []string
	for _, comment := range doc.List {
		body := comment.Text
		if strings.HasPrefix(body, "/*") {
			body = strings.TrimSuffix(strings.TrimPrefix(body, "/*"), "*/")
			lines = append(lines, strings.Split(body, "\n")...)
			continue
		}
		body = strings.TrimPrefix(body, "//")
		lines = append(lines, strings.TrimPrefix(body, " "))
	}
	return strings.Join(lines, "\n")
}

// nameParameters gives a name to those that have none: an input of a function is spoken of by its name.
func nameParameters(list *ast.FieldList) {
	count := 0
	for _, field := range list.List {
		if len(field.Names) == 0 {
			field.Names = []*ast.Ident{ast.NewIdent("_")}
		}
		for _, name := range field.Names {
			count++
			if name.Name == "_" {
				name.Name = fmt.Sprintf("arg%d", count)
			}
		}
	}
}

func results(kind *ast.FuncType) []string {
	types := []string{}
	if kind.Results == nil {
		return types
	}
	for _, field := range kind.Results.List {
		for range max(len(field.Names), 1) {
			types = append(types, text(field.Type))
		}
	}
	return types
}

func headText(function *ast.FuncDecl) string {
	return text(&ast.FuncDecl{Name: function.Name, Recv: function.Recv, Type: function.Type})
}
