package main

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

type fileQuestion struct {
	Source string `json:"source"`
}

// A declaration as people look for it.
type symbol struct {
	Name      string   `json:"name"`
	Kind      string   `json:"kind"`
	FromLine  int      `json:"fromLine"`
	ToLine    int      `json:"toLine"`
	Signature string   `json:"signature"`
	Parents   []string `json:"parents"`
	Exported  bool     `json:"exported"`
}

type imported struct {
	Module string   `json:"module"`
	Names  []string `json:"names"`
	Line   int      `json:"line"`
}

type symbolsAnswer struct {
	Problem *problem   `json:"problem,omitempty"`
	Package string     `json:"package"`
	Symbols []symbol   `json:"symbols"`
	Imports []imported `json:"imports"`
}

// wholeFile reads a file as it stands; the tree is there as far as it could be read.
func wholeFile(text string) (source, *problem) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "file.go", text, parser.ParseComments)
	read := source{text, 0, fset, file}
	if err == nil {
		return read, nil
	}
	line, message := 1, err.Error()
	if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
		line, message = list[0].Pos.Line, list[0].Msg
	}
	return read, &problem{Class: "syntax", Line: max(line, 1), Message: message}
}

// readSymbols gives what a file declares at its top level, and what it imports.
func readSymbols(asked fileQuestion) (symbolsAnswer, error) {
	read, wrong := wholeFile(asked.Source)
	answer := symbolsAnswer{Problem: wrong, Symbols: []symbol{}, Imports: []imported{}}
	if read.file == nil {
		return answer, nil
	}
	if read.file.Name != nil {
		answer.Package = read.file.Name.Name
	}
	for _, spec := range read.file.Imports {
		answer.Imports = append(answer.Imports, imported{importPath(spec), []string{}, read.line(spec.Pos())})
	}
	for _, decl := range read.file.Decls {
		switch one := decl.(type) {
		case *ast.FuncDecl:
			answer.Symbols = append(answer.Symbols, functionSymbol(read, one))
		case *ast.GenDecl:
			for _, spec := range one.Specs {
				answer.Symbols = append(answer.Symbols, specSymbols(read, one, spec)...)
			}
		}
	}
	return answer, nil
}

func functionSymbol(read source, function *ast.FuncDecl) symbol {
	head := *function
	head.Doc, head.Body = nil, nil
	found := symbol{function.Name.Name, "function", read.line(function.Pos()), read.line(function.End()), text(&head), []string{}, function.Name.IsExported()}
	if owner := receiver(function); owner != "" {
		found.Kind, found.Parents = "method", []string{owner}
	}
	return found
}

// receiver is the name of the type that a method belongs to.
func receiver(function *ast.FuncDecl) string {
	if function.Recv == nil || len(function.Recv.List) == 0 {
		return ""
	}
	kind := function.Recv.List[0].Type
	for {
		switch one := kind.(type) {
		case *ast.StarExpr:
			kind = one.X
		case *ast.ParenExpr:
			kind = one.X
		case *ast.IndexExpr:
			kind = one.X
		case *ast.IndexListExpr:
			kind = one.X
		case *ast.Ident:
			return one.Name
		default:
			return ""
		}
	}
}

func specSymbols(read source, decl *ast.GenDecl, spec ast.Spec) []symbol {
	from, to := read.line(spec.Pos()), read.line(spec.End())
	if !decl.Lparen.IsValid() {
		from = read.line(decl.Pos())
	}
	var found []symbol
	switch one := spec.(type) {
	case *ast.TypeSpec:
		kind := "type"
		if _, structure := one.Type.(*ast.StructType); structure {
			kind = "class"
		}
		found = append(found, symbol{one.Name.Name, kind, from, to, typeSignature(one), []string{}, one.Name.IsExported()})
	case *ast.ValueSpec:
		for _, name := range one.Names {
			if name.Name == "_" {
				continue
			}
			signature := decl.Tok.String() + " " + name.Name
			if one.Type != nil {
				signature += " " + text(one.Type)
			}
			found = append(found, symbol{name.Name, "constant", from, to, signature, []string{}, name.IsExported()})
		}
	}
	return found
}

// typeSignature names the fields or methods of a type on one line.
func typeSignature(spec *ast.TypeSpec) string {
	head := "type " + spec.Name.Name
	if spec.TypeParams != nil {
		var params []string
		for _, field := range spec.TypeParams.List {
			var names []string
			for _, name := range field.Names {
				names = append(names, name.Name)
			}
			params = append(params, strings.Join(names, ", ")+" "+text(field.Type))
		}
		head += "[" + strings.Join(params, ", ") + "]"
	}
	var fields *ast.FieldList
	switch one := spec.Type.(type) {
	case *ast.StructType:
		head, fields = head+" struct", one.Fields
	case *ast.InterfaceType:
		head, fields = head+" interface", one.Methods
	default:
		return head + " " + strings.Join(strings.Fields(text(spec.Type)), " ")
	}
	var parts []string
	for _, field := range fields.List {
		kind := strings.Join(strings.Fields(text(field.Type)), " ")
		var names []string
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
		switch signature, method := field.Type.(*ast.FuncType); {
		case len(names) == 0:
			parts = append(parts, kind)
		case method && spec.Type != nil && isInterface(spec.Type):
			parts = append(parts, names[0]+strings.TrimPrefix(text(signature), "func"))
		default:
			parts = append(parts, strings.Join(names, ", ")+" "+kind)
		}
	}
	if len(parts) == 0 {
		return head + " {}"
	}
	return head + " { " + strings.Join(parts, "; ") + " }"
}

func isInterface(kind ast.Expr) bool {
	_, yes := kind.(*ast.InterfaceType)
	return yes
}
