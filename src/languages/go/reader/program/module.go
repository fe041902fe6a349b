package main

import (
	"go/ast"
	"go/format"
	"strings"
)

type moduleQuestion struct {
	Code string `json:"code"`
	Name string `json:"name"`
	// Imports and declarations that belong to the head; those that the code lacks are added.
	Before string `json:"before"`
}

// makeModule makes a file of `package solution` of a model's code: with the imports it needs and no others (both are compile errors in Go),
// without declarations that the function does not need and what stands at top level and is none. `found` is false where the function is not in what can be read.
func makeModule(asked moduleQuestion) (codeAnswer, error) {
	read, wrong := parse(asked.Code)
	if wrong != nil {
		// Whole declarations before and after what does not parse are kept, if the function is among them.
		read, wrong = parse(readable(asked.Code, read))
	}
	if wrong != nil || findFunction(read.file, asked.Name) == nil {
		return codeAnswer{Code: asked.Code}, nil
	}
	before, beforeWrong := parse(asked.Before)
	var kept []string
	needed := reachable(read.file, asked.Name)
	have := map[string]bool{}
	for decl := range needed {
		for _, name := range declared(decl) {
			have[name] = true
		}
	}
	var more []*ast.ImportSpec
	if beforeWrong == nil && asked.Before != "" {
		more = before.file.Imports
		for _, decl := range before.file.Decls {
			if names := declared(decl); len(names) > 0 && !have[names[0]] && names[0] != asked.Name {
				kept = append(kept, before.slice(decl))
			}
		}
	}
	for _, decl := range read.file.Decls {
		if needed[decl] {
			kept = append(kept, read.slice(decl))
		}
	}
	body := strings.Join(kept, "\n\n") + "\n"
	whole, _ := parse(packageClause + "\n" + body)
	lines := importLines(whole.file, append(read.file.Imports, more...))
	code := packageClause + "\n" + importBlock(lines) + body
	formatted, err := format.Source([]byte(code))
	if err != nil {
		return codeAnswer{code, true}, nil
	}
	return codeAnswer{string(formatted), true}, nil
}

// reachable are the declarations that the function needs: itself, what it names, and what those name. A reply has more: `main`, tests, a second
// version of the function. `init` stays, since it runs in any case: it is for `screen` to speak of.
func reachable(file *ast.File, name string) map[ast.Decl]bool {
	byName := map[string][]ast.Decl{}
	taken := map[string]bool{}
	for _, decl := range file.Decls {
		for _, own := range declared(decl) {
			if taken[own] && own != "_" {
				continue // the first of two with one name
			}
			taken[own] = true
			of, _, _ := strings.Cut(own, ".")
			byName[of] = append(byName[of], decl)
		}
	}
	needed := map[ast.Decl]bool{}
	queue := append(append([]ast.Decl{}, byName[name]...), byName["init"]...)
	for len(queue) > 0 {
		decl := queue[0]
		queue = queue[1:]
		if needed[decl] {
			continue
		}
		needed[decl] = true
		ast.Inspect(decl, func(node ast.Node) bool {
			if one, ok := node.(*ast.Ident); ok {
				queue = append(queue, byName[one.Name]...)
			}
			return true
		})
	}
	return needed
}

func takesTesting(function *ast.FuncDecl) bool {
	return function.Type.Params.NumFields() == 1 && strings.HasPrefix(text(function.Type.Params.List[0].Type), "*testing.")
}

// readable keeps the declarations of a source that parse by themselves, in their order, each begun at a line with a word that begins one.
func readable(code string, broken source) string {
	var kept []string
	for _, piece := range pieces(code) {
		if _, wrong := parse(packageClause + piece); wrong == nil {
			kept = append(kept, piece)
			continue
		}
		// A function followed by statements or prose: up to the last line that is a brace alone.
		if end := strings.LastIndex(piece, "\n}"); end > 0 {
			for cut := end; cut > 0; cut = strings.LastIndex(piece[:cut], "\n}") {
				if _, wrong := parse(packageClause + piece[:cut+2]); wrong == nil {
					kept = append(kept, piece[:cut+2])
					break
				}
			}
		}
	}
	return packageClause + strings.Join(kept, "\n")
}

// pieces cuts a source before each line that begins a declaration at the left edge.
func pieces(code string) []string {
	var all []string
	var current []string
	flush := func() {
		if len(current) > 0 {
			all = append(all, strings.Join(current, "\n"))
			current = nil
		}
	}
	for _, line := range strings.Split(code, "\n") {
		for _, word := range []string{"func ", "import ", "import(", "type ", "var ", "const ", "package "} {
			if strings.HasPrefix(line, word) {
				comment := trailingComment(current)
				current = current[:len(current)-len(comment)]
				flush()
				current = comment
				break
			}
		}
		if !strings.HasPrefix(line, "package ") {
			current = append(current, line)
		}
	}
	flush()
	return all
}

// trailingComment are the comment lines at the end: the doc of what comes next.
func trailingComment(lines []string) []string {
	at := len(lines)
	for at > 0 && strings.HasPrefix(lines[at-1], "//") {
		at--
	}
	return append([]string(nil), lines[at:]...)
}

type partsQuestion struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type partsAnswer struct {
	// Import specs as written, without the keyword.
	Imports []string `json:"imports"`
	// Other declarations, with their docs.
	Before string `json:"before"`
	After  string `json:"after"`
	// The function without its doc.
	Function string `json:"function"`
	Found    bool   `json:"found"`
}

// partsOf takes a module apart, for the finished text.
func partsOf(asked partsQuestion) (partsAnswer, error) {
	read, wrong := parse(asked.Code)
	function := findFunction(read.file, asked.Name)
	if wrong != nil || function == nil {
		return partsAnswer{}, nil
	}
	parts := partsAnswer{Found: true, Imports: importLines(read.file, nil)}
	var before, after []string
	for _, decl := range read.file.Decls {
		switch {
		case isImport(decl):
		case decl == ast.Decl(function):
			parts.Function = read.text[read.offset(function.Pos()):read.offset(function.End())]
		case parts.Function == "":
			before = append(before, read.slice(decl))
		default:
			after = append(after, read.slice(decl))
		}
	}
	parts.Before, parts.After = strings.Join(before, "\n\n"), strings.Join(after, "\n\n")
	return parts, nil
}
