package main

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
)

type scanQuestion struct {
	Source string `json:"source"`
	IsTest bool   `json:"isTest"`
}

type finding struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Line     int    `json:"line"`
	Message  string `json:"message"`
}

type scanAnswer struct {
	Problem  *problem  `json:"problem,omitempty"`
	Findings []finding `json:"findings"`
}

type rule struct{ name, severity, message string }

var (
	process   = rule{"go/process", "block", "starts other programs"}
	memoryUse = rule{"go/unsafe", "block", "looks past the types"}
	native    = rule{"go/native-code", "block", "brings code that is not Go"}
	kernel    = rule{"go/syscall", "block", "calls the kernel directly"}
	socket    = rule{"go/network", "warn", "opens network sockets"}
	tree      = rule{"go/recursive-delete", "warn", "deletes a folder with all it holds"}
	testAware = rule{"go/test-detection", "block", "asks whether it runs under test"}
	ending    = rule{"go/exit", "block", "ends the process: tests that were still to run would be left out"}
	steering  = rule{"go/test-internals", "block", "steers the test run itself"}
	forging   = rule{"go/forged-report", "block", "holds the mark by which the test runner tells its own lines"}
)

// Packages whose mere import is a finding.
var wholePackages = map[string]rule{
	"os/exec": process, "plugin": native, "C": native, "unsafe": memoryUse, "testing/internal/testdeps": steering,
	"runtime/cgo": native,
}

// Of these packages a name is a finding.
var packageNames = []struct {
	path  string
	names *regexp.Regexp
	rule  rule
}{
	{"os", regexp.MustCompile(`^StartProcess$`), process},
	{"os", regexp.MustCompile(`^RemoveAll$`), tree},
	{"syscall", regexp.MustCompile(`^(Exit|Kill|Tgkill)$`), ending},
	{"syscall", regexp.MustCompile(`^(Exec|ForkExec|StartProcess)$`), process},
	{"syscall", regexp.MustCompile(`Syscall|^(Ptrace|Mmap|Mprotect|Dup)`), kernel},
	{"golang.org/x/sys/unix", regexp.MustCompile(`^(Exec|Exit|Kill|Tgkill)$|Syscall|^(Ptrace|Mmap|Mprotect|Dup)`), kernel},
	{"net", regexp.MustCompile(`^(Dial|Listen)`), socket},
	{"testing", regexp.MustCompile(`^Testing$`), testAware},
	{"testing", regexp.MustCompile(`^(MainStart|Init|RunTests|Main|RegisterCover)$`), steering},
	{"reflect", regexp.MustCompile(`^NewAt$`), memoryUse},
}

var directives = []struct {
	start string
	rule  rule
}{
	{"//go:linkname", rule{"go/linkname", "block", "reaches into another package"}},
	{"//go:cgo_", native},
	{"//go:generate", rule{"go/generate", "warn", "names a command that `go generate` would run"}},
}

// scan finds what a change of tested code has no business with. Names are those of packages, whatever they are called in the file.
func scan(asked scanQuestion) (scanAnswer, error) {
	read, wrong := wholeFile(asked.Source)
	answer := scanAnswer{Problem: wrong, Findings: []finding{}}
	if read.file == nil {
		return answer, nil
	}
	add := func(at token.Pos, found rule) {
		answer.Findings = append(answer.Findings, finding{found.name, found.severity, read.line(at), found.message + "."})
	}
	names := map[string]string{}
	for _, spec := range read.file.Imports {
		path := importPath(spec)
		names[localName(spec)] = path
		if found, known := wholePackages[path]; known {
			add(spec.Pos(), found)
		}
		if spec.Name != nil && spec.Name.Name == "." && partlyWatched(path) {
			add(spec.Pos(), rule{"go/dot-import", "block", "hides which names of " + path + " it uses"})
		}
	}
	for _, group := range read.file.Comments {
		for _, comment := range group.List {
			for _, directive := range directives {
				if strings.HasPrefix(comment.Text, directive.start) {
					add(comment.Pos(), directive.rule)
				}
			}
		}
	}
	isMain := read.file.Name.Name == "main" && !asked.IsTest
	for _, decl := range read.file.Decls {
		function, _ := decl.(*ast.FuncDecl)
		scanDecl(read, decl, function, names, asked.IsTest, isMain, add)
	}
	return answer, nil
}

func partlyWatched(path string) bool {
	for _, one := range packageNames {
		if one.path == path && path != "testing" {
			return true
		}
	}
	return false
}

func scanDecl(read source, decl ast.Decl, function *ast.FuncDecl, names map[string]string, isTest, isMain bool, add func(token.Pos, rule)) {
	inMain := isMain && function != nil && function.Recv == nil && function.Name.Name == "main"
	if function != nil && function.Body == nil {
		add(function.Pos(), native)
	}
	if isTest && function != nil && function.Recv == nil {
		switch function.Name.Name {
		case "TestMain":
			if !runsTests(function) {
				add(function.Pos(), rule{"go/test-main", "block", "a TestMain that does not end in m.Run() leaves the tests out"})
			}
		case "init":
			add(function.Pos(), rule{"go/init-in-test", "warn", "runs before the tests, and can change what they check"})
		}
	}
	called := map[ast.Node]*ast.CallExpr{}
	ast.Inspect(decl, func(node ast.Node) bool {
		switch one := node.(type) {
		case *ast.CallExpr:
			called[one.Fun] = one
			if path, name, at := selected(names, one.Fun); path == "flag" && name == "Lookup" && argumentStarts(one, "test.") {
				add(at, testAware)
			}
			if name, ok := one.Fun.(*ast.Ident); ok && isMain && name.Name == "main" && !inMain {
				add(one.Pos(), ending)
			}
		case *ast.BasicLit:
			if one.Kind == token.STRING || one.Kind == token.CHAR {
				if value, err := strconv.Unquote(one.Value); err == nil && strings.Contains(value, "\x16") {
					add(one.Pos(), forging)
				} else if strings.HasPrefix(value, "test.") && testFlags[strings.SplitN(strings.TrimPrefix(value, "test."), "=", 2)[0]] || strings.HasPrefix(value, "-test.") {
					add(one.Pos(), steering)
				}
			}
		case *ast.SelectorExpr:
			path, name, at := selected(names, one)
			for _, watched := range packageNames {
				if watched.path == path && watched.names.MatchString(name) {
					add(at, watched.rule)
				}
			}
			if path == "os" && name == "Exit" && !mayExit(function, called[one], isTest, isMain, inMain) {
				add(at, ending)
			}
		}
		return true
	})
}

var testFlags = set("run", "skip", "v", "short", "count", "list", "bench", "timeout", "failfast", "fuzz", "paniconexit0", "testlogfile", "parallel", "shuffle")

// mayExit: a program ends itself in `main`, and elsewhere in its own package with a number that says it failed; a TestMain with what m.Run gave.
func mayExit(function *ast.FuncDecl, call *ast.CallExpr, isTest, isMain, inMain bool) bool {
	if call == nil || len(call.Args) != 1 {
		return false
	}
	if isTest {
		return function != nil && function.Recv == nil && function.Name.Name == "TestMain" && runsTests(function)
	}
	if inMain {
		return true
	}
	code, ok := call.Args[0].(*ast.BasicLit)
	return isMain && ok && code.Value != "0" && function != nil && function.Name.Name != "init"
}

// runsTests: `m.Run()` stands at the top level of the function, and every exit is with its result.
func runsTests(function *ast.FuncDecl) bool {
	if function.Type.Params.NumFields() != 1 || len(function.Type.Params.List[0].Names) != 1 {
		return false
	}
	given := function.Type.Params.List[0].Names[0].Name
	isRun := func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return false
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || selector.Sel.Name != "Run" {
			return false
		}
		name, ok := selector.X.(*ast.Ident)
		return ok && name.Name == given
	}
	result, ran := "", false
	for _, statement := range function.Body.List {
		switch one := statement.(type) {
		case *ast.AssignStmt:
			if len(one.Rhs) == 1 && isRun(one.Rhs[0]) {
				if name, ok := one.Lhs[0].(*ast.Ident); ok {
					result, ran = name.Name, true
				}
			}
		case *ast.ExprStmt:
			if isRun(one.X) {
				ran = true
			}
			if call, ok := one.X.(*ast.CallExpr); ok && len(call.Args) == 1 && isRun(call.Args[0]) {
				ran = true
			}
		}
	}
	honest := true
	ast.Inspect(function.Body, func(node ast.Node) bool {
		switch one := node.(type) {
		case *ast.CallExpr:
			selector, ok := one.Fun.(*ast.SelectorExpr)
			if !ok || selector.Sel.Name != "Exit" || len(one.Args) != 1 {
				return true
			}
			name, named := one.Args[0].(*ast.Ident)
			number, literal := one.Args[0].(*ast.BasicLit)
			honest = honest && (isRun(one.Args[0]) || (named && name.Name == result) || (literal && number.Value != "0"))
		case *ast.ReturnStmt:
			honest = false
		}
		return true
	})
	return ran && honest
}

func argumentStarts(call *ast.CallExpr, start string) bool {
	if len(call.Args) == 0 {
		return false
	}
	literal, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return false
	}
	value, err := strconv.Unquote(literal.Value)
	return err == nil && strings.HasPrefix(value, start)
}
