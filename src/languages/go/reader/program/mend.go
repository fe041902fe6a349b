package main

import (
	"go/ast"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// Rounds of mending: each takes away one kind of error.
const rounds = 8

// mend makes a code compile where that needs no thought: it is cut after the last statement that parses, unused variables are used, a function
// that must not end ends in a panic, imports are completed. `found` is false where nothing of that changed anything.
func mend(asked moduleQuestion) (codeAnswer, error) {
	code := asked.Code
	read, wrong := parse(code)
	if wrong != nil || findFunction(read.file, asked.Name) == nil {
		cut, ok := truncate(code, asked.Name)
		if !ok {
			return codeAnswer{}, nil
		}
		code = cut
	}
	for range rounds {
		module, err := makeModule(moduleQuestion{code, asked.Name, asked.Before})
		if err != nil || !module.Found {
			return codeAnswer{}, err
		}
		code = module.Code
		mended := mendTypes(code)
		if mended == code {
			break
		}
		code = mended
	}
	return codeAnswer{code, code != asked.Code}, nil
}

// truncate cuts a source line by line from its end and closes what is open, until it parses and the function has a statement.
func truncate(code, name string) (string, bool) {
	lines := strings.Split(code, "\n")
	for end := len(lines); end > 0; end-- {
		cut := strings.Join(lines[:end], "\n")
		closed := cut + "\n" + strings.Repeat("}\n", openBraces(cut))
		read, wrong := parse(closed)
		if wrong != nil {
			continue
		}
		if function := findFunction(read.file, name); function != nil && function.Body != nil && len(function.Body.List) > 0 {
			return closed, true
		}
	}
	return "", false
}

func openBraces(code string) int {
	fset := token.NewFileSet()
	var words scanner.Scanner
	words.Init(fset.AddFile("", -1, len(code)), []byte(code), nil, 0)
	depth := 0
	for {
		_, kind, _ := words.Scan()
		switch kind {
		case token.EOF:
			return max(depth, 0)
		case token.LBRACE:
			depth++
		case token.RBRACE:
			depth--
		}
	}
}

type insertion struct {
	at   int
	text string
}

// mendTypes writes what the type checker misses into the text.
func mendTypes(code string) string {
	read, wrong := parse(code)
	if wrong != nil {
		return code
	}
	var added []insertion
	for _, found := range typeProblems(read) {
		switch {
		case strings.HasPrefix(found.Message, "declared and not used: "):
			name := strings.TrimPrefix(found.Message, "declared and not used: ")
			if at := afterDeclaration(read, name, found.Line); at >= 0 {
				added = append(added, insertion{at, "\n_ = " + name + "\n"})
			}
		case found.Message == "missing return":
			if at := endOfBody(read, found.Line); at >= 0 {
				added = append(added, insertion{at, "\npanic(\"unreachable\")\n"})
			}
		}
	}
	slices.SortFunc(added, func(a, b insertion) int { return b.at - a.at })
	for _, one := range added {
		code = read.text[:one.at] + one.text + read.text[one.at:]
		read.text = code
	}
	return code
}

// afterDeclaration is the offset where a statement can use a variable that is declared on this line: behind its declaration, or at the
// beginning of the block of the `for`, `if` or `switch` that declares it.
func afterDeclaration(read source, name string, line int) int {
	at := -1
	declares := func(statement ast.Stmt) bool {
		found := false
		ast.Inspect(statement, func(node ast.Node) bool {
			if one, ok := node.(*ast.Ident); ok && one.Name == name && read.line(one.Pos()) == line {
				found = true
			}
			_, inner := node.(*ast.BlockStmt)
			return !found && !inner
		})
		return found
	}
	ast.Inspect(read.file, func(node ast.Node) bool {
		var list []ast.Stmt
		switch block := node.(type) {
		case *ast.BlockStmt:
			list = block.List
		case *ast.CaseClause:
			list = block.Body
		default:
			return true
		}
		for _, statement := range list {
			switch one := statement.(type) {
			case *ast.AssignStmt, *ast.DeclStmt:
				if declares(one) {
					at = read.offset(one.End())
				}
			case *ast.ForStmt:
				if one.Init != nil && declares(one.Init) {
					at = read.offset(one.Body.Lbrace) + 1
				}
			case *ast.RangeStmt:
				for _, variable := range []ast.Expr{one.Key, one.Value} {
					if ident, ok := variable.(*ast.Ident); ok && ident.Name == name && read.line(ident.Pos()) == line {
						at = read.offset(one.Body.Lbrace) + 1
					}
				}
			case *ast.IfStmt:
				if one.Init != nil && declares(one.Init) {
					at = read.offset(one.Body.Lbrace) + 1
				}
			}
		}
		return true
	})
	return at
}

func endOfBody(read source, line int) int {
	at := -1
	ast.Inspect(read.file, func(node ast.Node) bool {
		var body *ast.BlockStmt
		switch one := node.(type) {
		case *ast.FuncDecl:
			body = one.Body
		case *ast.FuncLit:
			body = one.Body
		}
		if body != nil && read.line(body.Rbrace) == line {
			at = read.offset(body.Rbrace)
		}
		return true
	})
	return at
}
