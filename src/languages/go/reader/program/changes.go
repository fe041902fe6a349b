package main

import (
	"go/ast"
	"go/token"
)

type changesQuestion struct {
	Source string `json:"source"`
	// `Area`, `Circle.Area`.
	Functions []string `json:"functions"`
}

type changeOf struct {
	Function    string `json:"function"`
	Line        int    `json:"line"`
	Description string `json:"description"`
	Begin       int    `json:"begin"`
	End         int    `json:"end"`
	Text        string `json:"text"`
}

type changesAnswer struct {
	Problem   *problem   `json:"problem,omitempty"`
	Mutations []changeOf `json:"mutations"`
}

// readChanges gives all small changes of the bodies of functions, by their place in the source. Whether one compiles is the compiler's to say.
func readChanges(asked changesQuestion) (changesAnswer, error) {
	read, wrong := wholeFile(asked.Source)
	answer := changesAnswer{Problem: wrong, Mutations: []changeOf{}}
	if wrong != nil {
		return answer, nil
	}
	wanted := set(asked.Functions...)
	texts := textExpressions(read)
	for _, decl := range read.file.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok || function.Body == nil || !wanted[fullName(function)] {
			continue
		}
		finder := mutator{read: read, texts: texts}
		finder.function(function.Type, function.Body)
		finder.leftOut(function.Body)
		seen := map[change]bool{}
		for _, one := range finder.found {
			same := change{one.from, one.to, one.text, ""}
			if seen[same] {
				continue
			}
			seen[same] = true
			line := read.fset.Position(read.fset.File(read.file.Pos()).Pos(one.from)).Line
			answer.Mutations = append(answer.Mutations, changeOf{fullName(function), line, one.words, one.from, one.to, one.text})
		}
	}
	return answer, nil
}

// leftOut leaves out statements that assign, and moves bounds of comparisons to their other neighbour.
func (m *mutator) leftOut(body *ast.BlockStmt) {
	steering := map[ast.Node]bool{}
	ast.Inspect(body, func(node ast.Node) bool {
		switch one := node.(type) {
		case *ast.ForStmt:
			if one.Init != nil {
				steering[one.Init] = true
			}
			if one.Post != nil {
				steering[one.Post] = true
			}
		case *ast.IfStmt:
			if one.Init != nil {
				steering[one.Init] = true
			}
		case *ast.SwitchStmt:
			if one.Init != nil {
				steering[one.Init] = true
			}
		case *ast.AssignStmt:
			if one.Tok != token.DEFINE && !steering[one] {
				m.replace(one, "", "the assignment "+brief(m.text(one))+" was left out")
			}
		case *ast.IncDecStmt:
			if !steering[one] {
				m.replace(one, "", brief(m.text(one))+" was left out")
			}
		case *ast.BinaryExpr:
			if by := map[token.Token]string{token.LSS: "==", token.LEQ: "==", token.GTR: "==", token.GEQ: "=="}[one.Op]; by != "" {
				m.operator(one.OpPos, one.Op, by)
			}
		}
		return true
	})
}

func fullName(function *ast.FuncDecl) string {
	if owner := receiver(function); owner != "" {
		return owner + "." + function.Name.Name
	}
	return function.Name.Name
}
