package main

import (
	"go/ast"
	"go/format"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

type organiseQuestion struct {
	Source string `json:"source"`
	// Packages of the project by the name they have: `util` → its import paths.
	Project map[string][]string `json:"project"`
	// Names that other files of the same package declare: they are no packages.
	Declared []string `json:"declared"`
}

// organise drops the imports that a file does not use and adds those of packages that it uses, where only one package can be meant.
func organise(asked organiseQuestion) (codeAnswer, error) {
	read, wrong := wholeFile(asked.Source)
	if wrong != nil {
		return codeAnswer{asked.Source, false}, nil
	}
	used := usedPackages(read.file)
	for _, name := range asked.Declared {
		delete(used, name)
	}
	kept, doubtful, dropped := sortImports(read.file, used, asked.Project)
	missing := map[string]bool{}
	for name := range used {
		if !kept[name] {
			missing[name] = true
		}
	}
	// A package may be called otherwise than its path says: it stays while a name waits for its package.
	if len(missing) == 0 {
		dropped = append(dropped, doubtful...)
	} else if len(doubtful) > 0 {
		missing = nil
	}
	added := []string{}
	for name := range missing {
		if found := packageFor(name, asked.Project); found != "" {
			added = append(added, found)
		}
	}
	if len(dropped) == 0 && len(added) == 0 {
		return formatted(asked.Source), nil
	}
	slices.Sort(added)
	return formatted(rewriteImports(read, dropped, added)), nil
}

func formatted(code string) codeAnswer {
	given, err := format.Source([]byte(code))
	if err != nil {
		return codeAnswer{code, false}
	}
	return codeAnswer{string(given), true}
}

// sortImports tells the names that are imported and used, the imports that may be used under a name of their own, and those that are not used.
func sortImports(file *ast.File, used map[string]token.Pos, project map[string][]string) (kept map[string]bool, doubtful, dropped []*ast.ImportSpec) {
	kept = map[string]bool{}
	for _, spec := range file.Imports {
		from := importPath(spec)
		if from == "C" || (spec.Name != nil && (spec.Name.Name == "_" || spec.Name.Name == ".")) {
			continue
		}
		if spec.Name != nil {
			if _, needed := used[spec.Name.Name]; needed {
				kept[spec.Name.Name] = true
			} else {
				dropped = append(dropped, spec)
			}
			continue
		}
		names := likelyNames(from, project)
		at := slices.IndexFunc(names, func(name string) bool { _, needed := used[name]; return needed })
		switch {
		case at >= 0:
			kept[names[at]] = true
		case standard(from) || len(names) == 1 && inProject(from, project):
			dropped = append(dropped, spec)
		default:
			doubtful = append(doubtful, spec)
		}
	}
	return kept, doubtful, dropped
}

var dottedVersion = regexp.MustCompile(`\.v\d+$`)

// likelyNames are the names under which a package can be used without saying so: the project's own are known.
func likelyNames(from string, project map[string][]string) []string {
	for name, paths := range project {
		if slices.Contains(paths, from) {
			return []string{name}
		}
	}
	base := path.Base(from)
	if version.MatchString(base) {
		base = path.Base(path.Dir(from))
	}
	base = dottedVersion.ReplaceAllString(base, "")
	names := []string{base}
	for _, other := range []string{strings.TrimPrefix(base, "go-"), strings.TrimSuffix(base, "-go"), strings.TrimSuffix(base, ".go"), strings.ReplaceAll(base, "-", ""), strings.ReplaceAll(base, "-", "_"), base[strings.LastIndex(base, "-")+1:]} {
		if !slices.Contains(names, other) {
			names = append(names, other)
		}
	}
	return names
}

func inProject(from string, project map[string][]string) bool {
	for _, paths := range project {
		if slices.Contains(paths, from) {
			return true
		}
	}
	return false
}

// standard: a package that comes with Go.
func standard(from string) bool {
	_, known := slices.BinarySearch(standardPackages, from)
	return known
}

// packageFor is the one package that a name can stand for; none where several can.
func packageFor(name string, project map[string][]string) string {
	own := project[name]
	var found []string
	found = append(found, own...)
	for _, one := range standardPackages {
		if baseName(one) == name {
			found = append(found, one)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// rewriteImports takes lines out of the import blocks and puts others in, in the group where their like stand.
func rewriteImports(read source, dropped []*ast.ImportSpec, added []string) string {
	lines := strings.SplitAfter(read.text, "\n")
	gone := map[int]bool{}
	var block *ast.GenDecl
	var single []*ast.GenDecl
	for _, decl := range read.file.Decls {
		general, ok := decl.(*ast.GenDecl)
		if !ok || general.Tok != token.IMPORT {
			continue
		}
		left := 0
		for _, spec := range general.Specs {
			one := spec.(*ast.ImportSpec)
			if !slices.Contains(dropped, one) {
				left++
				continue
			}
			from := one.Pos()
			if one.Doc != nil {
				from = one.Doc.Pos()
			}
			for line := read.line(from); line <= read.line(one.End()); line++ {
				gone[line] = true
			}
		}
		switch {
		case left == 0 && !(general.Lparen.IsValid() && len(added) > 0 && block == nil):
			for line := read.line(general.Pos()); line <= read.line(general.End()); line++ {
				gone[line] = true
			}
		case general.Lparen.IsValid() && block == nil:
			block = general
		case !general.Lparen.IsValid() && importPath(general.Specs[0].(*ast.ImportSpec)) != "C":
			single = append(single, general)
		}
	}
	put := map[int]string{} // before this line
	switch {
	case len(added) == 0:
	case block != nil:
		for _, one := range added {
			at, apart := placeOf(read, block, one, gone)
			put[at] += apart + "\t" + strconv.Quote(one) + "\n"
		}
	case len(single) > 0:
		first := single[0]
		own := strings.TrimPrefix(strings.TrimSpace(lines[read.line(first.Pos())-1]), "import ")
		std, other := []string{}, []string{}
		for _, one := range append(slices.Clone(added), own) {
			if strings.HasPrefix(one, `"`) || strings.Contains(one, ` "`) {
				if standard(importPath(first.Specs[0].(*ast.ImportSpec))) {
					std = append(std, one)
				} else {
					other = append(other, one)
				}
			} else if standard(one) {
				std = append(std, strconv.Quote(one))
			} else {
				other = append(other, strconv.Quote(one))
			}
		}
		gone[read.line(first.Pos())] = true
		put[read.line(first.Pos())] = importGroups(std, other)
	default:
		std, other := []string{}, []string{}
		for _, one := range added {
			if standard(one) {
				std = append(std, strconv.Quote(one))
			} else {
				other = append(other, strconv.Quote(one))
			}
		}
		put[read.line(read.file.Name.End())+1] = "\n" + importGroups(std, other)
	}
	var out strings.Builder
	for at, line := range lines {
		out.WriteString(put[at+1])
		if !gone[at+1] {
			out.WriteString(line)
		}
	}
	if late, ok := put[len(lines)+1]; ok {
		out.WriteString("\n" + late)
	}
	return out.String()
}

func importGroups(std, other []string) string {
	if len(std)+len(other) == 1 {
		return "import " + append(std, other...)[0] + "\n"
	}
	groups := []string{}
	for _, group := range [][]string{std, other} {
		if len(group) > 0 {
			groups = append(groups, "\t"+strings.Join(group, "\n\t")+"\n")
		}
	}
	return "import (\n" + strings.Join(groups, "\n") + ")\n"
}

// placeOf is the line before which an import goes, and what parts it from the groups around it.
func placeOf(read source, block *ast.GenDecl, added string, gone map[int]bool) (int, string) {
	host := func(from string) string { return strings.SplitN(from, "/", 2)[0] }
	like := 0
	for _, spec := range block.Specs {
		one := spec.(*ast.ImportSpec)
		from := importPath(one)
		if gone[read.line(one.Pos())] || standard(from) != standard(added) {
			continue
		}
		if standard(added) || host(from) == host(added) {
			like = read.line(one.End()) + 1
		}
	}
	if like > 0 {
		return like, ""
	}
	if standard(added) {
		return read.line(block.Lparen) + 1, ""
	}
	return read.line(block.Rparen), "\n"
}
