package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Packages of others: read once for this process, without the bodies of their functions. The standard library is the same for all
// projects; third parties are read for each set of versions.
var (
	foreignFiles = token.NewFileSet()
	foreignKnown = map[string]*types.Package{}
)

// foreign gives a package of the standard library, the vendor folder or the module cache.
func (v *view) foreign(from *module, imported string) (*types.Package, error) {
	pkg := v.readForeign(from, imported, "")
	if pkg == nil {
		v.missing[imported] = true
		// With an error the checker takes whatever is named by it as unknown, and tells no more.
		return types.NewPackage(imported, guessedName(imported)), fmt.Errorf("%s is not on this machine", imported)
	}
	return pkg, nil
}

func (v *view) readForeign(from *module, imported, importer string) *types.Package {
	if imported == "unsafe" {
		return types.Unsafe
	}
	source := filepath.Join(v.program.Goroot, "src")
	dir := v.program.foreignDir(from, imported)
	standard := strings.HasPrefix(dir, source+string(filepath.Separator))
	if importer == "standard" && !standard {
		dir, standard = filepath.Join(source, "vendor", filepath.FromSlash(imported)), true
	}
	if dir == "" {
		return nil
	}
	key := v.os + "/" + v.arch + " " + dir
	if !standard {
		key += " " + v.program.versions(from)
	}
	if known, has := foreignKnown[key]; has {
		return known
	}
	foreignKnown[key] = nil // an import cycle ends here
	files := v.parseForeign(dir)
	if len(files) == 0 {
		delete(foreignKnown, key)
		return nil
	}
	as := ""
	if standard {
		as = "standard"
	}
	config := types.Config{
		IgnoreFuncBodies: true, FakeImportC: true, Sizes: types.SizesFor("gc", v.arch), Error: func(error) {},
		Importer: importFunction(func(next string) (*types.Package, error) {
			if pkg := v.readForeign(from, next, as); pkg != nil {
				return pkg, nil
			}
			return nil, fmt.Errorf("%s is not on this machine", next)
		}),
	}
	pkg, _ := config.Check(imported, foreignFiles, files, nil) // what a platform lacks does not matter to who only imports
	foreignKnown[key] = pkg
	return pkg
}

type importFunction func(string) (*types.Package, error)

func (f importFunction) Import(imported string) (*types.Package, error) { return f(imported) }

func (v *view) parseForeign(dir string) []*ast.File {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	context := v.context()
	context.CgoEnabled = false // their plain Go side has the same types, and needs no C
	context.BuildTags = nil
	var files []*ast.File
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || !entry.Type().IsRegular() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		context.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
		if matched, err := context.MatchFile(dir, name); err != nil || !matched || bytes.Contains(text, []byte("\nimport \"C\"")) {
			continue
		}
		if tree, err := parser.ParseFile(foreignFiles, filepath.Join(dir, name), text, parser.SkipObjectResolution); tree != nil && err == nil {
			files = append(files, tree)
		}
	}
	return files
}

// versions tells apart the sets of third-party packages that modules see.
func (p *program) versions(from *module) string {
	name := "go.mod"
	if from.dir != "" {
		name = from.dir + "/go.mod"
	}
	sum := sha256.Sum256([]byte(p.ModCache + p.texts[name] + "\x00" + p.texts[strings.TrimSuffix(name, "mod")+"sum"] + "\x00" + p.Root))
	return hex.EncodeToString(sum[:8])
}
