package main

import (
	"path"
	"slices"
	"strings"
)

type lintQuestion struct {
	Paths []string `json:"paths"`
}

// lint gives what the checker finds in the given files.
func lint(p *program, asked lintQuestion) any {
	wanted := map[string]bool{}
	for _, name := range asked.Paths {
		wanted[path.Clean(name)] = true
	}
	found := []problem{}
	for _, name := range p.names {
		if one := p.files[name]; wanted[name] && one.broken != nil {
			found = append(found, *one.broken)
		}
	}
	for _, v := range p.views {
		for _, u := range v.units {
			for _, one := range u.problems {
				if wanted[one.Path] && p.files[one.Path].broken == nil && !p.isNotHere(v, one) {
					found = append(found, one)
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b problem) int {
		if order := strings.Compare(a.Path, b.Path); order != 0 {
			return order
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return strings.Compare(a.Message, b.Message)
	})
	return slices.Compact(found)
}

// isNotHere says whether an import only fails because its package was not fetched to this machine: that is no fault of the file.
func (p *program) isNotHere(v *view, one problem) bool {
	return one.Code == "import" && slices.ContainsFunc(sortedKeys(v.missing), func(name string) bool { return strings.Contains(one.Message, name) && !isStandard(name) })
}
