package main

import (
	"fmt"
	"path"
	"strings"
)

type moveSymbolsQuestion struct {
	From    string   `json:"from"`
	Symbols []string `json:"symbols"`
	To      string   `json:"to"`
	KeepOld bool     `json:"keepOld"`
}

func moveSymbols(p *program, asked moveSymbolsQuestion) any {
	in, to := p.file(asked.From), path.Clean(asked.To)
	if in.path == to {
		refuse("name_clash", "", "%s is where they are.", to)
	}
	r := p.newRelocation(asked.KeepOld)
	for _, symbol := range asked.Symbols {
		r.add(in, symbol, to)
	}
	return r.apply(fmt.Sprintf("Moved %s from %s to %s.", strings.Join(asked.Symbols, ", "), in.path, to))
}

type splitQuestion struct {
	Path  string `json:"path"`
	Parts []struct {
		To      string   `json:"to"`
		Symbols []string `json:"symbols"`
	} `json:"parts"`
	KeepOld bool `json:"keepOld"`
}

func splitModule(p *program, asked splitQuestion) any {
	in := p.file(asked.Path)
	r := p.newRelocation(asked.KeepOld)
	var names []string
	for _, part := range asked.Parts {
		to := path.Clean(part.To)
		names = append(names, to)
		for _, symbol := range part.Symbols {
			if to == in.path {
				p.target(in.path, symbol)
				continue
			}
			r.add(in, symbol, to)
		}
	}
	return r.apply(fmt.Sprintf("Split %s into %s.", in.path, strings.Join(names, ", ")))
}

type mergeQuestion struct {
	From    []string `json:"from"`
	Into    string   `json:"into"`
	KeepOld bool     `json:"keepOld"`
}

func mergeModules(p *program, asked mergeQuestion) any {
	into := path.Clean(asked.Into)
	r := p.newRelocation(asked.KeepOld)
	for _, name := range asked.From {
		if in := p.file(name); in.path != into {
			r.addFile(in, into)
		}
	}
	return r.apply(fmt.Sprintf("Merged %s into %s.", strings.Join(asked.From, ", "), into))
}

// addFile marks all of a file as moving.
func (r *relocation) addFile(in *file, to string) {
	r.whole[in.path] = true
	for _, one := range r.program.declarations(in) {
		r.refuseFixed(one)
		r.to[one.key] = to
	}
}
