package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"slices"
	"strings"
)

type signatureQuestion struct {
	Path   string   `json:"path"`
	Symbol string   `json:"symbol"`
	Drop   []string `json:"drop"`
	Add    []struct {
		Name    string `json:"name"`
		Type    string `json:"type"`
		Default string `json:"default"`
		Value   string `json:"value"`
	} `json:"add"`
	Order []string `json:"order"`
}

// A parameter as it is to be: one of the old ones, by its index, or a new one.
type parameter struct {
	name, written, value string
	old                  int
}

// changeSignature drops, adds and orders parameters, in the declarations that stand for each other and in all calls.
func changeSignature(p *program, asked signatureQuestion) any {
	found := p.target(asked.Path, asked.Symbol)
	if len(found.declared) == 0 && !p.isMethod(found.key) || len(found.declared) > 0 && found.declared[0].function == nil {
		refuse("unsupported", "", "%s is no function.", asked.Symbol)
	}
	p.refuseSpecial(found)
	keys := map[string]string{found.key: found.name}
	p.addKin(found, found.name, keys)
	p.refuseUnknown(found, keys)
	heads := p.headsOf(keys)
	wanted := wantedParameters(found, flat(heads[0].kind), asked)
	c := p.newChanges()
	needs := map[*file]bool{}
	for _, head := range heads {
		p.refuseUsedDrop(head, wanted)
		c.writeParameters(head, wanted)
		needs[head.file] = true
	}
	calls := p.changeCalls(c, keys, wanted, needs)
	c.importWords(needs, wanted)
	return c.finish(expectation{}, nil, fmt.Sprintf("Changed the signature of %s: %s in %s.", asked.Symbol, count(calls, "call"), count(len(needs), "file")))
}

// A place where a signature is written.
type head struct {
	file *file
	name *ast.Ident
	kind *ast.FuncType
	body *ast.BlockStmt
}

// headsOf finds the declarations of functions, and of the methods of interfaces. What was asked for comes first.
func (p *program) headsOf(keys map[string]string) []head {
	var found []head
	for _, in := range p.all() {
		for _, one := range p.declarations(in) {
			if one.function != nil && keys[one.key] != "" {
				found = append(found, head{in, one.ident, one.function.Type, one.function.Body})
			}
		}
		ast.Inspect(in.ast, func(node ast.Node) bool {
			if list, ok := node.(*ast.InterfaceType); ok {
				for _, method := range list.Methods.List {
					kind, ok := method.Type.(*ast.FuncType)
					if ok && len(method.Names) == 1 && (keys[p.members[method.Names[0].Pos()]] != "" || keys[placeKey(in, method.Names[0].Pos())] != "") {
						found = append(found, head{in, method.Names[0], kind, nil})
					}
				}
			}
			return true
		})
	}
	return found
}

type flatParameter struct {
	name *ast.Ident
	kind ast.Expr
}

func flat(kind *ast.FuncType) []flatParameter {
	var all []flatParameter
	for _, field := range kind.Params.List {
		for _, name := range field.Names {
			all = append(all, flatParameter{name, field.Type})
		}
		if len(field.Names) == 0 {
			all = append(all, flatParameter{nil, field.Type})
		}
	}
	return all
}

func isVariadic(of flatParameter) bool { _, is := of.kind.(*ast.Ellipsis); return is }

func wantedParameters(found target, now []flatParameter, asked signatureQuestion) []parameter {
	var wanted []parameter
	for at, one := range now {
		name := ""
		if one.name != nil {
			name = one.name.Name
		}
		if !slices.Contains(asked.Drop, name) || name == "" {
			wanted = append(wanted, parameter{name: name, old: at})
		}
	}
	if len(now)-len(wanted) != len(asked.Drop) {
		refuse("not_found", "", "%s has not all of the parameters %s.", asked.Symbol, strings.Join(asked.Drop, ", "))
	}
	for _, one := range asked.Add {
		requireName(one.Name)
		value := one.Value
		if value == "" {
			value = one.Default
		}
		if one.Type == "" || value == "" {
			refuse("unsupported", "Give both.", "Go needs a type for %s, and a value that calls give.", one.Name)
		}
		for _, text := range []string{strings.TrimPrefix(one.Type, "..."), value} {
			if _, err := parser.ParseExpr(text); err != nil {
				refuse("unsupported", "", "%q is no Go expression.", text)
			}
		}
		if slices.ContainsFunc(wanted, func(w parameter) bool { return w.name == one.Name }) {
			refuse("name_clash", "Choose another name.", "%s has a parameter %s.", asked.Symbol, one.Name)
		}
		at := len(wanted)
		if at > 0 && wanted[at-1].old >= 0 && len(now) > 0 && wanted[at-1].old == len(now)-1 && isVariadic(now[len(now)-1]) {
			at--
		}
		wanted = slices.Insert(wanted, at, parameter{one.Name, one.Type, value, -1})
	}
	if len(asked.Order) > 0 {
		var ordered []parameter
		for _, name := range asked.Order {
			at := slices.IndexFunc(wanted, func(w parameter) bool { return w.name == name })
			if at < 0 || slices.ContainsFunc(ordered, func(w parameter) bool { return w.name == name }) {
				refuse("not_found", "Name every parameter once.", "%s has no parameter %s, or it is named twice.", asked.Symbol, name)
			}
			ordered = append(ordered, wanted[at])
		}
		if len(ordered) != len(wanted) {
			refuse("unsupported", "Name every parameter once.", "The order of %s leaves some of its %d parameters out.", asked.Symbol, len(wanted))
		}
		wanted = ordered
	}
	for at, one := range wanted {
		if one.old >= 0 && isVariadic(now[one.old]) && at < len(wanted)-1 {
			refuse("unsupported", "", "The parameter with ... has to stay the last one.")
		}
	}
	return wanted
}

// refuseUsedDrop refuses to drop what a body uses.
func (p *program) refuseUsedDrop(of head, wanted []parameter) {
	for at, one := range flat(of.kind) {
		if one.name == nil || one.name.Name == "_" || slices.ContainsFunc(wanted, func(w parameter) bool { return w.old == at }) {
			continue
		}
		key := placeKey(of.file, one.name.Pos())
		p.eachIdent(func(_ *view, _ *unit, use occurrence) {
			if use.ident != one.name && slices.Contains(use.keys, key) {
				panic(refusal{Reason: "behaviour", What: fmt.Sprintf("%s:%d: %s still uses %s.", use.file.path, use.file.line(use.ident.Pos()), of.name.Name, one.name.Name), Path: use.file.path, Line: use.file.line(use.ident.Pos())})
			}
		})
	}
}

func (c *changes) writeParameters(of head, wanted []parameter) {
	in, now := of.file, flat(of.kind)
	start, end := in.offset(of.kind.Params.Opening)+1, in.offset(of.kind.Params.Closing)
	for _, group := range in.ast.Comments {
		if at := in.offset(group.Pos()); at >= start && at < end {
			refuse("unsupported", "", "%s:%d: comments stand among the parameters.", in.path, in.line(group.Pos()))
		}
	}
	named := len(now) == 0 || now[0].name != nil
	if max := slices.MaxFunc(append(slices.Clone(wanted), parameter{old: -1}), func(a, b parameter) int { return a.old - b.old }); max.old >= len(now) {
		refuse("unsupported", "", "%s:%d: %s has other parameters.", in.path, in.line(of.name.Pos()), of.name.Name)
	}
	var out []piece
	for at, one := range wanted {
		if at > 0 {
			out = append(out, words(", "))
		}
		if one.old < 0 {
			if named {
				out = append(out, words(one.name+" "))
			}
			out = append(out, words(one.written))
			continue
		}
		own := now[one.old]
		if own.name != nil {
			offset := in.offset(own.name.Pos())
			out = append(out, piece{own.name.Name, in, offset})
			// `a, b int` stays one group where both stand side by side.
			if at+1 < len(wanted) && wanted[at+1].old >= 0 && now[wanted[at+1].old].kind == own.kind {
				continue
			}
			out = append(out, words(" "))
		}
		out = append(out, c.part(in, in.offset(own.kind.Pos()), in.offset(own.kind.End()))...)
	}
	c.replace(in, start, end, out...)
}

// changeCalls writes the arguments anew, inner calls first.
func (p *program) changeCalls(c *changes, keys map[string]string, wanted []parameter, needs map[*file]bool) int {
	seen := map[*ast.CallExpr]bool{}
	for _, v := range p.views {
		for _, u := range v.units {
			for _, in := range u.files {
				var calls []*ast.CallExpr
				called := map[*ast.Ident]bool{}
				ast.Inspect(in.ast, func(node ast.Node) bool {
					if call, ok := node.(*ast.CallExpr); ok {
						if name := calledName(call); name != nil && keys[p.key(u.info.Uses[name])] != "" {
							called[name] = true
							if selector, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && u.info.Selections[selector] != nil && u.info.Selections[selector].Kind() == types.MethodExpr {
								refuse("unsupported", "", "%s:%d: %s is called through its type.", in.path, in.line(call.Pos()), name.Name)
							}
							calls = append(calls, call)
						}
					}
					return true
				})
				for ident, object := range u.info.Uses {
					if ident.Pos() >= in.ast.FileStart && ident.Pos() < in.ast.FileEnd && !called[ident] && keys[p.key(object)] != "" {
						panic(refusal{Reason: "unsupported", What: fmt.Sprintf("%s:%d: %s is used as a value: what calls it cannot be known.", in.path, in.line(ident.Pos()), ident.Name), Path: in.path, Line: in.line(ident.Pos())})
					}
				}
				slices.Reverse(calls)
				for _, call := range calls {
					if !seen[call] {
						seen[call] = true
						needs[in] = true
						c.writeArguments(u, in, call, wanted)
					}
				}
			}
		}
	}
	return len(seen)
}

func calledName(call *ast.CallExpr) *ast.Ident {
	fun := ast.Unparen(call.Fun)
	switch one := fun.(type) {
	case *ast.IndexExpr:
		fun = one.X
	case *ast.IndexListExpr:
		fun = one.X
	}
	switch one := fun.(type) {
	case *ast.Ident:
		return one
	case *ast.SelectorExpr:
		return one.Sel
	}
	return nil
}

func (c *changes) writeArguments(u *unit, in *file, call *ast.CallExpr, wanted []parameter) {
	where := fmt.Sprintf("%s:%d", in.path, in.line(call.Pos()))
	signature, _ := u.info.TypeOf(call.Fun).Underlying().(*types.Signature)
	if signature == nil || len(call.Args) == 1 && signature.Params().Len() > 1 {
		refuse("unsupported", "", "%s: the call gives all results of another call.", where)
	}
	start, end := in.offset(call.Lparen)+1, in.offset(call.Rparen)
	for _, group := range in.ast.Comments {
		if at := in.offset(group.Pos()); at >= start && at < end && !isInsideOf(in, group, call.Args) {
			refuse("unsupported", "", "%s: comments stand among the arguments.", where)
		}
	}
	last := signature.Params().Len() - 1
	kept := map[int]bool{}
	var impure []int
	var out []piece
	put := func(more ...piece) {
		if len(out) > 0 {
			out = append(out, words(", "))
		}
		out = append(out, more...)
	}
	for _, one := range wanted {
		if one.old < 0 {
			put(words(one.value))
			continue
		}
		to := one.old + 1
		if signature.Variadic() && one.old == last {
			to = len(call.Args)
		}
		for at := one.old; at < to && at < len(call.Args); at++ {
			kept[at] = true
			if !isPure(u, call.Args[at]) {
				impure = append(impure, at)
			}
			argument := c.part(in, in.offset(call.Args[at].Pos()), in.offset(call.Args[at].End()))
			if call.Ellipsis.IsValid() && at == len(call.Args)-1 {
				argument = append(argument, words("..."))
			}
			put(argument...)
		}
	}
	for at, argument := range call.Args {
		if !kept[at] && !isPure(u, argument) {
			refuse("behaviour", "", "%s: the argument %s that would go does something.", where, in.slice(argument))
		}
	}
	if !slices.IsSorted(impure) {
		refuse("behaviour", "", "%s: the arguments would be evaluated in another order.", where)
	}
	c.absorb(in, start, end)
	c.replace(in, start, end, out...)
}

func isInsideOf(in *file, group *ast.CommentGroup, arguments []ast.Expr) bool {
	return slices.ContainsFunc(arguments, func(one ast.Expr) bool { return group.Pos() >= one.Pos() && group.End() <= one.End() })
}
