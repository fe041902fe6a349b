package report

import (
	"encoding/hex"
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// Deepest nesting that is told; a value that holds itself ends here.
	deepest = 30
	// Parts of one value that are told.
	mostParts = 20_000
	// Bytes of one value.
	mostBytes = 200_000
)

// An encoder writes a value twice: for the host, and as Go prints it.
type encoder struct {
	parts int
	bytes int
}

type form struct{ json, text string }

// encode tells the results of a case: none as null, one as itself, several as a tuple.
func encode(results []any) string {
	e := &encoder{}
	var told form
	switch len(results) {
	case 0:
		told = form{`{"kind":"null"}`, "nil"}
	case 1:
		told = e.value(reflect.ValueOf(results[0]), 0, false)
	default:
		items := make([]form, len(results))
		for at, result := range results {
			items[at] = e.value(reflect.ValueOf(result), 0, false)
		}
		told = form{`{"kind":"tuple","items":[` + jsons(items) + `]}`, texts(items)}
	}
	return `"kind":"value","value":` + told.json + `,"text":` + quoted(cut(told.text))
}

func jsons(items []form) string {
	parts := make([]string, len(items))
	for at, item := range items {
		parts[at] = item.json
	}
	return strings.Join(parts, ",")
}

func texts(items []form) string {
	parts := make([]string, len(items))
	for at, item := range items {
		parts[at] = item.text
	}
	return strings.Join(parts, ", ")
}

func object(kind, text string) form {
	return form{`{"kind":"object","type":` + quoted(kind) + `,"text":` + quoted(cut(text)) + `}`, cut(text)}
}

// value writes one value. `elided` leaves out the type of a literal inside another one.
func (e *encoder) value(v reflect.Value, depth int, elided bool) form {
	e.parts++
	if !v.IsValid() {
		return form{`{"kind":"null"}`, "nil"}
	}
	kind := strings.ReplaceAll(strings.ReplaceAll(v.Type().String(), "interface {}", "any"), "solution.", "")
	if depth > deepest || e.parts > mostParts || e.bytes > mostBytes {
		return object(kind, "too large to tell")
	}
	if told, ok := e.spoken(v, kind); ok {
		return told
	}
	head := kind
	if elided {
		head = ""
	}
	switch v.Kind() {
	case reflect.Bool:
		text := strconv.FormatBool(v.Bool())
		return form{`{"kind":"bool","value":` + text + `}`, text}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return number(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return number(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float32, reflect.Float64:
		return float(v.Float(), v.Type().Bits())
	case reflect.String:
		return e.string(v.String())
	case reflect.Slice, reflect.Array:
		return e.list(v, head, depth)
	case reflect.Map:
		return e.dictionary(v, head, depth)
	case reflect.Struct:
		return e.fields(v, head, depth)
	case reflect.Pointer:
		if v.IsNil() {
			return form{`{"kind":"null"}`, "nil"}
		}
		inner := e.value(v.Elem(), depth+1, false)
		return form{inner.json, "&" + inner.text}
	case reflect.Interface:
		return e.value(v.Elem(), depth, false)
	case reflect.Complex64, reflect.Complex128:
		return object(kind, strconv.FormatComplex(v.Complex(), 'g', -1, 128))
	}
	// Functions and channels: there is nothing to compare but whether they are there.
	if v.IsNil() {
		return form{`{"kind":"null"}`, "nil"}
	}
	return object(kind, kind)
}

// spoken: errors by what they say, big numbers by their digits, times and the like by how they print.
func (e *encoder) spoken(v reflect.Value, kind string) (form, bool) {
	if !v.CanInterface() || (v.Kind() == reflect.Pointer && v.IsNil()) || v.Kind() == reflect.Interface {
		return form{}, false
	}
	switch one := v.Interface().(type) {
	case error:
		return object("error", one.Error()), true
	case fmt.Stringer:
		if kind == "*big.Int" {
			return number(one.String()), true
		}
		if strings.HasPrefix(kind, "time.") && kind != "time.Duration" && kind != "time.Month" && kind != "time.Weekday" || strings.HasPrefix(strings.TrimPrefix(kind, "*"), "big.") {
			return object(kind, one.String()), true
		}
	}
	return form{}, false
}

func number(digits string) form {
	return form{`{"kind":"int","value":"` + digits + `"}`, digits}
}

func float(value float64, bits int) form {
	named := ""
	switch {
	case math.IsNaN(value):
		named = "nan"
	case math.IsInf(value, 1):
		named = "inf"
	case math.IsInf(value, -1):
		named = "-inf"
	}
	if named != "" {
		return form{`{"kind":"float","value":"` + named + `"}`, map[string]string{"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}[named]}
	}
	digits := strconv.FormatFloat(value, 'g', -1, bits)
	text := digits
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return form{`{"kind":"float","value":` + digits + `}`, text}
}

func (e *encoder) string(value string) form {
	e.bytes += len(value)
	if !utf8.ValidString(value) {
		return object("string", strconv.Quote(value))
	}
	if len(value) > mostBytes {
		return object("string", "too large to tell")
	}
	return form{`{"kind":"string","value":` + quoted(value) + `}`, strconv.Quote(value)}
}

func composite(kind reflect.Type) bool {
	switch kind.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		return true
	}
	return false
}

// list writes slices as lists, nil or empty alike, and arrays, whose length is part of their type, as tuples.
func (e *encoder) list(v reflect.Value, head string, depth int) form {
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
		e.bytes += v.Len()
		if v.Len() > mostBytes {
			return object(head, "too large to tell")
		}
		return form{`{"kind":"bytes","value":"` + hex.EncodeToString(v.Bytes()) + `"}`, fmt.Sprintf("[]byte(%q)", v.Bytes())}
	}
	items := make([]form, 0, min(v.Len(), mostParts))
	for at := 0; at < v.Len(); at++ {
		if e.parts > mostParts || e.bytes > mostBytes {
			return object(v.Type().String(), "too large to tell")
		}
		items = append(items, e.value(v.Index(at), depth+1, composite(v.Type().Elem())))
	}
	kind := "list"
	if v.Kind() == reflect.Array {
		kind = "tuple"
	}
	return form{`{"kind":"` + kind + `","items":[` + jsons(items) + `]}`, head + "{" + texts(items) + "}"}
}

func (e *encoder) dictionary(v reflect.Value, head string, depth int) form {
	type entry struct{ key, value form }
	entries := []entry{}
	for cursor := v.MapRange(); cursor.Next(); {
		if e.parts > mostParts || e.bytes > mostBytes {
			return object(v.Type().String(), "too large to tell")
		}
		entries = append(entries, entry{e.value(cursor.Key(), depth+1, false), e.value(cursor.Value(), depth+1, composite(v.Type().Elem()))})
	}
	sort.Slice(entries, func(a, b int) bool {
		one, other := entries[a].key.text, entries[b].key.text
		return len(one) < len(other) || (len(one) == len(other) && one < other)
	})
	json, text := make([]string, len(entries)), make([]string, len(entries))
	for at, one := range entries {
		json[at] = "[" + one.key.json + "," + one.value.json + "]"
		text[at] = one.key.text + ": " + one.value.text
	}
	return form{`{"kind":"map","entries":[` + strings.Join(json, ",") + `]}`, head + "{" + strings.Join(text, ", ") + "}"}
}

// fields writes a struct as a map by the names of its fields.
func (e *encoder) fields(v reflect.Value, head string, depth int) form {
	json, text := []string{}, []string{}
	for at := 0; at < v.NumField(); at++ {
		name := v.Type().Field(at).Name
		value := e.value(v.Field(at), depth+1, false)
		json = append(json, `[{"kind":"string","value":`+quoted(name)+`},`+value.json+"]")
		text = append(text, name+": "+value.text)
	}
	return form{`{"kind":"map","entries":[` + strings.Join(json, ",") + `]}`, head + "{" + strings.Join(text, ", ") + "}"}
}
