package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// renameDocs lets doc comments that begin with the name follow, and lists the other comments that mention it.
func (p *program) renameDocs(c *changes, keys map[string]string, name string) []note {
	var notes []note
	word := wordIn(name)
	for _, in := range p.all() {
		if in.broken != nil || !strings.Contains(in.text, name) {
			continue
		}
		docs := map[*ast.CommentGroup]string{}
		for _, each := range p.declarations(in) {
			if to := keys[each.key]; to != "" {
				for _, doc := range docsOf(each) {
					docs[doc] = to
				}
			}
		}
		ast.Inspect(in.ast, func(node ast.Node) bool {
			if field, ok := node.(*ast.Field); ok && field.Doc != nil {
				for _, ident := range field.Names {
					if to := keys[p.members[ident.Pos()]]; to != "" {
						docs[field.Doc] = to
					}
				}
			}
			return true
		})
		for _, group := range in.ast.Comments {
			for at, comment := range group.List {
				offset := in.offset(comment.Pos())
				first := strings.IndexFunc(comment.Text[2:], func(letter rune) bool { return letter != ' ' && letter != '\t' })
				for _, match := range word.FindAllStringSubmatchIndex(comment.Text, -1) {
					start := match[4]
					if to := docs[group]; to != "" && at == 0 && start == first+2 {
						c.replace(in, offset+start, offset+match[5], words(to))
						continue
					}
					notes = append(notes, note{"mention", in.path, in.tok.Line(in.tok.Pos(offset + start)), lineOf(in.text, offset+start)})
				}
			}
		}
	}
	return notes
}

func docsOf(one *declaration) []*ast.CommentGroup {
	var docs []*ast.CommentGroup
	add := func(group *ast.CommentGroup) {
		if group != nil {
			docs = append(docs, group)
		}
	}
	if one.function != nil {
		add(one.function.Doc)
		return docs
	}
	switch spec := one.spec.(type) {
	case *ast.TypeSpec:
		add(spec.Doc)
	case *ast.ValueSpec:
		add(spec.Doc)
	}
	add(one.general.Doc)
	return docs
}

func lineOf(text string, offset int) string {
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	line = strings.TrimSpace(line)
	if len(line) > 200 {
		line = line[:200]
	}
	return line
}

var (
	docFile      = regexp.MustCompile(`(?i)\.(md|rst|txt|adoc|ya?ml|toml|mk)$|(^|/)(Makefile|Dockerfile|README)$`)
	templateFile = regexp.MustCompile(`(?i)\.(tmpl|gotmpl|gohtml|tpl|html|txt)$`)
	byName       = regexp.MustCompile(`\b(MethodByName|FieldByName)\(`)
)

// mentions lists strings and pages that name a symbol, and refuses where a template or reflection takes it by its name.
func (p *program) mentions(name string, in *file) []note {
	var notes []note
	word := wordIn(name)
	inTemplate := regexp.MustCompile(`\{\{[^}]*[.]` + regexp.QuoteMeta(name) + `([^\pL\pN_][^}]*)?\}\}`)
	for _, one := range p.all() {
		if one.broken != nil || !strings.Contains(one.text, name) {
			continue
		}
		ast.Inspect(one.ast, func(node ast.Node) bool {
			literal, ok := node.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			match := word.FindStringSubmatchIndex(literal.Value)
			if match == nil {
				return true
			}
			line := one.line(literal.Pos())
			if ast.IsExported(name) && p.isMemberName(name, in) {
				if inTemplate.MatchString(literal.Value) {
					panic(refusal{Reason: "dynamic_use", What: fmt.Sprintf("%s:%d: a template uses .%s by its name.", one.path, line, name), Path: one.path, Line: line})
				}
				if unquoted(literal.Value) == name && byName.MatchString(lineOf(one.text, one.offset(literal.Pos()))) {
					panic(refusal{Reason: "dynamic_use", What: fmt.Sprintf("%s:%d: reflection takes %s by its name.", one.path, line, name), Path: one.path, Line: line})
				}
			}
			at := one.offset(literal.Pos()) + match[4]
			notes = append(notes, note{"string", one.path, one.tok.Line(one.tok.Pos(at)), lineOf(one.text, at)})
			return true
		})
	}
	for _, other := range p.others {
		isDoc, isTemplate := docFile.MatchString(other), templateFile.MatchString(other) || strings.Contains(path.Base(other), ".tmpl")
		if !isDoc && !isTemplate {
			continue
		}
		text := p.other(other)
		if isTemplate && p.isMemberName(name, in) && inTemplate.MatchString(text) {
			refuse("dynamic_use", "", "%s: a template uses .%s by its name.", other, name)
		}
		for _, match := range word.FindAllStringSubmatchIndex(text, -1) {
			notes = append(notes, note{"mention", other, strings.Count(text[:match[4]], "\n") + 1, lineOf(text, match[4])})
		}
	}
	return notes
}

// isMemberName says whether a field or a method that the file's package declares has the name.
func (p *program) isMemberName(name string, in *file) bool {
	for _, sibling := range p.siblings(in) {
		for _, each := range p.declarations(sibling) {
			if each.receiver != "" && each.name == name {
				return true
			}
		}
	}
	prefix := p.packageKey(in) + "."
	for _, key := range p.members {
		if strings.HasPrefix(key, prefix) && strings.HasSuffix(key, "."+name) {
			return true
		}
	}
	return false
}

var encoders = []string{"encoding/json", "encoding/xml", "encoding/gob", "gopkg.in/yaml.v2", "gopkg.in/yaml.v3", "github.com/BurntSushi/toml", "github.com/mitchellh/mapstructure"}

// tagNotes says where an encoder would write a field under its new name, and refuses where its neighbours show that the name is data.
func (p *program) tagNotes(found target) []note {
	var notes []note
	for _, in := range p.siblings(found.file) {
		ast.Inspect(in.ast, func(node ast.Node) bool {
			list, ok := node.(*ast.StructType)
			if !ok {
				return true
			}
			tagged := slices.ContainsFunc(list.Fields.List, func(field *ast.Field) bool { return field.Tag != nil })
			for _, field := range list.Fields.List {
				for _, ident := range field.Names {
					if p.members[ident.Pos()] != found.key || field.Tag != nil || !ident.IsExported() {
						continue
					}
					if tagged {
						refuse("dynamic_use", "Give it a tag with its old name first.", "%s:%d: the fields beside %s have tags, it has none: it is read and written under its name.", in.path, in.line(ident.Pos()), ident.Name)
					}
					if p.usesEncoder() {
						notes = append(notes, note{"dynamic", in.path, in.line(ident.Pos()), "it has no tag: encoders write it under the new name"})
					}
				}
			}
			return true
		})
	}
	return notes
}

func (p *program) usesEncoder() bool {
	return slices.ContainsFunc(p.all(), func(in *file) bool {
		return slices.ContainsFunc(in.ast.Imports, func(spec *ast.ImportSpec) bool { return slices.Contains(encoders, unquoted(spec.Path.Value)) })
	})
}

// keepOldName leaves the old name beside the new one.
func (p *program) keepOldName(c *changes, found target, to string) {
	if len(found.declared) != 1 {
		refuse("unsupported", "", "The old name of %s cannot be left: it is no single declaration at the top of a package.", found.name)
	}
	one := found.declared[0]
	text := "\n\n// Deprecated: use " + to + ".\n" + p.forward(one, found.name, to, "")
	end := one.file.offset(one.declEnd())
	c.replace(one.file, end, end, words(text))
}

func (d *declaration) declEnd() token.Pos {
	if d.function != nil {
		return d.function.End()
	}
	return d.general.End()
}

// forward declares `name` as another word for what `to` declares; `qualifier` is `pkg.` or nothing.
func (p *program) forward(one *declaration, name, to, qualifier string) string {
	if one.function != nil {
		return p.forwardFunction(one, name, to, qualifier)
	}
	switch spec := one.spec.(type) {
	case *ast.TypeSpec:
		if spec.TypeParams != nil {
			refuse("unsupported", "", "%s has type parameters: no alias of it can be left.", one.name)
		}
		return "type " + name + " = " + qualifier + to + "\n"
	default:
		if one.general.Tok == token.CONST {
			return "const " + name + " = " + qualifier + to + "\n"
		}
	}
	refuse("behaviour", "", "%s is a variable: a second one would not change with it.", one.name)
	return ""
}

func (p *program) forwardFunction(one *declaration, name, to, qualifier string) string {
	function := one.function
	if function.Type.TypeParams != nil || function.Recv != nil && qualifier != "" {
		refuse("unsupported", "", "No forward of %s can be left.", one.name)
	}
	var parameters, arguments []string
	at := 0
	for _, field := range function.Type.Params.List {
		written := one.file.slice(field.Type)
		for range max(len(field.Names), 1) {
			call := fmt.Sprintf("a%d", at)
			if len(field.Names) > 0 && field.Names[0].Name != "_" {
				call = field.Names[at-countBefore(function, field)].Name
			}
			parameters = append(parameters, call+" "+written)
			if strings.HasPrefix(written, "...") {
				call += "..."
			}
			arguments = append(arguments, call)
			at++
		}
	}
	results := ""
	if function.Type.Results != nil {
		results = " " + one.file.slice(function.Type.Results)
	}
	head, returns := "func ", ""
	if results != "" {
		returns = "return "
	}
	if function.Recv != nil {
		receiver := function.Recv.List[0]
		if len(receiver.Names) == 0 {
			refuse("unsupported", "", "The receiver of %s has no name.", one.symbol())
		}
		head += one.file.slice(function.Recv) + " "
		qualifier = receiver.Names[0].Name + "."
	}
	return head + name + "(" + strings.Join(parameters, ", ") + ")" + results + " {\n\t" + returns + qualifier + to + "(" + strings.Join(arguments, ", ") + ")\n}\n"
}

func countBefore(function *ast.FuncDecl, until *ast.Field) int {
	at := 0
	for _, field := range function.Type.Params.List {
		if field == until {
			return at
		}
		at += max(len(field.Names), 1)
	}
	return at
}
