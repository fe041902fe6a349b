package main

import (
	"go/ast"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Packages that compute and reach for nothing outside the program: what a pure function may import. A package that opens
// files, starts processes, listens, or looks at memory is not here, so neither is any that takes a path (text/template, go/parser).
var pure = set(
	"bufio", "bytes", "cmp", "compress/flate", "compress/gzip", "compress/zlib", "container/heap", "container/list", "container/ring", "context",
	"crypto/hmac", "crypto/md5", "crypto/rand", "crypto/sha1", "crypto/sha256", "crypto/sha512", "encoding", "encoding/ascii85",
	"encoding/base32", "encoding/base64", "encoding/binary", "encoding/csv", "encoding/hex", "encoding/json", "encoding/xml", "errors", "fmt",
	"hash", "hash/adler32", "hash/crc32", "hash/crc64", "hash/fnv", "hash/maphash", "html", "io", "iter", "log", "maps", "math", "math/big",
	"math/bits", "math/cmplx", "math/rand", "math/rand/v2", "net/url", "path", "reflect", "regexp", "regexp/syntax", "slices", "sort", "strconv",
	"strings", "sync", "sync/atomic", "text/tabwriter", "time", "unicode", "unicode/utf16", "unicode/utf8", "unique",
)

// Of these packages only the names that compute: `net.ParseIP` is how Go reads an address.
var pureNames = map[string]map[string]bool{
	"net":           set("IP", "IPMask", "IPNet", "HardwareAddr", "ParseIP", "ParseCIDR", "ParseMAC", "IPv4", "IPv4Mask", "CIDRMask", "SplitHostPort", "JoinHostPort", "IPv4len", "IPv6len"),
	"path/filepath": set("Base", "Dir", "Ext", "Join", "Clean", "Split", "SplitList", "Match", "IsAbs", "Rel", "ToSlash", "FromSlash", "VolumeName", "Separator"),
	"text/template": {},
}

// The package that a name stands for where several could be meant.
var preferred = map[string]string{"rand": "math/rand", "template": "text/template", "scanner": "text/scanner"}

var byName = func() map[string]string {
	names := map[string]string{}
	for one := range pure {
		names[baseName(one)] = one
	}
	for one := range pureNames {
		names[baseName(one)] = one
	}
	for _, other := range []string{"os", "os/exec", "net/http", "runtime", "runtime/debug", "syscall", "unsafe", "testing", "io/ioutil"} {
		names[baseName(other)] = other
	}
	maps.Copy(names, preferred)
	return names
}()

var version = regexp.MustCompile(`^v\d+$`)

func set(names ...string) map[string]bool {
	all := map[string]bool{}
	for _, name := range names {
		all[name] = true
	}
	return all
}

func baseName(importPath string) string {
	if version.MatchString(path.Base(importPath)) {
		importPath = path.Dir(importPath)
	}
	return path.Base(importPath)
}

func importPath(spec *ast.ImportSpec) string {
	name, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value
	}
	return name
}

func localName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return baseName(importPath(spec))
}

// usedPackages are the names before a dot that nothing in the file declares.
func usedPackages(file *ast.File) map[string]token.Pos {
	unresolved := map[*ast.Ident]bool{}
	for _, name := range file.Unresolved {
		unresolved[name] = true
	}
	used := map[string]token.Pos{}
	ast.Inspect(file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if name, ok := selector.X.(*ast.Ident); ok && unresolved[name] && file.Scope.Lookup(name.Name) == nil {
				if _, seen := used[name.Name]; !seen {
					used[name.Name] = name.Pos()
				}
			}
		}
		return true
	})
	return used
}

// importLines are the imports that a file needs: its own that are used, and known packages that it uses without importing them.
func importLines(file *ast.File, more []*ast.ImportSpec) []string {
	used := usedPackages(file)
	lines := map[string]bool{}
	for _, spec := range append(slices.Clone(file.Imports), more...) {
		name := localName(spec)
		if _, needed := used[name]; needed || name == "." {
			delete(used, name)
			line := strconv.Quote(importPath(spec))
			if spec.Name != nil && spec.Name.Name != baseName(importPath(spec)) {
				line = spec.Name.Name + " " + line
			}
			lines[line] = true
		}
	}
	for name := range used {
		if known, ok := byName[name]; ok {
			lines[strconv.Quote(known)] = true
		}
	}
	return slices.SortedFunc(maps.Keys(lines), func(a, b string) int {
		return strings.Compare(a[strings.Index(a, `"`):], b[strings.Index(b, `"`):])
	})
}

func importBlock(lines []string) string {
	switch len(lines) {
	case 0:
		return ""
	case 1:
		return "import " + lines[0] + "\n\n"
	}
	return "import (\n\t" + strings.Join(lines, "\n\t") + "\n)\n\n"
}
