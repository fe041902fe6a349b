package main

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

type edit struct {
	ID    int    `json:"id"`
	Begin int    `json:"begin"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

type schemataQuestion struct {
	Source  string `json:"source"`
	Mutants []edit `json:"mutants"`
}

type schemataAnswer struct {
	Source string `json:"source"`
	// The lines that each mark stands for.
	Marks [][]int `json:"marks"`
	// Mutants that cannot be told apart from the present code in this way.
	Unfit []int `json:"unfit"`
}

type inlay struct {
	at   int
	text string
}

// schemata writes one source that is the present code and all its mutants: a function begins with a switch to a copy of itself for each
// mutant, and marks the statements that it reaches. Copies carry a `//line` of their own, by which the compiler names the mutant at fault.
func schemata(asked schemataQuestion) (schemataAnswer, error) {
	read, wrong := wholeFile(asked.Source)
	answer := schemataAnswer{Marks: [][]int{}, Unfit: []int{}}
	if wrong != nil {
		return answer, fmt.Errorf("line %d: %s", wrong.Line, wrong.Message)
	}
	writer := schemataWriter{read: read, answer: &answer}
	var copies strings.Builder
	taken := map[int]bool{}
	for _, decl := range read.file.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok || function.Body == nil {
			continue
		}
		from, to := read.offset(function.Body.Lbrace), read.offset(function.Body.Rbrace)
		var mine []edit
		for _, one := range asked.Mutants {
			if from < one.Begin && one.End <= to {
				mine, taken[one.ID] = append(mine, one), true
			}
		}
		if function.Name.Name == "init" || function.Name.Name == "_" || recovers(function.Body) {
			for _, one := range mine {
				answer.Unfit = append(answer.Unfit, one.ID)
			}
			mine = nil
		}
		if len(mine) > 0 {
			writer.dispatch(function, mine)
		}
		for _, one := range mine {
			fmt.Fprintf(&copies, "\n//line untilgreen_mutant_%d.go:1\n%s\n", one.ID, writer.copyOf(function, one))
		}
		writer.mark(function.Body)
	}
	for _, one := range asked.Mutants {
		if !taken[one.ID] {
			answer.Unfit = append(answer.Unfit, one.ID)
		}
	}
	answer.Source = writer.written() + copies.String()
	return answer, nil
}

// recovers: it stops a panic itself, which only a function that was deferred directly can; its copy is called by it.
func recovers(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(node ast.Node) bool {
		if _, inner := node.(*ast.FuncLit); inner {
			return false
		}
		if call, ok := node.(*ast.CallExpr); ok {
			if name, ok := call.Fun.(*ast.Ident); ok && name.Name == "recover" {
				found = true
			}
		}
		return true
	})
	return found
}

type schemataWriter struct {
	read   source
	answer *schemataAnswer
	inlays []inlay
	// Ends of names that an inlay stands for.
	cut [][2]int
}

func (w *schemataWriter) insert(at int, text string) {
	w.inlays = append(w.inlays, inlay{at, text})
}

func (w *schemataWriter) written() string {
	slices.SortStableFunc(w.inlays, func(a, b inlay) int { return a.at - b.at })
	var out strings.Builder
	last := 0
	for _, one := range w.inlays {
		out.WriteString(w.read.text[last:one.at])
		out.WriteString(one.text)
		last = one.at
		for _, cut := range w.cut {
			if cut[0] == one.at {
				last = cut[1]
			}
		}
	}
	out.WriteString(w.read.text[last:])
	return out.String()
}

// dispatch puts the switch at the beginning of a function, and names the parameters that have no name.
func (w *schemataWriter) dispatch(function *ast.FuncDecl, mine []edit) {
	count := 0
	names := func(list *ast.FieldList) []string {
		var found []string
		for _, field := range list.List {
			if len(field.Names) == 0 {
				count++
				name := fmt.Sprintf("untilgreenGiven%d", count)
				w.insert(w.read.offset(field.Type.Pos()), name+" ")
				found = append(found, name)
			}
			for _, one := range field.Names {
				name := one.Name
				if name == "_" {
					count++
					name = fmt.Sprintf("untilgreenGiven%d", count)
					at := w.read.offset(one.Pos())
					w.insert(at, name)
					w.cut = append(w.cut, [2]int{at, at + 1})
				}
				found = append(found, name)
			}
			if _, rest := field.Type.(*ast.Ellipsis); rest {
				found[len(found)-1] += "..."
			}
		}
		return found
	}
	receiver := ""
	if function.Recv != nil {
		receiver = names(function.Recv)[0] + "."
	}
	given := names(function.Type.Params)
	types := ""
	if function.Type.TypeParams != nil {
		var params []string
		for _, field := range function.Type.TypeParams.List {
			for _, name := range field.Names {
				params = append(params, name.Name)
			}
		}
		types = "[" + strings.Join(params, ", ") + "]"
	}
	var out strings.Builder
	out.WriteString(" if untilgreenMutant != 0 { switch untilgreenMutant {")
	for _, one := range mine {
		call := fmt.Sprintf("%s%s%s(%s)", receiver, copyName(function, one), types, strings.Join(given, ", "))
		if function.Type.Results != nil && len(function.Type.Results.List) > 0 {
			fmt.Fprintf(&out, " case %d: return %s;", one.ID+1, call)
		} else {
			fmt.Fprintf(&out, " case %d: %s; return;", one.ID+1, call)
		}
	}
	out.WriteString(" } }; ")
	w.insert(w.read.offset(function.Body.Lbrace)+1, out.String())
}

func copyName(function *ast.FuncDecl, one edit) string {
	return fmt.Sprintf("untilgreen%d_%s", one.ID, function.Name.Name)
}

func (w *schemataWriter) copyOf(function *ast.FuncDecl, one edit) string {
	text := w.read.text
	name := w.read.offset(function.Name.Pos())
	head := text[w.read.offset(function.Pos()):name] + copyName(function, one) + text[name+len(function.Name.Name):one.Begin]
	return head + one.Text + text[one.End:w.read.offset(function.End())]
}

// mark puts a mark before every statement of every block.
func (w *schemataWriter) mark(body *ast.BlockStmt) {
	ast.Inspect(body, func(node ast.Node) bool {
		switch one := node.(type) {
		case *ast.BlockStmt:
			// The clauses of a switch stand in a block, but are no statements.
			w.marks(one.List)
		case *ast.CaseClause:
			w.marks(one.Body)
		case *ast.CommClause:
			w.marks(one.Body)
		case *ast.IfStmt:
			if next, ok := one.Else.(*ast.IfStmt); ok {
				w.insert(w.read.offset(next.Pos()), "{ "+w.next(next))
				w.insert(w.read.offset(next.End()), " }")
			}
		}
		return true
	})
}

func (w *schemataWriter) marks(list []ast.Stmt) {
	for _, statement := range list {
		switch statement.(type) {
		case *ast.CaseClause, *ast.CommClause, *ast.EmptyStmt:
			continue
		}
		w.insert(w.read.offset(statement.Pos()), w.next(statement))
	}
}

func (w *schemataWriter) next(statement ast.Stmt) string {
	w.answer.Marks = append(w.answer.Marks, w.ownLines(statement))
	return fmt.Sprintf("untilgreenHit[%d] = 1; ", len(w.answer.Marks)-1)
}

// ownLines are those of a statement without the statements in it, which have marks of their own.
func (w *schemataWriter) ownLines(statement ast.Stmt) []int {
	line := func(node ast.Node, end bool) int {
		if end {
			return w.read.line(node.End() - 1)
		}
		return w.read.line(node.Pos())
	}
	own := map[int]bool{}
	for at := line(statement, false); at <= line(statement, true); at++ {
		own[at] = true
	}
	leave := func(list []ast.Stmt, open int) {
		for _, inner := range list {
			for at := line(inner, false); at <= line(inner, true); at++ {
				if at != open {
					delete(own, at)
				}
			}
		}
	}
	ast.Inspect(statement, func(node ast.Node) bool {
		switch one := node.(type) {
		case *ast.BlockStmt:
			if len(one.List) > 0 {
				if _, clause := one.List[0].(*ast.CaseClause); !clause {
					if _, clause := one.List[0].(*ast.CommClause); !clause {
						leave(one.List, w.read.line(one.Lbrace))
					}
				}
			}
			if close := w.read.line(one.Rbrace); close != w.read.line(one.Lbrace) {
				delete(own, close)
			}
		case *ast.CaseClause:
			leave(one.Body, w.read.line(one.Colon))
		case *ast.CommClause:
			leave(one.Body, w.read.line(one.Colon))
		case *ast.IfStmt:
			if next, ok := one.Else.(*ast.IfStmt); ok {
				for at := line(next, false); at <= line(next, true); at++ {
					delete(own, at)
				}
			}
		}
		return true
	})
	own[line(statement, false)] = true
	lines := make([]int, 0, len(own))
	for at := range own {
		lines = append(lines, at)
	}
	slices.Sort(lines)
	return lines
}
