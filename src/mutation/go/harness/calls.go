package PACKAGE

import (
	untilgreenSha "crypto/sha256"
	untilgreenHex "encoding/hex"
	untilgreenJson "encoding/json"
	untilgreenFmt "fmt"
	untilgreenOs "os"
	untilgreenReflect "reflect"
	untilgreenRuntime "runtime"
	untilgreenDebug "runtime/debug"
	untilgreenSort "sort"
	untilgreenStrconv "strconv"
	untilgreenStrings "strings"
	untilgreenTesting "testing"
	untilgreenTime "time"
)

// One value as a test can say it. `form`: `source` an expression of its type, `text` what %v prints, `error` its message, `nil`, `nan`, or
// `hidden` where nothing can be said.
type untilgreenValue struct {
	Form   string   `json:"form"`
	Text   string   `json:"text"`
	Type   string   `json:"type"`
	Kind   string   `json:"kind"`
	Import []string `json:"import,omitempty"`
}

type untilgreenRecord struct {
	ID      int               `json:"id"`
	Kind    string            `json:"kind"`
	Key     string            `json:"key"`
	Results []untilgreenValue `json:"results"`
	// Arguments that the call changed, by their place; the receiver is -1.
	After   map[int]untilgreenValue `json:"after,omitempty"`
	Message string                  `json:"message,omitempty"`
	// The panic is the runtime's own.
	Runtime bool    `json:"runtime,omitempty"`
	Hits    []int   `json:"hits"`
	Seconds float64 `json:"seconds"`

	given  map[int]untilgreenReflect.Value
	before map[int]untilgreenValue
}

var untilgreenPackage = untilgreenReflect.TypeOf(untilgreenRecord{}).PkgPath()

// watch keeps an argument that the call may change.
func (r *untilgreenRecord) watch(at int, pointer interface{}) {
	value := untilgreenReflect.ValueOf(pointer).Elem()
	switch value.Kind() {
	case untilgreenReflect.Slice, untilgreenReflect.Map, untilgreenReflect.Pointer:
		r.given[at] = value
		r.before[at] = untilgreenShow(value)
	}
}

// subject keeps the object whose method is called.
func (r *untilgreenRecord) subject(pointer interface{}) {
	value := untilgreenReflect.ValueOf(pointer).Elem()
	r.given[-1] = value
	r.before[-1] = untilgreenShow(value)
}

func (r *untilgreenRecord) give(pointers ...interface{}) {
	for _, pointer := range pointers {
		r.Results = append(r.Results, untilgreenShow(untilgreenReflect.ValueOf(pointer).Elem()))
	}
}

func untilgreenCall(number int) *untilgreenRecord {
	record := &untilgreenRecord{ID: number, Kind: "value", given: map[int]untilgreenReflect.Value{}, before: map[int]untilgreenValue{}, Results: []untilgreenValue{}, Hits: []int{}}
	for at := range untilgreenHit {
		untilgreenHit[at] = 0
	}
	begun := untilgreenTime.Now()
	func() {
		defer func() {
			thrown := recover()
			if thrown == nil {
				return
			}
			record.Kind, record.Message, record.Results = "raises", untilgreenFmt.Sprint(thrown), nil
			if _, own := thrown.(untilgreenRuntime.Error); own {
				record.Runtime = true
				// Numbers in it are the runtime's business.
				record.Message, _, _ = untilgreenStrings.Cut(record.Message, " [")
			}
		}()
		untilgreenCases[number](record)
	}()
	record.Seconds = untilgreenTime.Since(begun).Seconds()
	for at, hit := range untilgreenHit {
		if hit != 0 {
			record.Hits = append(record.Hits, at)
		}
	}
	for at, value := range record.given {
		if after := untilgreenShow(value); after.Text != record.before[at].Text {
			if record.After == nil {
				record.After = map[int]untilgreenValue{}
			}
			record.After[at] = after
		}
	}
	record.Key = record.key()
	return record
}

func (r *untilgreenRecord) key() string {
	parts := []string{r.Kind, r.Message}
	for _, value := range r.Results {
		parts = append(parts, value.Form, value.Text)
	}
	places := []int{}
	for at := range r.After {
		places = append(places, at)
	}
	untilgreenSort.Ints(places)
	for _, at := range places {
		parts = append(parts, untilgreenFmt.Sprint(at), r.After[at].Text)
	}
	return untilgreenStrings.Join(parts, "\x1f")
}

// TestUntilgreenCalls runs the cases that are asked for, and tells of each on a pipe that prints of the code do not reach.
func TestUntilgreenCalls(t *untilgreenTesting.T) {
	out := untilgreenOs.NewFile(3, "report")
	untilgreenDebug.SetMaxStack(64 << 20)
	observe := untilgreenOs.Getenv("UNTILGREEN_OBSERVE") == "true"
	for _, text := range untilgreenStrings.Split(untilgreenOs.Getenv("UNTILGREEN_CASES"), ",") {
		number, err := untilgreenStrconv.Atoi(text)
		if err != nil || untilgreenCases[number] == nil {
			continue
		}
		untilgreenFmt.Fprintf(out, "begin %d\n", number)
		record := untilgreenCall(number)
		if !observe {
			sum := untilgreenSha.Sum256([]byte(record.Key))
			untilgreenFmt.Fprintf(out, "[%d,%q]\n", number, untilgreenHex.EncodeToString(sum[:8]))
			continue
		}
		line, err := untilgreenJson.Marshal(record)
		if err != nil {
			line = []byte("end")
		}
		untilgreenFmt.Fprintf(out, "%s\n", line)
	}
}

// Levels of values in values, and the longest text.
const (
	untilgreenDeepest = 8
	untilgreenLongest = 4000
)

func untilgreenShow(value untilgreenReflect.Value) untilgreenValue {
	writer := &untilgreenWriter{imports: map[string]bool{}}
	shown := untilgreenValue{Form: "source", Kind: value.Kind().String(), Type: writer.typeText(value.Type())}
	if failure, ok := untilgreenError(value); ok {
		if failure == nil {
			shown.Form, shown.Text = "nil", "nil"
		} else {
			shown.Form, shown.Text = "error", failure.Error()
		}
		return shown
	}
	text := writer.source(value, 0, true)
	for path := range writer.imports {
		shown.Import = append(shown.Import, path)
	}
	untilgreenSort.Strings(shown.Import)
	switch {
	case writer.nan:
		shown.Form, shown.Text = "nan", untilgreenPrint(value)
	case writer.broken || len(text) > untilgreenLongest:
		shown.Form, shown.Text, shown.Import = "text", untilgreenPrint(value), nil
		// An address is another in each process.
		if len(shown.Text) > untilgreenLongest || untilgreenStrings.Contains(shown.Text, "0xc0") || value.Kind() == untilgreenReflect.Func || value.Kind() == untilgreenReflect.Chan {
			shown.Form, shown.Text = "hidden", ""
		}
	default:
		shown.Text = text
	}
	if shown.Text == "nil" {
		shown.Form = "nil"
	}
	return shown
}

func untilgreenPrint(value untilgreenReflect.Value) string {
	if !value.CanInterface() {
		return ""
	}
	return untilgreenFmt.Sprintf("%v", value.Interface())
}

// untilgreenError: is its type `error`, so that it is told by its message.
func untilgreenError(value untilgreenReflect.Value) (error, bool) {
	if value.Type() != untilgreenReflect.TypeOf((*error)(nil)).Elem() || !value.CanInterface() {
		return nil, false
	}
	failure, _ := value.Interface().(error)
	return failure, true
}

type untilgreenWriter struct {
	imports map[string]bool
	broken  bool
	nan     bool
}

func (w *untilgreenWriter) typeText(kind untilgreenReflect.Type) string {
	if name := kind.Name(); name != "" {
		if untilgreenStrings.Contains(name, "[") {
			w.broken = true
		}
		path := kind.PkgPath()
		if path == "" || path == untilgreenPackage {
			return name
		}
		w.imports[path] = true
		return kind.String()
	}
	switch kind.Kind() {
	case untilgreenReflect.Slice:
		return "[]" + w.typeText(kind.Elem())
	case untilgreenReflect.Array:
		return "[" + untilgreenStrconv.Itoa(kind.Len()) + "]" + w.typeText(kind.Elem())
	case untilgreenReflect.Map:
		return "map[" + w.typeText(kind.Key()) + "]" + w.typeText(kind.Elem())
	case untilgreenReflect.Pointer:
		return "*" + w.typeText(kind.Elem())
	case untilgreenReflect.Interface:
		if kind.NumMethod() == 0 {
			return "interface{}"
		}
	case untilgreenReflect.Struct:
		if kind.NumField() == 0 {
			return "struct{}"
		}
	}
	w.broken = true
	return kind.String()
}

// source writes a value as Go; `typed`: where it stands nothing else says its type.
func (w *untilgreenWriter) source(value untilgreenReflect.Value, depth int, plain bool) string {
	if depth > untilgreenDeepest {
		w.broken = true
		return ""
	}
	kind := value.Type()
	// A constant takes the type of its place, other than in an `interface{}`.
	named := func(text string) string {
		if plain {
			return text
		}
		return w.typeText(kind) + "(" + text + ")"
	}
	switch value.Kind() {
	case untilgreenReflect.Bool:
		return named(untilgreenStrconv.FormatBool(value.Bool()))
	case untilgreenReflect.String:
		if !plain && kind.PkgPath() == "" {
			return untilgreenStrconv.Quote(value.String())
		}
		return named(untilgreenStrconv.Quote(value.String()))
	case untilgreenReflect.Int, untilgreenReflect.Int8, untilgreenReflect.Int16, untilgreenReflect.Int32, untilgreenReflect.Int64:
		return named(untilgreenStrconv.FormatInt(value.Int(), 10))
	case untilgreenReflect.Uint, untilgreenReflect.Uint8, untilgreenReflect.Uint16, untilgreenReflect.Uint32, untilgreenReflect.Uint64, untilgreenReflect.Uintptr:
		return named(untilgreenStrconv.FormatUint(value.Uint(), 10))
	case untilgreenReflect.Float32, untilgreenReflect.Float64:
		return w.float(value.Float(), kind, named)
	case untilgreenReflect.Slice:
		if value.IsNil() {
			if plain {
				return "nil"
			}
			return w.typeText(kind) + "(nil)"
		}
		return w.typeText(kind) + "{" + w.items(value, depth) + "}"
	case untilgreenReflect.Array:
		return w.typeText(kind) + "{" + w.items(value, depth) + "}"
	case untilgreenReflect.Map:
		if value.IsNil() {
			if plain {
				return "nil"
			}
			return w.typeText(kind) + "(nil)"
		}
		return w.typeText(kind) + "{" + w.entries(value, depth) + "}"
	case untilgreenReflect.Struct:
		return w.typeText(kind) + "{" + w.fields(value, depth) + "}"
	case untilgreenReflect.Pointer:
		if value.IsNil() {
			if plain {
				return "nil"
			}
			return "(" + w.typeText(kind) + ")(nil)"
		}
		if value.Elem().Kind() != untilgreenReflect.Struct {
			w.broken = true
			return ""
		}
		return "&" + w.source(value.Elem(), depth+1, true)
	case untilgreenReflect.Interface:
		if value.IsNil() {
			return "nil"
		}
		if kind.NumMethod() != 0 {
			w.broken = true
			return ""
		}
		return w.source(value.Elem(), depth+1, false)
	case untilgreenReflect.Func, untilgreenReflect.Chan:
		if value.IsNil() {
			return "nil"
		}
	}
	w.broken = true
	return ""
}

func (w *untilgreenWriter) float(number float64, kind untilgreenReflect.Type, named func(string) string) string {
	if number != number {
		w.nan = true
		return "NaN"
	}
	if number > 1.7976931348623157e308 || number < -1.7976931348623157e308 {
		w.imports["math"] = true
		sign := "1"
		if number < 0 {
			sign = "-1"
		}
		return named("math.Inf(" + sign + ")")
	}
	text := untilgreenStrconv.FormatFloat(number, 'g', -1, kind.Bits())
	if !untilgreenStrings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return named(text)
}

func (w *untilgreenWriter) items(value untilgreenReflect.Value, depth int) string {
	var parts []string
	for at := 0; at < value.Len(); at++ {
		parts = append(parts, w.source(value.Index(at), depth+1, true))
	}
	return untilgreenStrings.Join(parts, ", ")
}

func (w *untilgreenWriter) entries(value untilgreenReflect.Value, depth int) string {
	var parts []string
	entries := value.MapRange()
	for entries.Next() {
		parts = append(parts, w.source(entries.Key(), depth+1, true)+": "+w.source(entries.Value(), depth+1, true))
	}
	untilgreenSort.Strings(parts)
	return untilgreenStrings.Join(parts, ", ")
}

func (w *untilgreenWriter) fields(value untilgreenReflect.Value, depth int) string {
	kind := value.Type()
	foreign := kind.PkgPath() != untilgreenPackage
	var parts []string
	for at := 0; at < value.NumField(); at++ {
		field := kind.Field(at)
		if value.Field(at).IsZero() || field.Name == "_" {
			continue
		}
		if foreign && !field.IsExported() {
			w.broken = true
			return ""
		}
		parts = append(parts, field.Name+": "+w.source(value.Field(at), depth+1, true))
	}
	return untilgreenStrings.Join(parts, ", ")
}
