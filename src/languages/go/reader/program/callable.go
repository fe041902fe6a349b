package main

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

type callableQuestion struct {
	// Sources of the package, without its tests; the first is the one that is asked about.
	Sources []string `json:"sources"`
	// Its tests, for names that are taken.
	Tests []string `json:"tests"`
}

type literalAt struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

type callable struct {
	Name     string      `json:"name"`
	Owner    string      `json:"owner"`
	Pointer  bool        `json:"pointer"`
	Line     int         `json:"line"`
	End      int         `json:"end"`
	Public   bool        `json:"public"`
	Params   []parameter `json:"params"`
	Results  []string    `json:"results"`
	TypeArgs []string    `json:"typeArgs"`
	Literals []literalAt `json:"literals"`
	Impure   string      `json:"impure,omitempty"`
}

type namedImport struct {
	Name string `json:"name"`
	Path string `json:"path"`
}

type callableAnswer struct {
	Problem   *problem      `json:"problem,omitempty"`
	Package   string        `json:"package"`
	Imports   []namedImport `json:"imports"`
	Functions []callable    `json:"functions"`
	// Functions of the whole package that make something: `NewCart`.
	Makers []callable        `json:"makers"`
	Types  map[string]string `json:"types"`
	// Names that tests have, and those of the package.
	Taken []string `json:"taken"`
}

// What a function of a package of the standard library hangs on besides its arguments.
var outside = map[string]string{
	"time.Now": "reads the clock", "time.Since": "reads the clock", "time.Until": "reads the clock", "time.Sleep": "waits", "time.After": "waits", "time.Tick": "waits",
	"rand": "uses chance", "os/exec": "runs other programs", "net": "uses the network", "net/http.Get": "uses the network", "net/http.DefaultClient": "uses the network", "net/http.Post": "uses the network",
	"os.Open": "opens files", "os.OpenFile": "opens files", "os.Create": "opens files", "os.ReadFile": "opens files", "os.WriteFile": "opens files", "os.ReadDir": "opens files", "os.Stat": "opens files", "os.Lstat": "opens files",
	"os.Mkdir": "opens files", "os.MkdirAll": "opens files", "os.Remove": "opens files", "os.RemoveAll": "opens files", "os.Rename": "opens files", "os.MkdirTemp": "opens files", "os.CreateTemp": "opens files",
	"os.Getwd": "reads the working folder", "os.Getenv": "reads the environment", "os.LookupEnv": "reads the environment", "os.Environ": "reads the environment", "os.Hostname": "reads the environment", "os.Exit": "ends the process",
	"os.Getpid": "reads the environment", "path/filepath.Walk": "opens files", "path/filepath.WalkDir": "opens files", "path/filepath.Glob": "opens files", "path/filepath.Abs": "reads the working folder", "os.Stdin": "reads its input",
	"log.Fatal": "ends the process", "log.Fatalf": "ends the process", "log.Fatalln": "ends the process", "runtime.Caller": "reads the stack", "runtime.NumGoroutine": "reads the stack",
}

// readCallable gives what tests can call in a file of a package, and what they need to know of its types.
func readCallable(asked callableQuestion) (callableAnswer, error) {
	answer := callableAnswer{Imports: []namedImport{}, Functions: []callable{}, Makers: []callable{}, Types: map[string]string{}, Taken: []string{}}
	var files []source
	for at, text := range asked.Sources {
		read, wrong := wholeFile(text)
		if wrong != nil && at == 0 {
			answer.Problem = wrong
			return answer, nil
		}
		if wrong == nil {
			files = append(files, read)
		}
	}
	answer.Package = files[0].file.Name.Name
	for _, spec := range files[0].file.Imports {
		answer.Imports = append(answer.Imports, namedImport{localName(spec), importPath(spec)})
	}
	constants := map[string]string{}
	impure := map[string]string{}
	calls := map[string][]string{}
	for _, read := range files {
		for _, decl := range read.file.Decls {
			answer.Taken = append(answer.Taken, declared(decl)...)
			switch one := decl.(type) {
			case *ast.FuncDecl:
				noteCalls(read, one, impure, calls)
			case *ast.GenDecl:
				noteTypes(one, answer.Types, constants)
			}
		}
	}
	for _, text := range asked.Tests {
		if read, wrong := wholeFile(text); wrong == nil {
			for _, decl := range read.file.Decls {
				answer.Taken = append(answer.Taken, declared(decl)...)
			}
		}
	}
	spread(impure, calls)
	for at, read := range files {
		for _, decl := range read.file.Decls {
			function, ok := decl.(*ast.FuncDecl)
			if !ok || function.Body == nil || function.Name.Name == "init" || function.Name.Name == "_" || function.Name.Name == "main" && read.file.Name.Name == "main" {
				continue
			}
			if at == 0 {
				one := describeCallable(read, function, constants)
				one.Impure = first(impure[function.Name.Name], one.Impure)
				answer.Functions = append(answer.Functions, one)
			}
			if function.Recv == nil && function.Type.TypeParams == nil && (strings.HasPrefix(function.Name.Name, "New") || strings.HasPrefix(function.Name.Name, "new")) {
				one := describeCallable(read, function, constants)
				if impure[function.Name.Name] == "" {
					answer.Makers = append(answer.Makers, one)
				}
			}
		}
	}
	return answer, nil
}

func first(one, other string) string {
	if one != "" {
		return one
	}
	return other
}

func noteTypes(decl *ast.GenDecl, types, constants map[string]string) {
	for _, spec := range decl.Specs {
		switch one := spec.(type) {
		case *ast.TypeSpec:
			if one.TypeParams == nil {
				types[one.Name.Name] = madeOf(one.Type)
			}
		case *ast.ValueSpec:
			for at, name := range one.Names {
				if at < len(one.Values) {
					if literal, ok := one.Values[at].(*ast.BasicLit); ok {
						constants[name.Name] = literal.Value
					}
				}
			}
		}
	}
}

// madeOf is a type as literals of it are made: fields that have none are not told, and keep their zero.
func madeOf(kind ast.Expr) string {
	structure, ok := kind.(*ast.StructType)
	if !ok {
		return text(kind)
	}
	var out strings.Builder
	out.WriteString("struct {")
	for _, field := range structure.Fields.List {
		literal := true
		ast.Inspect(field.Type, func(node ast.Node) bool {
			switch node.(type) {
			case *ast.FuncType, *ast.ChanType, *ast.InterfaceType, *ast.StructType, *ast.IndexExpr, *ast.IndexListExpr:
				literal = false
			}
			return literal
		})
		for _, name := range field.Names {
			if literal && name.Name != "_" {
				out.WriteString("\n\t" + name.Name + " " + text(field.Type))
			}
		}
	}
	out.WriteString("\n}")
	return out.String()
}

// noteCalls keeps by name what a function calls, and what it touches besides its arguments.
func noteCalls(read source, function *ast.FuncDecl, impure map[string]string, calls map[string][]string) {
	if function.Body == nil {
		return
	}
	name := function.Name.Name
	paths := map[string]string{}
	for _, spec := range read.file.Imports {
		paths[localName(spec)] = importPath(spec)
	}
	ast.Inspect(function.Body, func(node ast.Node) bool {
		switch one := node.(type) {
		case *ast.SelectorExpr:
			of, ok := one.X.(*ast.Ident)
			path := ""
			if ok && of.Obj == nil {
				path = paths[of.Name]
			}
			if path == "" {
				calls[name] = append(calls[name], one.Sel.Name)
				return true
			}
			if strings.HasSuffix(path, "/rand") || strings.HasSuffix(path, "/rand/v2") {
				path = "rand"
			}
			if why := first(outside[path+"."+one.Sel.Name], outside[path]); why != "" && impure[name] == "" {
				impure[name] = why
			}
		case *ast.Ident:
			if one.Name != name {
				calls[name] = append(calls[name], one.Name)
			}
		}
		return true
	})
}

// spread tells of each function what those that it names touch.
func spread(impure map[string]string, calls map[string][]string) {
	for changed := true; changed; {
		changed = false
		for name, named := range calls {
			for _, other := range named {
				if impure[name] == "" && impure[other] != "" {
					impure[name], changed = impure[other], true
				}
			}
		}
	}
}

func describeCallable(read source, function *ast.FuncDecl, constants map[string]string) callable {
	found := callable{Name: fullName(function), Owner: receiver(function), Line: read.line(function.Pos()), End: read.line(function.End()), Public: function.Name.IsExported(), Params: []parameter{}, Results: results(function.Type), TypeArgs: []string{}, Literals: []literalAt{}}
	if function.Recv != nil {
		_, found.Pointer = function.Recv.List[0].Type.(*ast.StarExpr)
		found.Public = found.Public && ast.IsExported(found.Owner)
		if strings.Contains(text(function.Recv.List[0].Type), "[") {
			found.Impure = "belongs to a type with type parameters, which no object is made of"
		}
	}
	given := map[string]string{}
	if function.Type.TypeParams != nil {
		for _, field := range function.Type.TypeParams.List {
			for _, name := range field.Names {
				kind := argumentFor(text(field.Type))
				if kind == "" {
					found.Impure = "has a type parameter that no type is known for"
				}
				given[name.Name] = kind
				found.TypeArgs = append(found.TypeArgs, kind)
			}
		}
	}
	count := 0
	for _, field := range function.Type.Params.List {
		kind, variadic := field.Type, false
		if rest, ok := kind.(*ast.Ellipsis); ok {
			kind, variadic = rest.Elt, true
		}
		names := []string{}
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
		if len(names) == 0 {
			names = append(names, "_")
		}
		for _, name := range names {
			count++
			if name == "_" {
				name = "arg" + strconv.Itoa(count)
			}
			found.Params = append(found.Params, parameter{name, withTypes(kind, given), variadic})
		}
	}
	for at := range found.Results {
		found.Results[at] = replaceNames(found.Results[at], given)
	}
	ast.Inspect(function.Body, func(node ast.Node) bool {
		switch one := node.(type) {
		case *ast.BasicLit:
			found.Literals = append(found.Literals, literals(read.line(one.Pos()), one.Value)...)
		case *ast.Ident:
			if value, ok := constants[one.Name]; ok {
				found.Literals = append(found.Literals, literals(read.line(one.Pos()), value)...)
			}
		}
		return len(found.Literals) < 200
	})
	return found
}

// literals: a character is also a text of which strings are made.
func literals(line int, value string) []literalAt {
	found := []literalAt{{line, value}}
	if strings.HasPrefix(value, "'") {
		if character, _, _, err := strconv.UnquoteChar(value[1:len(value)-1], '\''); err == nil {
			found = []literalAt{{line, strconv.Quote(string(character))}, {line, strconv.Itoa(int(character))}}
		}
	} else if strings.HasPrefix(value, "`") || strings.HasPrefix(value, `"`) {
		if whole, err := strconv.Unquote(value); err == nil {
			found = []literalAt{{line, strconv.Quote(whole)}}
		}
	}
	return found
}

func argumentFor(constraint string) string {
	if constraint == "any" || constraint == "comparable" || strings.HasSuffix(constraint, "Ordered") || strings.HasSuffix(constraint, "Integer") || strings.HasSuffix(constraint, "Signed") || strings.HasSuffix(constraint, "Number") {
		return "int"
	}
	for _, part := range strings.Split(constraint, "|") {
		if kind := strings.TrimPrefix(strings.TrimSpace(part), "~"); basic[kind] {
			return kind
		}
	}
	return ""
}

func withTypes(kind ast.Expr, given map[string]string) string {
	return replaceNames(text(kind), given)
}

func replaceNames(kind string, given map[string]string) string {
	if len(given) == 0 {
		return kind
	}
	var out strings.Builder
	word := ""
	flush := func() {
		if by, ok := given[word]; ok {
			out.WriteString(by)
		} else {
			out.WriteString(word)
		}
		word = ""
	}
	for _, sign := range kind {
		if sign == '_' || token.IsIdentifier(string(sign)) || sign >= '0' && sign <= '9' {
			word += string(sign)
			continue
		}
		flush()
		out.WriteRune(sign)
	}
	flush()
	return out.String()
}
