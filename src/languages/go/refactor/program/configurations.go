package main

import (
	"go/ast"
	"go/build"
	"go/build/constraint"
	"io"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// One way to build the project: a platform and the tags that are set.
type configuration struct {
	os, arch string
	tags     []string
}

// Most ways that are looked at; a file that none of them builds is named when it could matter.
const mostConfigurations = 12

var platforms = [][2]string{
	{"linux", "amd64"}, {"windows", "amd64"}, {"darwin", "arm64"}, {"linux", "arm64"}, {"linux", "386"}, {"freebsd", "amd64"}, {"js", "wasm"},
	{"openbsd", "amd64"}, {"netbsd", "amd64"}, {"dragonfly", "amd64"}, {"solaris", "amd64"}, {"aix", "ppc64"}, {"plan9", "amd64"}, {"android", "arm64"}, {"ios", "arm64"},
	{"illumos", "amd64"}, {"wasip1", "wasm"}, {"linux", "arm"}, {"linux", "ppc64le"}, {"linux", "s390x"}, {"linux", "riscv64"}, {"linux", "mips64"}, {"linux", "loong64"},
}

func (c configuration) context() build.Context {
	context := build.Default
	context.GOOS, context.GOARCH, context.BuildTags, context.CgoEnabled = c.os, c.arch, c.tags, true
	return context
}

// builds says whether a file is part of its package in this way to build.
func (c configuration) builds(one *file) bool {
	context := c.context()
	context.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(one.text)), nil }
	matched, err := context.MatchFile(path.Dir(one.path), path.Base(one.path))
	return err == nil && matched
}

// chooseConfigurations gives the ways to build that together build as many files as can be.
func chooseConfigurations(files []*file) []configuration {
	chosen := []configuration{{os: runtime.GOOS, arch: runtime.GOARCH}}
	for _, one := range files {
		if one.standalone || slices.ContainsFunc(chosen, func(c configuration) bool { return c.builds(one) }) || len(chosen) == mostConfigurations {
			continue
		}
		if found := configurationFor(one); found != nil {
			chosen = append(chosen, *found)
		}
	}
	return chosen
}

func configurationFor(one *file) *configuration {
	tags := customTags(one.ast)
	if len(tags) > 5 {
		return nil
	}
	// The host first: its standard library is read already.
	candidates := append([][2]string{{runtime.GOOS, runtime.GOARCH}}, platforms...)
	for _, platform := range candidates {
		for set := range 1 << len(tags) {
			candidate := configuration{os: platform[0], arch: platform[1]}
			for at, tag := range tags {
				if set&(1<<at) != 0 {
					candidate.tags = append(candidate.tags, tag)
				}
			}
			if candidate.builds(one) {
				return &candidate
			}
		}
	}
	return nil
}

var goRelease = regexp.MustCompile(`^go1\.\d+$`)

// customTags are the tags of a file's constraint that are no platform, release or compiler.
func customTags(tree *ast.File) []string {
	var tags []string
	var walk func(constraint.Expr)
	walk = func(expression constraint.Expr) {
		switch one := expression.(type) {
		case *constraint.AndExpr:
			walk(one.X)
			walk(one.Y)
		case *constraint.OrExpr:
			walk(one.X)
			walk(one.Y)
		case *constraint.NotExpr:
			walk(one.X)
		case *constraint.TagExpr:
			if !isPlatform(one.Tag) && !goRelease.MatchString(one.Tag) && !slices.Contains(tags, one.Tag) {
				tags = append(tags, one.Tag)
			}
		}
	}
	walk(constraintOf(tree))
	return tags
}

func isPlatform(tag string) bool {
	return slices.ContainsFunc(platforms, func(p [2]string) bool { return p[0] == tag || p[1] == tag }) || slices.Contains([]string{"gc", "gccgo", "cgo", "unix"}, tag)
}

func constraintOf(tree *ast.File) constraint.Expr {
	for _, group := range tree.Comments {
		if group.Pos() > tree.Package {
			return nil
		}
		for _, comment := range group.List {
			if constraint.IsGoBuild(comment.Text) {
				if expression, err := constraint.Parse(comment.Text); err == nil {
					return expression
				}
			}
		}
	}
	return nil
}

// isStandalone says whether a file is a program of its own beside a package (`//go:build ignore`).
func isStandalone(tree *ast.File) bool {
	expression := constraintOf(tree)
	if expression == nil {
		return false
	}
	all := func(except string) bool { return expression.Eval(func(tag string) bool { return tag != except }) }
	none := func() bool { return expression.Eval(func(string) bool { return false }) }
	for _, tag := range []string{"ignore", "none", "tools"} {
		if strings.Contains(expression.String(), tag) && !all(tag) && !none() {
			return true
		}
	}
	return false
}

// constraintText is what tells two files of a package apart in what builds them.
func constraintText(one *file) string {
	text := ""
	if expression := constraintOf(one.ast); expression != nil {
		text = expression.String()
	}
	name := strings.TrimSuffix(strings.TrimSuffix(path.Base(one.path), ".go"), "_test")
	for _, word := range strings.Split(name, "_")[1:] {
		if isPlatform(word) {
			text += " _" + word
		}
	}
	return text
}
