package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

type screenQuestion struct {
	Code string `json:"code"`
	Name string `json:"name"`
	// As `headAnswer` gave them; null where any will do.
	Params  []parameter `json:"params"`
	Results []string    `json:"results"`
	// Look for side effects alone.
	Effects bool `json:"effects"`
}

type screenAnswer struct {
	Problem *problem `json:"problem,omitempty"`
}

// screen says what stands against a code before it is compiled.
func screen(asked screenQuestion) (screenAnswer, error) {
	read, wrong := parse(asked.Code)
	if wrong != nil {
		return screenAnswer{wrong}, nil
	}
	if found := sideEffect(read); found != nil || asked.Effects {
		return screenAnswer{found}, nil
	}
	function := findFunction(read.file, asked.Name)
	if function == nil {
		return screenAnswer{&problem{Class: "no_function", Line: 1, Message: "there is no function " + asked.Name}}, nil
	}
	if found := otherHead(read, function, asked); found != nil {
		return screenAnswer{found}, nil
	}
	return screenAnswer{firstOf(typeProblems(read))}, nil
}

func firstOf(all []problem) *problem {
	if len(all) == 0 {
		return nil
	}
	return &all[0]
}

// sideEffect finds what no pure function needs. In Go all that a file reaches stands in its imports, so this is complete:
// without `unsafe`, `C` and directives for the linker there is no other way out.
func sideEffect(read source) *problem {
	at := func(node ast.Node, message string) *problem {
		return &problem{Class: "side_effect", Line: read.line(node.Pos()), Message: message}
	}
	for _, spec := range read.file.Imports {
		imported := importPath(spec)
		names, some := pureNames[imported]
		if !pure[imported] && !some {
			return at(spec, fmt.Sprintf("imports %s, which no pure function needs", imported))
		}
		if !some {
			continue
		}
		if name := localName(spec); name == "." || name == "_" {
			return at(spec, fmt.Sprintf("imports %s as %s", imported, name))
		} else if found := otherName(read, name, names); found != nil {
			return at(found, fmt.Sprintf("uses %s.%s, which no pure function needs", imported, found.Sel.Name))
		}
	}
	if found := pastTypes(read); found != nil {
		return at(found, fmt.Sprintf("uses %s, which looks past the types", found.Sel.Name))
	}
	for _, group := range read.file.Comments {
		for _, comment := range group.List {
			for _, directive := range []string{"//go:linkname", "//go:embed", "//go:cgo", "//go:wasm", "//go:nosplit", "//go:norace", "//go:uintptr"} {
				if strings.HasPrefix(comment.Text, directive) {
					return at(comment, "has the directive "+directive)
				}
			}
		}
	}
	for _, decl := range read.file.Decls {
		switch one := decl.(type) {
		case *ast.FuncDecl:
			if one.Recv == nil && one.Name.Name == "init" {
				return at(one, "has an init function, which runs by itself")
			}
			if one.Body == nil {
				return at(one, "has a function without a body")
			}
		case *ast.GenDecl:
			var started ast.Node
			ast.Inspect(one, func(node ast.Node) bool {
				if begun, ok := node.(*ast.GoStmt); ok {
					started = begun
				}
				return started == nil
			})
			if started != nil {
				return at(started, "starts a goroutine when the package is loaded")
			}
		}
	}
	return nil
}

// pastTypes: with these `reflect` does what `unsafe` does.
func pastTypes(read source) *ast.SelectorExpr {
	var found *ast.SelectorExpr
	ast.Inspect(read.file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok && found == nil && memory[selector.Sel.Name] {
			found = selector
		}
		return found == nil
	})
	return found
}

var memory = set("NewAt", "UnsafePointer", "UnsafeAddr", "SliceHeader", "StringHeader")

func otherName(read source, imported string, names map[string]bool) *ast.SelectorExpr {
	var found *ast.SelectorExpr
	ast.Inspect(read.file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok && found == nil {
			if name, ok := selector.X.(*ast.Ident); ok && name.Name == imported && name.Obj == nil && !names[selector.Sel.Name] {
				found = selector
			}
		}
		return found == nil
	})
	return found
}

func otherHead(read source, function *ast.FuncDecl, asked screenQuestion) *problem {
	if asked.Results == nil {
		return nil
	}
	own := describe(read, function)
	same := len(own.Params) == len(asked.Params) && len(own.Results) == len(asked.Results)
	for at := 0; same && at < len(asked.Params); at++ {
		same = plainType(own.Params[at].Type) == plainType(asked.Params[at].Type) && own.Params[at].Variadic == asked.Params[at].Variadic
	}
	for at := 0; same && at < len(asked.Results); at++ {
		same = plainType(own.Results[at]) == plainType(asked.Results[at])
	}
	if same {
		return nil
	}
	return &problem{Class: "signature", Line: read.line(function.Pos()), Message: "has another signature", Got: headText(function)}
}

// plainType: names that mean the same, written in one way.
func plainType(kind string) string {
	kind = strings.Join(strings.Fields(kind), "")
	kind = strings.ReplaceAll(kind, "interface{}", "any")
	return kind
}

// What the type checker says truly even where it does not know the packages of the standard library.
var certain = []struct{ text, class string }{
	{"declared and not used", "compile"}, {"undefined: ", "name"}, {"missing return", "compile"}, {"redeclared in this block", "compile"},
	{"no new variables on left side", "compile"}, {"not enough return values", "compile"}, {"too many return values", "compile"},
	{"imported and not used", "import"}, {"label ", "compile"},
}

type noPackages struct{}

func (noPackages) Import(string) (*types.Package, error) {
	return nil, errors.New("not read")
}

// typeProblems are the surest errors of the compiler, without compiling: a package that cannot be imported makes what comes of it
// unknown, and the checker is silent about that.
func typeProblems(read source) []problem {
	found := []problem{}
	config := types.Config{Importer: noPackages{}, Error: func(err error) {
		wrong, ok := err.(types.Error)
		if !ok {
			return
		}
		for _, one := range certain {
			if strings.Contains(wrong.Msg, one.text) {
				found = append(found, problem{Class: one.class, Line: max(wrong.Fset.Position(wrong.Pos).Line-read.added, 1), Message: strings.SplitN(wrong.Msg, "\n", 2)[0]})
				return
			}
		}
	}}
	// Its error is the first of those that were collected.
	_, _ = config.Check("solution", read.fset, []*ast.File{read.file}, nil)
	return found
}
