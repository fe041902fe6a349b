package main

import (
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"strings"
)

// normalise gives one text for codes that differ in layout, comments, the order of imports and local names only.
func normalise(asked formatQuestion) (codeAnswer, error) {
	read, wrong := parse(asked.Code)
	if wrong != nil {
		return codeAnswer{}, nil
	}
	renameLocals(read.file)
	var parts []string
	parts = append(parts, strings.Join(importLines(read.file, nil), " "))
	for _, decl := range read.file.Decls {
		if isImport(decl) {
			continue
		}
		if function, ok := decl.(*ast.FuncDecl); ok {
			function.Doc = nil
		}
		parts = append(parts, tokens(text(decl)))
	}
	return codeAnswer{strings.Join(parts, "\n"), true}, nil
}

// renameLocals names what is declared inside functions by the order in which it comes.
func renameLocals(file *ast.File) {
	for _, decl := range file.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		names := map[*ast.Object]string{}
		ast.Inspect(function, func(node ast.Node) bool {
			name, ok := node.(*ast.Ident)
			if !ok || name.Obj == nil || name.Name == "_" || file.Scope.Lookup(name.Name) == name.Obj || isField(name.Obj) {
				return true
			}
			if _, known := names[name.Obj]; !known {
				names[name.Obj] = fmt.Sprintf("v%d", len(names))
			}
			name.Name = names[name.Obj]
			return true
		})
	}
}

// isField: fields of structs keep their names, keys of literals name them without saying so.
func isField(object *ast.Object) bool {
	_, field := object.Decl.(*ast.Field)
	return field && object.Kind != ast.Var
}

// tokens joins the words of a text by blanks; commas before a closing bracket are layout.
func tokens(code string) string {
	fset := token.NewFileSet()
	var words scanner.Scanner
	words.Init(fset.AddFile("", -1, len(code)), []byte(code), nil, 0)
	var all []string
	for {
		_, kind, literal := words.Scan()
		if kind == token.EOF {
			break
		}
		word := literal
		if !kind.IsLiteral() || word == "" {
			word = kind.String()
		}
		if kind == token.RBRACE || kind == token.RPAREN || kind == token.RBRACK {
			for len(all) > 0 && (all[len(all)-1] == "," || all[len(all)-1] == ";") {
				all = all[:len(all)-1]
			}
		}
		all = append(all, word)
	}
	return strings.Join(all, " ")
}
