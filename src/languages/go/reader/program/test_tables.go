package main

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

func (r *testReader) rememberTable(node ast.Node) {
	keep := func(names []ast.Expr, values []ast.Expr) {
		for at, value := range values {
			if name, ok := names[at].(*ast.Ident); ok {
				if table, ok := value.(*ast.CompositeLit); ok {
					r.tables[name.Name+strconv.Itoa(r.scope(name.Pos()))] = table
				}
			}
		}
	}
	switch one := node.(type) {
	case *ast.AssignStmt:
		if one.Tok == token.DEFINE && len(one.Lhs) == len(one.Rhs) {
			keep(one.Lhs, one.Rhs)
		}
	case *ast.ValueSpec:
		if len(one.Names) == len(one.Values) {
			names := []ast.Expr{}
			for _, name := range one.Names {
				names = append(names, name)
			}
			keep(names, one.Values)
		}
	}
}

// scope numbers the function that a position lies in; 0 is the package.
func (r *testReader) scope(pos token.Pos) int {
	for at, decl := range r.file.Decls {
		if function, ok := decl.(*ast.FuncDecl); ok && function.Pos() <= pos && pos < function.End() {
			return at + 1
		}
	}
	return 0
}

func (r *testReader) readBody(body *ast.BlockStmt) {
	ast.Inspect(body, func(node ast.Node) bool {
		switch one := node.(type) {
		case *ast.RangeStmt:
			if r.readTable(one) {
				return false
			}
		case *ast.BlockStmt:
			r.readComparisons(one.List, nil)
		case *ast.CaseClause:
			r.readComparisons(one.Body, nil)
		}
		return true
	})
}

// A row of a table: its fields by name, printed where they are asked for.
type row struct {
	variable string
	fields   map[string]ast.Expr
	types    map[string]string
	key      ast.Expr
	keyName  string
	line     int
}

// readTable reads `for _, tc := range tests { … }` over literal rows.
func (r *testReader) readTable(loop *ast.RangeStmt) bool {
	var table *ast.CompositeLit
	switch over := loop.X.(type) {
	case *ast.CompositeLit:
		table = over
	case *ast.Ident:
		table = r.tables[over.Name+strconv.Itoa(r.scope(over.Pos()))]
		if table == nil {
			table = r.tables[over.Name+"0"]
		}
	}
	variable, ok := loop.Value.(*ast.Ident)
	if table == nil || !ok {
		return false
	}
	var element ast.Expr
	switch kind := table.Type.(type) {
	case *ast.ArrayType:
		element = kind.Elt
	case *ast.MapType:
		element = kind.Value
	}
	fields := r.fieldsOf(element)
	keyName := ""
	if key, ok := loop.Key.(*ast.Ident); ok && key.Name != "_" {
		keyName = key.Name
	}
	for _, item := range table.Elts {
		one := row{variable: variable.Name, fields: map[string]ast.Expr{}, types: map[string]string{}, line: r.line(item.Pos())}
		if pair, ok := item.(*ast.KeyValueExpr); ok {
			one.key, one.keyName, item = pair.Key, keyName, pair.Value
		}
		literal, ok := item.(*ast.CompositeLit)
		if !ok || fields == nil {
			// A map from input to output.
			one.fields[""] = item
			r.readRow(loop.Body, &one)
			continue
		}
		for _, field := range fields {
			one.types[field.name] = field.kind
			one.fields[field.name] = zeroOf(field.kind)
		}
		for at, value := range literal.Elts {
			if pair, ok := value.(*ast.KeyValueExpr); ok {
				if key, ok := pair.Key.(*ast.Ident); ok {
					one.fields[key.Name] = pair.Value
				}
			} else if at < len(fields) {
				one.fields[fields[at].name] = value
			}
		}
		r.readRow(loop.Body, &one)
	}
	return true
}

func zeroOf(kind string) ast.Expr {
	switch {
	case kind == "bool":
		return ast.NewIdent("false")
	case kind == "string":
		return &ast.BasicLit{Kind: token.STRING, Value: `""`}
	case strings.HasPrefix(kind, "int") || strings.HasPrefix(kind, "uint") || strings.HasPrefix(kind, "float") || kind == "byte" || kind == "rune":
		return &ast.BasicLit{Kind: token.INT, Value: "0"}
	}
	return ast.NewIdent("nil")
}

type tableField struct{ name, kind string }

func (r *testReader) fieldsOf(element ast.Expr) []tableField {
	if name, ok := element.(*ast.Ident); ok && name.Obj != nil {
		if spec, ok := name.Obj.Decl.(*ast.TypeSpec); ok {
			element = spec.Type
		}
	}
	kind, ok := element.(*ast.StructType)
	if !ok {
		return nil
	}
	var fields []tableField
	for _, field := range kind.Fields.List {
		for _, name := range field.Names {
			fields = append(fields, tableField{name.Name, text(field.Type)})
		}
	}
	return fields
}

func (r *testReader) readRow(body *ast.BlockStmt, one *row) {
	ast.Inspect(body, func(node ast.Node) bool {
		if block, ok := node.(*ast.BlockStmt); ok {
			r.readComparisons(block.List, one)
		}
		return true
	})
}
