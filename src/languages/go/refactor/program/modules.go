package main

import (
	"cmp"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// A module of the project: a folder with a go.mod.
type module struct {
	dir, path, goVersion string
	// Module path to version.
	requires map[string]string
	replaces map[string]replacement
	// Folder on disk of the packages that it brings along; empty where it brings none.
	vendor string
}

type replacement struct{ path, version string }

var goModLine = regexp.MustCompile(`^(module|go|require|replace|use)\b\s*(.*)$`)

// readModules finds the modules, deepest folder first. A project without a go.mod is one module of no name.
func (s *sources) readModules() []*module {
	var found []*module
	for name, text := range s.texts {
		if path.Base(name) != "go.mod" || strings.Contains("/"+name, "/testdata/") || strings.Contains("/"+name, "/vendor/") {
			continue
		}
		one := &module{dir: dirOf(name), requires: map[string]string{}, replaces: map[string]replacement{}}
		eachDirective(text, func(word string, rest []string) {
			switch {
			case word == "module" && len(rest) > 0:
				one.path = strings.Trim(rest[0], `"`)
			case word == "go" && len(rest) > 0:
				one.goVersion = rest[0]
			case word == "require" && len(rest) > 1:
				one.requires[strings.Trim(rest[0], `"`)] = rest[1]
			case word == "replace":
				if at := slices.Index(rest, "=>"); at > 0 && at+1 < len(rest) {
					to := replacement{path: strings.Trim(rest[at+1], `"`)}
					if at+2 < len(rest) {
						to.version = rest[at+2]
					}
					one.replaces[strings.Trim(rest[0], `"`)] = to
				}
			}
		})
		if _, has := s.texts[path.Join(one.dir, "vendor/modules.txt")]; has {
			one.vendor = filepath.Join(s.Root, filepath.FromSlash(one.dir), "vendor")
		} else {
			one.vendor = s.Vendors[one.dir]
		}
		// Before Go 1.17 go.mod names only what is imported directly; the sums name the rest.
		for line := range strings.SplitSeq(s.texts[path.Join(one.dir, "go.sum")], "\n") {
			words := strings.Fields(line)
			if len(words) == 3 && !strings.HasSuffix(words[1], "/go.mod") && one.requires[words[0]] == "" {
				one.requires[words[0]] = words[1]
			}
		}
		found = append(found, one)
	}
	if len(found) == 0 {
		found = append(found, &module{path: "project", requires: map[string]string{}, replaces: map[string]replacement{}})
	}
	slices.SortFunc(found, func(a, b *module) int {
		return cmp.Or(cmp.Compare(len(b.dir), len(a.dir)), strings.Compare(a.dir, b.dir))
	})
	return found
}

func eachDirective(text string, tell func(word string, rest []string)) {
	block := ""
	for line := range strings.SplitSeq(text, "\n") {
		line, _, _ = strings.Cut(line, "//")
		line = strings.TrimSpace(line)
		switch match := goModLine.FindStringSubmatch(line); {
		case line == "":
		case line == ")":
			block = ""
		case block != "":
			tell(block, strings.Fields(line))
		case match != nil && match[2] == "(":
			block = match[1]
		case match != nil:
			tell(match[1], strings.Fields(match[2]))
		}
	}
}

func (p *program) moduleOf(name string) *module {
	for _, one := range p.modules {
		if within(name, one.dir) {
			return one
		}
	}
	return nil
}

// importPath of the package in a folder.
func (p *program) importPath(dir string) string {
	owner := p.moduleOf(path.Join(dir, "x"))
	if owner == nil {
		return dir
	}
	return path.Join(owner.path, strings.TrimPrefix(strings.TrimPrefix(dir, owner.dir), "/"))
}

// localDir is the folder of the project that an import of a module means.
func (p *program) localDir(from *module, imported string) (string, bool) {
	for _, one := range p.modules {
		if imported != one.path && !strings.HasPrefix(imported, one.path+"/") {
			continue
		}
		replaced, has := from.replaces[one.path]
		local := one == from || p.workspace[one.dir] && p.workspace[from.dir] || has && replaced.version == "" && path.Join(from.dir, replaced.path) == path.Clean(one.dir)
		dir := path.Join(one.dir, strings.TrimPrefix(strings.TrimPrefix(imported, one.path), "/"))
		if dir == "." {
			dir = ""
		}
		if local && p.moduleOf(path.Join(dir, "x")) == one {
			return dir, true
		}
	}
	return "", false
}

// foreignDir is the folder on disk of a package that is not the project's; empty where it cannot be known.
func (p *program) foreignDir(from *module, imported string) string {
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") {
		return filepath.Join(p.Goroot, "src", filepath.FromSlash(imported))
	}
	if from.vendor != "" {
		return filepath.Join(from.vendor, filepath.FromSlash(imported))
	}
	best := ""
	for name := range from.requires {
		if (imported == name || strings.HasPrefix(imported, name+"/")) && len(name) > len(best) {
			best = name
		}
	}
	if best == "" {
		return ""
	}
	name, version := best, from.requires[best]
	if replaced, has := from.replaces[best]; has {
		if replaced.version == "" {
			return "" // a folder: one of the project was found before, another one is out of sight
		}
		name, version = replaced.path, replaced.version
	}
	return filepath.Join(p.ModCache, filepath.FromSlash(escaped(name)+"@"+escaped(version)+strings.TrimPrefix(imported, best)))
}

// escaped spells capitals as the module cache does.
func escaped(name string) string {
	var out strings.Builder
	for _, letter := range name {
		if unicode.IsUpper(letter) {
			out.WriteByte('!')
			letter = unicode.ToLower(letter)
		}
		out.WriteRune(letter)
	}
	return out.String()
}

func (p *program) readWorkspace() map[string]bool {
	used := map[string]bool{}
	for name, text := range p.texts {
		if path.Base(name) == "go.work" {
			eachDirective(text, func(word string, rest []string) {
				if word == "use" && len(rest) > 0 {
					dir := path.Join(dirOf(name), rest[0])
					if dir == "." {
						dir = ""
					}
					used[dir] = true
				}
			})
		}
	}
	return used
}
