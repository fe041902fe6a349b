import { describe, expect, it, vi } from 'vitest';
import { refactored, refusal } from './small-projects.prop.ts';

// The first run on a machine builds the program and reads the standard library.
vi.setConfig({ testTimeout: 300_000 });

const SHAPES = {
  'shapes/shapes.go': `// Package shapes knows areas.
package shapes

import "fmt"

// Shape has an area.
type Shape interface{ Area() float64 }

// Circle is round.
type Circle struct {
	R    float64
	note string
}

// Area computes pi times r squared.
func (c Circle) Area() float64 { return Pi * c.R * c.R }

// Pi is close enough.
const Pi = 3.14

// Show prints a shape; see Circle.
func Show(s Shape) string {
	c, ok := s.(Circle)
	if ok {
		return fmt.Sprint(c.note, s.Area())
	}
	return "Circle"
}
`,
  'shapes/shapes_test.go': `package shapes_test

import (
	"fmt"
	"testing"

	"example.com/calc/shapes"
)

func ExampleShow() {
	fmt.Println(shapes.Show(shapes.Circle{R: 1}))
	// Output: 3.14
}

func ExampleCircle_Area() {
	fmt.Println(shapes.Circle{R: 1}.Area())
	// Output: 3.14
}

func TestShow(t *testing.T) {
	if shapes.Show(shapes.Circle{}) == "" {
		t.Fatal()
	}
}
`,
  'main.go': `package main

import sh "example.com/calc/shapes"

type ring struct {
	sh.Circle
	inner sh.Circle
}

func main() {
	r := ring{Circle: sh.Circle{R: 2}}
	println(sh.Show(r.Circle), r.R, r.Area())
}
`,
  'README.md': 'A `Circle` is round.\n',
};

describe('renaming in Go', () => {
  it('follows a function through packages, aliases, its comment and its example', async () => {
    const { files, refactoring } = await refactored(SHAPES, { kind: 'rename', path: 'shapes/shapes.go', symbol: 'Show', to: 'Render' });
    expect(files['main.go']).toContain('sh.Render(r.Circle)');
    expect(files['shapes/shapes.go']).toContain('// Render prints a shape; see Circle.\nfunc Render(');
    expect(files['shapes/shapes_test.go']).toContain('func ExampleRender()');
    expect(files['shapes/shapes_test.go']).toContain('func TestShow(');
    expect(refactoring.summary).toBe('Renamed Show to Render: 5 places in 3 files.');
  });

  it('renames a type with the fields that embed it, and lists prose and strings', async () => {
    const { files, refactoring } = await refactored(SHAPES, { kind: 'rename', symbol: 'Circle', to: 'Disc' });
    expect(files['main.go']).toContain('type ring struct {\n\tsh.Disc\n\tinner sh.Disc\n}');
    expect(files['main.go']).toContain('ring{Disc: sh.Disc{R: 2}}');
    expect(files['main.go']).toContain('sh.Show(r.Disc)');
    expect(files['shapes/shapes_test.go']).toContain('func ExampleDisc_Area()');
    expect(refactoring.notes.map(({ kind, path, line }) => `${kind} ${path}:${line}`)).toEqual(['mention README.md:1', 'mention shapes/shapes.go:21', 'string shapes/shapes.go:27']);
  });

  it('renames a method together with the interface that asks for it', async () => {
    const { files } = await refactored(SHAPES, { kind: 'rename', path: 'shapes/shapes.go', symbol: 'Circle.Area', to: 'Size' });
    expect(files['shapes/shapes.go']).toContain('interface{ Size() float64 }');
    expect(files['shapes/shapes.go']).toContain('func (c Circle) Size() float64');
    expect(files['main.go']).toContain('r.Size()');
    expect(files['shapes/shapes_test.go']).toContain('func ExampleCircle_Size()');
  });

  it('renames fields, locals and parameters', async () => {
    const field = await refactored(SHAPES, { kind: 'rename', path: 'shapes/shapes.go', symbol: 'Circle.R', to: 'Radius' });
    expect(field.files['main.go']).toContain('r.Radius');
    expect(field.files['shapes/shapes.go']).toContain('\tRadius float64\n\tnote   string\n');
    expect(field.files['shapes/shapes_test.go']).toContain('Circle{Radius: 1}.Area()');
    const local = await refactored(SHAPES, { kind: 'rename', path: 'shapes/shapes.go', symbol: 'Show.c', to: 'circle' });
    expect(local.files['shapes/shapes.go']).toContain('circle, ok := s.(Circle)');
    const parameter = await refactored(SHAPES, { kind: 'rename', path: 'shapes/shapes.go', symbol: 'Show', parameter: 's', to: 'shape' });
    expect(parameter.files['shapes/shapes.go']).toContain('func Show(shape Shape) string {\n\tc, ok := shape.(Circle)');
  });

  it('leaves the old name where that is asked for', async () => {
    const { files } = await refactored(SHAPES, { kind: 'rename', path: 'shapes/shapes.go', symbol: 'Show', to: 'Render', keepOld: true });
    expect(files['shapes/shapes.go']).toContain('// Deprecated: use Render.\nfunc Show(s Shape) string {\n\treturn Render(s)\n}\n');
  });

  it('follows a name through files for other platforms and tags', async () => {
    const { files } = await refactored(
      {
        'a.go': 'package a\n\nfunc Run() string { return home() }\n',
        'a_linux.go': 'package a\n\nfunc home() string { return "/home" }\n',
        'a_windows.go': 'package a\n\nfunc home() string { return "C:" }\n',
        'a_other.go': '//go:build !linux && !windows\n\npackage a\n\nfunc home() string { return "?" }\n',
        'extra.go': '//go:build extra\n\npackage a\n\nvar extra = home()\n',
      },
      { kind: 'rename', path: 'a_linux.go', symbol: 'home', to: 'base' },
    );
    expect(Object.values(files).filter((text) => text.includes('home()'))).toEqual([]);
  });

  it.each([
    ['a name that is taken', { path: 'shapes/shapes.go', symbol: 'Show', to: 'Pi' }, /^name_clash: .*Pi redeclared/],
    ['a name that a local would hide', { path: 'shapes/shapes.go', symbol: 'Pi', to: 'c' }, /^name_clash: shapes\/shapes.go:16/],
    ['a field that is there already', { path: 'shapes/shapes.go', symbol: 'Circle.note', to: 'R' }, /^name_clash/],
    ['to hide a name that others need', { path: 'shapes/shapes.go', symbol: 'Show', to: 'show' }, /^exported_api: .*main.go:12/],
    ['what is not there', { path: 'shapes/shapes.go', symbol: 'Square', to: 'Box' }, /^not_found: shapes\/shapes.go declares no Square/],
    ['the function main', { path: 'main.go', symbol: 'main', to: 'start' }, /^behaviour/],
    ['a keyword', { path: 'shapes/shapes.go', symbol: 'Show', to: 'func' }, /^unsupported/],
  ])('refuses %s', async (_what, operation, expected) => {
    expect(await refusal(SHAPES, { kind: 'rename', ...operation })).toMatch(expected);
  });

  it.each([
    ['a predeclared name that is in use', 'package a\n\ntype t struct{}\n\nvar n int = 1\n', { symbol: 't', to: 'int' }, /^name_clash: a.go:5: int would now mean|^name_clash: a.go:5/],
    ['a method that fmt asks for', 'package a\n\nimport "fmt"\n\ntype T int\n\nfunc (t T) String() string { return "t" }\n\nvar _ = fmt.Sprint(T(1))\n', { symbol: 'T.String', to: 'Text' }, /^behaviour: String is the method that fmt.Stringer asks for/],
    ['a method of an interface that types of others stand for', 'package a\n\nimport "bytes"\n\ntype sized interface{ Len() int }\n\nfunc size(v any) int {\n\tif s, ok := v.(sized); ok {\n\t\treturn s.Len()\n\t}\n\treturn 0\n}\n\nvar _ = size(&bytes.Buffer{})\n', { symbol: 'sized.Len', to: 'Size' }, /^behaviour: Len is the method that \w+\.\w+ has/],
    ['a method that would come to be fmt.Stringer', 'package a\n\nimport "fmt"\n\ntype T int\n\nfunc (t T) Text() string { return "t" }\n\nvar _ = fmt.Sprint(T(1))\n', { symbol: 'T.Text', to: 'String' }, /^behaviour: By the name String/],
    ['a field that a template names', 'package a\n\nconst page = `<b>{{.Title}}</b>`\n\ntype Page struct{ Title string }\n', { symbol: 'Page.Title', to: 'Name' }, /^dynamic_use: a.go:3/],
    ['an untagged field among tagged ones', 'package a\n\ntype T struct {\n\tA int `json:"a"`\n\tB int\n}\n', { symbol: 'T.B', to: 'C' }, /^dynamic_use/],
    ['a name that the linker is told', 'package a\n\nimport _ "unsafe"\n\n//go:linkname now time.now\nfunc now() int64\n', { symbol: 'now', to: 'later' }, /^(unsupported|dynamic_use)/],
    ['a method where third parties cannot be read', 'package a\n\nimport "example.org/gone"\n\ntype T int\n\nfunc (t T) Do() {}\n\nfunc f() { gone.Use(T(1)) }\n', { symbol: 'T.Do', to: 'Act' }, /^dynamic_use: Do may be what an interface of example.org\/gone asks for/],
    ['a field of something that cannot be known', 'package a\n\nimport "example.org/gone"\n\ntype T struct{ X int }\n\nvar y = gone.New().X\n', { symbol: 'T.X', to: 'Z' }, /^dynamic_use: a.go:7/],
    ['a file that does not parse', 'package a\n\nfunc F( {}\n', { symbol: 'F', to: 'G' }, /^broken_file/],
  ])('refuses %s', async (_what, source, operation, expected) => {
    expect(await refusal({ 'a.go': source }, { kind: 'rename', path: 'a.go', ...operation })).toMatch(expected);
  });

  it('renames what has nothing to do with packages that cannot be read', async () => {
    const { files } = await refactored(
      { 'a.go': 'package a\n\nimport "example.org/gone"\n\nfunc helper() int { return gone.Count() }\n\nvar y = helper()\n' },
      { kind: 'rename', path: 'a.go', symbol: 'helper', to: 'total' },
    );
    expect(files['a.go']).toBe('package a\n\nimport "example.org/gone"\n\nfunc total() int { return gone.Count() }\n\nvar y = total()\n');
  });
});
