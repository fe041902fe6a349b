package main

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// What is asked, and of which project.
type request struct {
	Root string `json:"root"`
	// Paths of the regular files, with slashes, sorted.
	Files    []string `json:"files"`
	Goroot   string   `json:"goroot"`
	ModCache string   `json:"modCache"`
	// Folders of vendored packages that are shown beside the copy, by the folder of their module.
	Vendors   map[string]string `json:"vendors"`
	Operation json.RawMessage   `json:"operation"`
}

// The files of a project as they are, or as they would be.
type sources struct {
	request
	// Go files, and the files that say what a module is.
	texts map[string]string
	// All others, by path alone.
	others []string
}

// Bytes of the longest Go file that is read; generated tables are seldom longer.
const longestFile = 8 << 20

func readSources(asked request) *sources {
	read := &sources{request: asked, texts: map[string]string{}}
	for _, name := range asked.Files {
		base := path.Base(name)
		if !strings.HasSuffix(name, ".go") && base != "go.mod" && base != "go.sum" && base != "go.work" && base != "modules.txt" {
			read.others = append(read.others, name)
			continue
		}
		text, err := os.ReadFile(filepath.Join(asked.Root, filepath.FromSlash(name)))
		if err != nil {
			refuse("broken_file", "Make it readable.", "%s cannot be read: %v.", name, err)
		}
		if len(text) > longestFile {
			refuse("unsupported", "", "%s has more than 8 MiB.", name)
		}
		read.texts[name] = string(text)
	}
	return read
}

// with gives the project after changes; nil text removes a file.
func (s *sources) with(changed map[string]*string) *sources {
	after := &sources{request: s.request, texts: map[string]string{}, others: s.others}
	for name, text := range s.texts {
		after.texts[name] = text
	}
	for name, text := range changed {
		if text == nil {
			delete(after.texts, name)
		} else {
			after.texts[name] = *text
		}
	}
	return after
}

func (s *sources) goFiles() []string {
	var names []string
	for name := range s.texts {
		if strings.HasSuffix(name, ".go") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// other reads a file that is no Go; empty where it is too long or no text.
func (s *sources) other(name string) string {
	full := filepath.Join(s.Root, filepath.FromSlash(name))
	if about, err := os.Lstat(full); err != nil || !about.Mode().IsRegular() || about.Size() > 1<<20 {
		return ""
	}
	text, err := os.ReadFile(full)
	if err != nil || slices.Contains(text, 0) {
		return ""
	}
	return string(text)
}

// dirOf is the folder of a path; empty at the root.
func dirOf(name string) string {
	if dir := path.Dir(name); dir != "." {
		return dir
	}
	return ""
}

func within(name, dir string) bool {
	return dir == "" || name == dir || strings.HasPrefix(name, dir+"/")
}
