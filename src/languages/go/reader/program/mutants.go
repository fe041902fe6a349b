package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

type mutantsQuestion struct {
	Source string `json:"source"`
	// Lines that may change; all where there are none.
	Lines []int `json:"lines"`
	Limit int   `json:"limit"`
}

type mutant struct {
	Description string `json:"description"`
	Line        int    `json:"line"`
	Content     string `json:"content"`
}

type mutantsAnswer struct {
	Mutants []mutant `json:"mutants"`
}

type change struct {
	from, to    int
	text, words string
}

var swaps = map[token.Token]string{
	token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">", token.EQL: "!=", token.NEQ: "==", token.ADD: "-", token.SUB: "+",
	token.MUL: "/", token.QUO: "*", token.REM: "*", token.LAND: "||", token.LOR: "&&", token.AND: "|", token.OR: "&", token.SHL: ">>", token.SHR: "<<",
	token.ADD_ASSIGN: "-=", token.SUB_ASSIGN: "+=", token.MUL_ASSIGN: "/=", token.QUO_ASSIGN: "*=", token.INC: "--", token.DEC: "++",
}

// mutants gives small changes of behaviour that a good test notices, a line's second one only after every line had its first. What
// would surely not compile is left out; what needs other files to know is the compiler's to say.
func mutants(asked mutantsQuestion) (mutantsAnswer, error) {
	read, wrong := wholeFile(asked.Source)
	answer := mutantsAnswer{Mutants: []mutant{}}
	if wrong != nil {
		return answer, nil
	}
	finder := mutator{read: read, texts: textExpressions(read)}
	for _, decl := range read.file.Decls {
		if function, ok := decl.(*ast.FuncDecl); ok && function.Body != nil {
			finder.function(function.Type, function.Body)
		} else if general, ok := decl.(*ast.GenDecl); ok && (general.Tok == token.VAR || general.Tok == token.CONST) {
			finder.walk(general, nil, 0)
		}
	}
	byLine := map[int][]change{}
	for _, one := range finder.found {
		line := read.fset.Position(read.fset.File(read.file.Pos()).Pos(one.from)).Line
		if len(asked.Lines) == 0 || slices.Contains(asked.Lines, line) {
			byLine[line] = append(byLine[line], one)
		}
	}
	lines := make([]int, 0, len(byLine))
	for line := range byLine {
		lines = append(lines, line)
	}
	slices.Sort(lines)
	known := len(typeProblems(read))
	for round := 0; len(answer.Mutants) < asked.Limit; round++ {
		more := false
		for _, line := range lines {
			if round >= len(byLine[line]) || len(answer.Mutants) >= asked.Limit {
				continue
			}
			more = true
			one := byLine[line][round]
			content := asked.Source[:one.from] + one.text + asked.Source[one.to:]
			if changed, wrong := wholeFile(content); wrong == nil && len(typeProblems(changed)) <= known {
				answer.Mutants = append(answer.Mutants, mutant{one.words, line, content})
			}
		}
		if !more {
			break
		}
	}
	return answer, nil
}

// textExpressions are the places of expressions that are texts, as far as this file alone says: `-` is not there for them.
func textExpressions(read source) map[ast.Expr]bool {
	info := types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	config := types.Config{Importer: noPackages{}, Error: func(error) {}}
	_, _ = config.Check("file", read.fset, []*ast.File{read.file}, &info)
	texts := map[ast.Expr]bool{}
	for expression, known := range info.Types {
		if basic, ok := known.Type.Underlying().(*types.Basic); ok && basic.Info()&types.IsString != 0 {
			texts[expression] = true
		}
	}
	return texts
}

type mutator struct {
	read  source
	texts map[ast.Expr]bool
	found []change
}

func (m *mutator) replace(node ast.Node, by, words string) {
	from, to := m.read.offset(node.Pos()), m.read.offset(node.End())
	if words == "" {
		words = fmt.Sprintf("%s became %s", brief(m.read.text[from:to]), brief(by))
	}
	m.found = append(m.found, change{from, to, by, words})
}

func (m *mutator) operator(at token.Pos, was token.Token, by string) {
	from := m.read.offset(at)
	m.found = append(m.found, change{from, from + len(was.String()), by, fmt.Sprintf("%s became %s", was, by)})
}

func (m *mutator) text(node ast.Node) string {
	return m.read.text[m.read.offset(node.Pos()):m.read.offset(node.End())]
}

func (m *mutator) function(kind *ast.FuncType, body *ast.BlockStmt) {
	var results []ast.Expr
	if kind.Results != nil {
		for _, field := range kind.Results.List {
			for range max(len(field.Names), 1) {
				results = append(results, field.Type)
			}
		}
	}
	m.walk(body, results, 0)
}

// walk looks at a node and what is in it; `held` counts the switches and selects around it, in which `break` means something else.
func (m *mutator) walk(node ast.Node, results []ast.Expr, held int) {
	ast.Inspect(node, func(inner ast.Node) bool {
		switch one := inner.(type) {
		case *ast.FuncLit:
			m.function(one.Type, one.Body)
			return false
		case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			if inner != node {
				m.walk(inner, results, held+1)
				return false
			}
		case *ast.ForStmt, *ast.RangeStmt:
			if inner != node && held > 0 {
				m.walk(inner, results, 0)
				return false
			}
			if loop, ok := inner.(*ast.ForStmt); ok && loop.Cond != nil {
				m.expression(loop.Cond)
				m.walk(loop.Body, results, 0)
				return false // what steers the loop stays otherwise, or the mutant never ends
			}
		case *ast.ReturnStmt:
			m.returned(one, results)
		case *ast.IfStmt:
			if _, negated := one.Cond.(*ast.UnaryExpr); !negated {
				m.replace(one.Cond, "!("+m.text(one.Cond)+")", "the condition "+brief(m.text(one.Cond))+" was turned round")
			}
		case *ast.BranchStmt:
			if one.Label == nil && one.Tok == token.BREAK && held == 0 {
				m.replace(one, "continue", "")
			} else if one.Label == nil && one.Tok == token.CONTINUE {
				m.replace(one, "break", "")
			}
		case *ast.AssignStmt:
			if by, ok := swaps[one.Tok]; ok && !(one.Tok == token.ADD_ASSIGN && (m.texts[one.Lhs[0]] || m.texts[one.Rhs[0]])) {
				m.operator(one.TokPos, one.Tok, by)
			}
		case *ast.IncDecStmt:
			m.operator(one.TokPos, one.Tok, swaps[one.Tok])
		case *ast.ExprStmt:
			if call, ok := one.X.(*ast.CallExpr); ok {
				if name, ok := call.Fun.(*ast.Ident); !ok || name.Name != "panic" {
					m.replace(one, "", "the call "+brief(m.text(one))+" was left out")
				}
			}
		case *ast.ArrayType, *ast.MapType, *ast.StructType, *ast.InterfaceType, *ast.ImportSpec:
			return false
		case ast.Expr:
			m.expression(one)
		}
		return true
	})
}

func (m *mutator) expression(given ast.Expr) {
	switch one := given.(type) {
	case *ast.BinaryExpr:
		by, ok := swaps[one.Op]
		if joins := one.Op == token.ADD && (m.texts[one] || m.texts[one.X] || m.texts[one.Y]); joins {
			m.replace(one, m.text(one.Y), brief(m.text(one))+" lost its first part")
		} else if ok {
			m.operator(one.OpPos, one.Op, by)
		}
	case *ast.UnaryExpr:
		if one.Op == token.NOT {
			m.replace(one, m.text(one.X), brief(m.text(one))+" lost its !")
		} else if one.Op == token.SUB {
			m.replace(one, m.text(one.X), brief(m.text(one))+" lost its minus")
		}
	case *ast.Ident:
		if one.Obj == nil && (one.Name == "true" || one.Name == "false") {
			m.replace(one, strconv.FormatBool(one.Name == "false"), "")
		}
	case *ast.BasicLit:
		m.literal(one)
	}
}

func (m *mutator) literal(one *ast.BasicLit) {
	switch one.Kind {
	case token.INT:
		by := map[string]string{"0": "1", "1": "0"}[one.Value]
		if by == "" {
			by = "(" + one.Value + " + 1)"
		}
		m.replace(one, by, "")
	case token.FLOAT:
		m.replace(one, "("+one.Value+" + 1)", "")
	case token.STRING:
		if value, err := strconv.Unquote(one.Value); err == nil && value != "" {
			m.replace(one, `""`, "")
		} else {
			m.replace(one, `"mutant"`, "")
		}
	}
}

// returned puts the zero of the declared type in place of each returned value.
func (m *mutator) returned(statement *ast.ReturnStmt, results []ast.Expr) {
	if len(statement.Results) != len(results) {
		return
	}
	for at, value := range statement.Results {
		zero := zeroValue(results[at])
		if zero == "" || m.text(value) == zero {
			continue
		}
		m.replace(value, zero, "returns "+zero+" instead of "+brief(m.text(value)))
	}
}

func zeroValue(kind ast.Expr) string {
	switch one := kind.(type) {
	case *ast.StarExpr, *ast.MapType, *ast.FuncType, *ast.ChanType, *ast.InterfaceType:
		return "nil"
	case *ast.ArrayType:
		if one.Len == nil {
			return "nil"
		}
	case *ast.Ident:
		switch {
		case one.Name == "string":
			return `""`
		case one.Name == "bool":
			return "false"
		case one.Name == "error" || one.Name == "any":
			return "nil"
		case numbers[one.Name]:
			return "0"
		}
	}
	return ""
}

var numbers = set("int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr", "byte", "rune", "float32", "float64", "complex64", "complex128")

func brief(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 40 {
		return "`" + text[:38] + "…`"
	}
	return "`" + text + "`"
}
