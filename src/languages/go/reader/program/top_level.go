package main

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

type topLevelImport struct {
	Name  string `json:"name"`
	Means string `json:"means"`
	Text  string `json:"text"`
}

type topLevelAnswer struct {
	Ok       bool             `json:"ok"`
	InsertAt int              `json:"insertAt"`
	Imports  []topLevelImport `json:"imports"`
	Cuts     [][2]int         `json:"cuts"`
	Declares []string         `json:"declares"`
	Free     []string         `json:"free"`
}

// readTopLevel tells what a file binds and needs, so that its declarations can be put into another one. Offsets are bytes.
func readTopLevel(asked formatQuestion) (topLevelAnswer, error) {
	read, wrong := parse(asked.Code)
	if wrong != nil {
		return topLevelAnswer{}, nil
	}
	// The clause that was added stands in no text of the host's.
	added := len(read.text) - len(asked.Code)
	told := topLevelAnswer{Ok: true}
	behind := 0
	if added == 0 {
		behind = read.offset(read.file.Name.End())
		told.Cuts = append(told.Cuts, [2]int{read.offset(read.file.Package), behind})
	}
	for _, decl := range read.file.Decls {
		if isImport(decl) {
			behind = read.offset(decl.End()) - added
			told.Cuts = append(told.Cuts, [2]int{read.offset(decl.Pos()) - added, behind})
			continue
		}
		for _, name := range declared(decl) {
			if name != "_" && name != "init" && !strings.Contains(name, ".") {
				told.Declares = append(told.Declares, name)
			}
		}
	}
	if behind > 0 {
		if end := strings.IndexByte(asked.Code[behind:], '\n'); end >= 0 {
			behind += end + 1
		} else {
			behind = len(asked.Code)
		}
	}
	told.InsertAt = behind
	imported := map[string]bool{}
	for _, spec := range read.file.Imports {
		name, path := localName(spec), importPath(spec)
		imported[name] = true
		if name == "." || name == "_" {
			name = "*"
		}
		line := strconv.Quote(path)
		if spec.Name != nil {
			line = spec.Name.Name + " " + line
		}
		told.Imports = append(told.Imports, topLevelImport{name, "package " + path, "import " + line})
	}
	told.Free = freeNames(read.file, imported)
	return told, nil
}

// freeNames are those that neither the file nor its imports declare.
func freeNames(file *ast.File, imported map[string]bool) []string {
	free := map[string]bool{}
	for _, name := range file.Unresolved {
		if file.Scope.Lookup(name.Name) == nil && !imported[name.Name] && name.Name != "_" {
			free[name.Name] = true
		}
	}
	names := make([]string, 0, len(free))
	for name := range free {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
