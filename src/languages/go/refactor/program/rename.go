package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

type renameQuestion struct {
	Path      string `json:"path"`
	Symbol    string `json:"symbol"`
	Parameter string `json:"parameter"`
	To        string `json:"to"`
	KeepOld   bool   `json:"keepOld"`
}

func rename(p *program, asked renameQuestion) any {
	requireName(asked.To)
	symbol := asked.Symbol
	if asked.Parameter != "" {
		symbol += "." + asked.Parameter
	}
	found := p.target(asked.Path, symbol)
	if found.name == asked.To {
		refuse("name_clash", "", "%s has that name already.", symbol)
	}
	p.refuseSpecial(found)
	keys := map[string]string{found.key: asked.To}
	p.addKin(found, asked.To, keys)
	p.addEmbedded(keys)
	p.addExamples(found, asked.To, keys)
	p.refuseUnknown(found, keys)
	c := p.newChanges()
	places, files := 0, map[string]bool{}
	counted := map[*ast.Ident]bool{}
	p.eachIdent(func(_ *view, _ *unit, one occurrence) {
		for _, key := range one.keys {
			if to := keys[key]; to != "" && !counted[one.ident] {
				counted[one.ident], files[one.file.path] = true, true
				places++
				c.rename(one.file, one.ident, to)
			}
		}
	})
	notes := p.renameDocs(c, keys, found.name)
	notes = append(notes, p.mentions(found.name, found.file)...)
	notes = append(notes, p.tagNotes(found)...)
	if asked.KeepOld {
		p.keepOldName(c, found, asked.To)
	}
	result := c.finish(expectation{becomes: func(key string) string {
		if to := keys[key]; to != "" {
			return renamedKey(key, to)
		}
		// What lies inside of a renamed type.
		for old, to := range keys {
			if rest, inside := strings.CutPrefix(key, old+"."); inside {
				return renamedKey(old, to) + "." + rest
			}
		}
		return key
	}}, notes, fmt.Sprintf("Renamed %s to %s: %s in %s.", symbol, asked.To, count(places, "place"), count(len(files), "file")))
	p.refuseNewKin(c, found, keys, asked.To)
	return result
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func renamedKey(key, to string) string {
	if strings.HasPrefix(key, "@") {
		return key
	}
	return key[:strings.LastIndexByte(key, '.')+1] + to
}

// refuseSpecial refuses names that mean something to Go or to the linker.
func (p *program) refuseSpecial(found target) {
	for _, one := range found.declared {
		if one.function != nil && one.receiver == "" {
			if one.name == "init" || one.name == "main" && one.file.ast.Name.Name == "main" {
				refuse("behaviour", "", "%s is called by Go itself.", one.name)
			}
			if one.function.Body == nil {
				refuse("unsupported", "", "%s:%d: %s is written in assembly or linked from elsewhere.", one.file.path, one.line(), one.name)
			}
		}
	}
	for _, one := range p.all() {
		for _, group := range one.ast.Comments {
			for _, comment := range group.List {
				words := strings.Fields(comment.Text)
				if len(words) > 1 && (words[0] == "//go:linkname" || words[0] == "//export") && strings.Contains(comment.Text, found.name) && len(found.declared) > 0 {
					refuse("dynamic_use", "", "%s:%d: %s names it to the linker.", one.path, one.line(comment.Pos()), words[0])
				}
			}
		}
	}
}

// addKin adds the methods that have to keep the same name because of interfaces.
func (p *program) addKin(found target, to string, keys map[string]string) {
	if !p.isMethod(found.key) {
		return
	}
	k := p.kin(found.name)
	root := k.root(found.key)
	if face := k.foreign[root]; face != "" {
		refuse("behaviour", "Change what implements the interface first.", "%s is the method that %s.", found.name, face)
	}
	for key := range k.of {
		if k.root(key) == root {
			keys[key] = to
		}
	}
	keys[root] = to
}

func (p *program) isMethod(key string) bool {
	method := false
	p.eachObject(key, func(object types.Object) {
		_, isFunction := object.(*types.Func)
		method = method || isFunction && isMember(object)
	})
	return method
}

// eachObject gives what a key means, once for each check.
func (p *program) eachObject(key string, tell func(types.Object)) {
	for _, v := range p.views {
		for _, u := range v.units {
			for _, object := range u.info.Defs {
				if object != nil && p.key(object) == key {
					tell(object)
				}
			}
		}
	}
}

// addEmbedded adds the fields that have their name from a type that is renamed.
func (p *program) addEmbedded(keys map[string]string) {
	p.eachIdent(func(_ *view, _ *unit, one occurrence) {
		if len(one.keys) < 2 {
			return
		}
		field, named := one.keys[0], one.keys[1]
		if keys[named] != "" {
			keys[field] = keys[named]
		} else if keys[field] != "" {
			refuse("unsupported", "Rename the type.", "%s:%d: the field has its name from the type %s that is embedded.", one.file.path, one.file.line(one.ident.Pos()), shortKey(named))
		}
	})
}

// addExamples lets testable examples follow what they show: go vet wants their names to fit.
func (p *program) addExamples(found target, to string, keys map[string]string) {
	for _, declared := range found.declared {
		if declared.function == nil && !isTypeSpec(declared) {
			continue
		}
		own := strings.TrimSuffix(p.packageKey(declared.file), "_test")
		for _, one := range p.all() {
			if !one.isTest() || strings.TrimSuffix(p.packageKey(one), "_test") != own {
				continue
			}
			for _, each := range p.declarations(one) {
				shows := strings.TrimPrefix(each.name, "Example")
				if each.function == nil || each.receiver != "" || shows == each.name {
					continue
				}
				parts := strings.Split(shows, "_")
				switch {
				case declared.receiver == "" && parts[0] == found.name:
					parts[0] = to
				case declared.receiver != "" && len(parts) > 1 && parts[0] == declared.receiver && parts[1] == found.name:
					parts[1] = to
				default:
					continue
				}
				keys[each.key] = "Example" + strings.Join(parts, "_")
			}
		}
	}
}

func isTypeSpec(of *declaration) bool { return of.general != nil && of.general.Tok == token.TYPE }

// refuseUnknown refuses where something that could not be read may mean the symbol.
func (p *program) refuseUnknown(found target, keys map[string]string) {
	member := false
	p.eachObject(found.key, func(object types.Object) { member = member || isMember(object) })
	built := map[string]bool{}
	for _, v := range p.views {
		missing := sortedKeys(v.missing)
		for _, u := range v.units {
			for _, in := range u.files {
				built[in.path] = true
			}
			if !member {
				continue
			}
			for _, in := range u.files {
				ast.Inspect(in.ast, func(node ast.Node) bool {
					if one, ok := node.(*ast.SelectorExpr); ok && one.Sel.Name == found.name && u.info.Uses[one.Sel] == nil {
						if name, ok := one.X.(*ast.Ident); !ok || !isPackage(u.info.Uses[name]) {
							next := "Mend it first."
							if len(missing) > 0 {
								next = "Fetch what is missing (" + strings.Join(missing, ", ") + ") with `go mod download`."
							}
							panic(refusal{Reason: "dynamic_use", What: fmt.Sprintf("%s:%d: what %s.%s means cannot be known.", in.path, in.line(one.Pos()), in.slice(one.X), found.name), Path: in.path, Line: in.line(one.Pos()), Next: next})
						}
					}
					return true
				})
			}
		}
		if member && len(missing) > 0 && ast.IsExported(found.name) && p.isMethod(found.key) {
			refuse("dynamic_use", "Fetch them with `go mod download`.", "%s may be what an interface of %s asks for, which cannot be read.", found.name, strings.Join(missing, ", "))
		}
	}
	concerned := map[string]bool{}
	p.eachIdent(func(_ *view, _ *unit, one occurrence) {
		for _, key := range one.keys {
			if keys[key] != "" {
				concerned[one.file.path] = true
			}
		}
	})
	word := wordIn(found.name)
	for _, name := range p.names {
		one := p.files[name]
		if (one.broken != nil || !built[name]) && word.MatchString(one.text) {
			if one.broken != nil {
				panic(refusal{Reason: "broken_file", What: fmt.Sprintf("%s mentions %s and does not parse: line %d: %s.", name, found.name, one.broken.Line, one.broken.Message), Path: name, Line: one.broken.Line, Next: "Mend it first."})
			}
			refuse("unsupported", "", "%s mentions %s, and no way to build it was found.", name, found.name)
		}
	}
}

func isPackage(object types.Object) bool {
	_, is := object.(*types.PkgName)
	return is
}

// refuseNewKin refuses a new name by which a type would come to satisfy an interface that it did not before.
func (p *program) refuseNewKin(c *changes, found target, keys map[string]string, to string) {
	if !p.isMethod(found.key) {
		return
	}
	after := load(p.sources.with(c.write().texts), p)
	k := after.kin(to)
	renamed := map[string]bool{}
	for key, name := range keys {
		renamed[renamedKey(key, name)] = true
	}
	for key := range renamed {
		root := k.root(key)
		if face := k.foreign[root]; face != "" {
			refuse("behaviour", "Choose another name.", "By the name %s it would be the method that %s.", to, face)
		}
		for other := range k.of {
			if k.root(other) == root && !renamed[other] && !strings.HasPrefix(other, "@") {
				refuse("behaviour", "Choose another name.", "By the name %s it would stand for %s through an interface.", to, shortKey(other))
			}
		}
	}
}
