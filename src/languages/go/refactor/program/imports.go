package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"slices"
	"strings"
)

// An import that a file is to have. An empty name is the package's own.
type wantedImport struct{ path, name string }

func (w wantedImport) line() string {
	if w.name != "" {
		return fmt.Sprintf("%s %q", w.name, w.path)
	}
	return fmt.Sprintf("%q", w.path)
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// guessedName is what a package is called when it cannot be read.
func guessedName(imported string) string {
	base := path.Base(imported)
	if majorVersion.MatchString(base) && path.Dir(imported) != "." {
		base = path.Base(path.Dir(imported))
	}
	base, _, _ = strings.Cut(strings.TrimPrefix(base, "go-"), ".")
	return strings.ReplaceAll(base, "-", "_")
}

// importName is the name by which a file knows an import: `_` and `.` as they stand.
func (p *program) importName(in *file, spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	for _, v := range p.views {
		for _, u := range v.units {
			if object, ok := u.info.Implicits[spec].(*types.PkgName); ok {
				return object.Name()
			}
		}
	}
	return p.nameOf(p.moduleOf(in.path), unquoted(spec.Path.Value))
}

// nameOf is what the package behind an import path calls itself.
func (p *program) nameOf(from *module, imported string) string {
	if dir, local := p.localDir(from, imported); local {
		if name := p.packageName(dir); name != "" {
			return name
		}
	}
	for _, v := range p.views {
		if pkg := v.readForeign(from, imported, ""); pkg != nil && imported != "C" {
			return pkg.Name()
		}
	}
	return guessedName(imported)
}

// specOf is the import by which a file can name a package.
func (p *program) specOf(in *file, imported string) *ast.ImportSpec {
	for _, spec := range in.ast.Imports {
		if unquoted(spec.Path.Value) == imported && (spec.Name == nil || spec.Name.Name != "_" && spec.Name.Name != ".") {
			return spec
		}
	}
	return nil
}

func isStandard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

// editImports adds and removes imports of a file; gofmt sorts each block of lines afterwards.
func (c *changes) editImports(in *file, wanted []wantedImport, unwanted func(*ast.ImportSpec) bool) {
	var group *ast.GenDecl
	lastImport := in.ast.Name.End()
	for _, declared := range in.ast.Decls {
		general, ok := declared.(*ast.GenDecl)
		if !ok || general.Tok != token.IMPORT {
			continue
		}
		lastImport = general.End()
		isC := len(general.Specs) == 1 && unquoted(general.Specs[0].(*ast.ImportSpec).Path.Value) == "C"
		if group == nil && !isC {
			group = general
		}
		gone := 0
		for _, spec := range general.Specs {
			if unwanted(spec.(*ast.ImportSpec)) {
				gone++
			}
		}
		switch {
		case gone == 0:
		case gone == len(general.Specs) && (general != group || len(wanted) == 0):
			start, end := in.lineSpan(general.Pos(), general.End())
			if general.Doc != nil {
				start = in.offset(general.Doc.Pos())
			}
			for end < len(in.text) && in.text[end] == '\n' {
				end++ // the empty line after it
			}
			c.cut(in, start, end)
		case gone == len(general.Specs) && !general.Lparen.IsValid():
		case gone == len(general.Specs)-1 && len(wanted) == 0 && !in.hasComment(general):
			for _, spec := range general.Specs {
				if one := spec.(*ast.ImportSpec); !unwanted(one) {
					start, end := in.offset(one.Pos()), in.offset(one.End())
					c.replace(in, in.offset(general.Pos()), in.offset(general.End()), words("import "), piece{in.text[start:end], in, start})
				}
			}
		default:
			for at, spec := range general.Specs {
				if one := spec.(*ast.ImportSpec); unwanted(one) {
					start, end := in.lineSpan(one.Pos(), one.End())
					// A block of its own takes its empty line along.
					first := at == 0 || in.line(general.Specs[at-1].End())+1 < in.line(one.Pos())
					last := at == len(general.Specs)-1 || in.line(one.End())+1 < in.line(general.Specs[at+1].Pos())
					if first && last && at > 0 && strings.HasSuffix(in.text[:start], "\n\n") {
						start--
					}
					c.cut(in, start, end)
				}
			}
		}
	}
	if len(wanted) == 0 {
		return
	}
	slices.SortFunc(wanted, func(a, b wantedImport) int { return strings.Compare(a.path, b.path) })
	switch {
	case group == nil:
		at := in.lineEnd(in.ast.Name.End())
		if lastImport > in.ast.Name.End() {
			at = in.lineEnd(lastImport)
		}
		c.replace(in, at, at, words("\n\n"+importBlock(wanted)))
	case !group.Lparen.IsValid():
		only := group.Specs[0].(*ast.ImportSpec)
		all := slices.Clone(wanted)
		if !unwanted(only) {
			kept := wantedImport{path: unquoted(only.Path.Value)}
			if only.Name != nil {
				kept.name = only.Name.Name
			}
			all = append(all, kept)
			slices.SortFunc(all, func(a, b wantedImport) int { return strings.Compare(a.path, b.path) })
		}
		c.replace(in, in.offset(group.Pos()), in.offset(group.End()), words(importBlock(all)))
	default:
		for _, one := range wanted {
			c.insertImport(in, group, one, unwanted)
		}
	}
}

// insertImport puts a line into the block of its like: the standard library, or others.
func (c *changes) insertImport(in *file, group *ast.GenDecl, one wantedImport, unwanted func(*ast.ImportSpec) bool) {
	var after, before *ast.ImportSpec
	for _, spec := range group.Specs {
		other := spec.(*ast.ImportSpec)
		if unquoted(other.Path.Value) == "C" || isStandard(unquoted(other.Path.Value)) != isStandard(one.path) {
			continue
		}
		if unquoted(other.Path.Value) < one.path {
			after = other
		} else if before == nil {
			before = other
		}
	}
	switch {
	case after != nil:
		_, end := in.lineSpan(after.Pos(), after.End())
		c.replace(in, end, end, words("\t"+one.line()+"\n"))
	case before != nil:
		start, _ := in.lineSpan(before.Pos(), before.End())
		c.replace(in, start, start, words("\t"+one.line()+"\n"))
	case isStandard(one.path) || len(group.Specs) == 0:
		at := in.offset(group.Lparen) + 1
		c.replace(in, at, at, words("\n\t"+one.line()+"\n"))
	default:
		at := in.offset(group.Rparen)
		c.replace(in, at, at, words("\n\t"+one.line()+"\n"))
	}
}

// importBlock writes imports: one on a line of its own, more in a block, the standard library first.
func importBlock(wanted []wantedImport) string {
	if len(wanted) == 1 {
		return "import " + wanted[0].line()
	}
	var standard, others []string
	for _, one := range wanted {
		if isStandard(one.path) {
			standard = append(standard, "\t"+one.line()+"\n")
		} else {
			others = append(others, "\t"+one.line()+"\n")
		}
	}
	between := ""
	if len(standard) > 0 && len(others) > 0 {
		between = "\n"
	}
	return "import (\n" + strings.Join(standard, "") + between + strings.Join(others, "") + ")"
}

// lineSpan is the stretch of whole lines around two positions, where nothing else stands on them.
func (f *file) lineSpan(from, to token.Pos) (int, int) {
	start, end := f.offset(from), f.lineEnd(to)
	if line := strings.LastIndexByte(f.text[:start], '\n') + 1; strings.TrimSpace(f.text[line:start]) == "" {
		start = line
	}
	if end < len(f.text) {
		end++
	}
	return start, end
}

// lineEnd is where the line of a position ends, if only a comment follows; else the position.
func (f *file) lineEnd(to token.Pos) int {
	at := f.offset(to)
	rest, _, _ := strings.Cut(f.text[at:], "\n")
	if trimmed := strings.TrimSpace(rest); trimmed == "" || strings.HasPrefix(trimmed, "//") || trimmed == ";" {
		return at + len(rest)
	}
	return at
}

// dropUnused removes the imports that were in use and are no longer, judging by the text that a file would have.
func (c *changes) dropUnused(in *file, text string, wanted []wantedImport) {
	used := qualifiers(c.program.parseLoose(in.path, text))
	before := qualifiers(in.ast)
	c.editImports(in, wanted, func(spec *ast.ImportSpec) bool {
		name := c.program.importName(in, spec)
		return name != "_" && name != "." && name != "C" && before[name] && !used[name]
	})
}

// qualifiers are the names before a dot.
func qualifiers(tree *ast.File) map[string]bool {
	found := map[string]bool{}
	ast.Inspect(tree, func(node ast.Node) bool {
		if one, ok := node.(*ast.SelectorExpr); ok {
			if name, ok := one.X.(*ast.Ident); ok {
				found[name.Name] = true
			}
		}
		return true
	})
	return found
}

// hasComment says whether a comment stands inside of something.
func (f *file) hasComment(node ast.Node) bool {
	return slices.ContainsFunc(f.ast.Comments, func(group *ast.CommentGroup) bool { return group.Pos() > node.Pos() && group.Pos() < node.End() })
}
