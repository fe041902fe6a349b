package report

import (
	"math/rand"
	"reflect"
	"strings"
)

// Attempts at making one counterexample smaller.
const shrinks = 200

// Property tries a law, a function from inputs to a truth, on inputs made for it. It tells `held`, or `broken` with the smallest inputs found and
// what came of them.
func Property(law any, names []string, seed int64, runs int) []any {
	f := reflect.ValueOf(law)
	random := rand.New(rand.NewSource(seed))
	for run := range runs {
		// Small inputs first, as they are the ones to read.
		size := 2 + run*10/max(runs, 1)
		args := make([]reflect.Value, f.Type().NumIn())
		for at := range args {
			args[at] = generate(f.Type().In(at), random, size)
		}
		if why := try(f, args); why != "" {
			args, why = shrink(f, args, why)
			return []any{"broken", shown(args, names), why}
		}
	}
	return []any{"held"}
}

// try says why a law does not hold for these inputs; empty where it does.
func try(f reflect.Value, args []reflect.Value) (why string) {
	defer func() {
		if thrown := recover(); thrown != nil {
			name, message := class(thrown)
			why = name + ": " + message
			if name == message || strings.HasPrefix(message, name) {
				why = message
			}
		}
	}()
	// Copies: a function that changes its input must not change what is shown of it.
	given := make([]reflect.Value, len(args))
	for at, arg := range args {
		given[at] = clone(arg)
	}
	if !f.Call(given)[0].Bool() {
		return "it is false"
	}
	return ""
}

func shown(args []reflect.Value, names []string) string {
	parts := make([]string, len(args))
	for at, arg := range args {
		parts[at] = names[at] + " = " + (&encoder{}).value(arg, 0, false).text
	}
	return strings.Join(parts, ", ")
}

func shrink(f reflect.Value, args []reflect.Value, why string) ([]reflect.Value, string) {
	left := shrinks
	for again := true; again && left > 0; {
		again = false
		for at := range args {
			for _, smaller := range smallerThan(args[at]) {
				if left--; left <= 0 {
					return args, why
				}
				next := append([]reflect.Value(nil), args...)
				next[at] = smaller
				if other := try(f, next); other != "" {
					args, why, again = next, other, true
					break
				}
			}
		}
	}
	return args, why
}

var letters = []rune("abcXYZ 019.,-_é")

func generate(kind reflect.Type, random *rand.Rand, size int) reflect.Value {
	v := reflect.New(kind).Elem()
	switch kind.Kind() {
	case reflect.Bool:
		v.SetBool(random.Intn(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(whole(random, size))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(max(whole(random, size), -whole(random, size), 0)))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(whole(random, size)) + float64(random.Intn(4))/4)
	case reflect.String:
		var text strings.Builder
		for range random.Intn(size + 1) {
			text.WriteRune(letters[random.Intn(len(letters))])
		}
		v.SetString(text.String())
	case reflect.Slice:
		count := random.Intn(size + 1)
		v.Set(reflect.MakeSlice(kind, count, count))
		for at := range count {
			v.Index(at).Set(generate(kind.Elem(), random, size))
		}
	case reflect.Array:
		for at := range v.Len() {
			v.Index(at).Set(generate(kind.Elem(), random, size))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(kind))
		for range random.Intn(size + 1) {
			v.SetMapIndex(generate(kind.Key(), random, size), generate(kind.Elem(), random, size))
		}
	case reflect.Struct:
		for at := range v.NumField() {
			if v.Field(at).CanSet() {
				v.Field(at).Set(generate(kind.Field(at).Type, random, size))
			}
		}
	case reflect.Pointer:
		if random.Intn(5) > 0 && size > 0 {
			v.Set(reflect.New(kind.Elem()))
			v.Elem().Set(generate(kind.Elem(), random, size-1))
		}
	case reflect.Interface:
		if kind.NumMethod() == 0 {
			some := []any{int(whole(random, size)), "a", 1.5, true}
			v.Set(reflect.ValueOf(some[random.Intn(len(some))]))
		}
	}
	return v
}

func whole(random *rand.Rand, size int) int64 {
	if random.Intn(10) == 0 {
		return int64(random.Intn(201) - 100)
	}
	return int64(random.Intn(2*size+1) - size)
}

// smallerThan: the same with a half, or one part, taken away.
func smallerThan(v reflect.Value) []reflect.Value {
	var all []reflect.Value
	set := func(change func(reflect.Value)) {
		next := reflect.New(v.Type()).Elem()
		next.Set(v)
		change(next)
		all = append(all, next)
	}
	switch v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		for _, smaller := range []int64{0, v.Int() / 2, v.Int() - sign(v.Int())} {
			if smaller != v.Int() {
				set(func(next reflect.Value) { next.SetInt(smaller) })
			}
		}
	case reflect.Float32, reflect.Float64:
		for _, smaller := range []float64{0, float64(int64(v.Float())), float64(int64(v.Float() / 2))} {
			if smaller != v.Float() {
				set(func(next reflect.Value) { next.SetFloat(smaller) })
			}
		}
	case reflect.String:
		runes := []rune(v.String())
		for _, smaller := range cuts(len(runes)) {
			set(func(next reflect.Value) {
				next.SetString(string(append(append([]rune(nil), runes[:smaller[0]]...), runes[smaller[1]:]...)))
			})
		}
	case reflect.Slice:
		for _, smaller := range cuts(v.Len()) {
			set(func(next reflect.Value) {
				next.Set(reflect.AppendSlice(reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v.Slice(0, smaller[0])), v.Slice(smaller[1], v.Len())))
			})
		}
		for at := range min(v.Len(), 10) {
			for _, item := range smallerThan(v.Index(at)) {
				set(func(next reflect.Value) {
					next.Set(clone(v))
					next.Index(at).Set(item)
				})
			}
		}
	}
	return all
}

func sign(value int64) int64 {
	if value < 0 {
		return -1
	}
	return 1
}

// cuts are the parts of a length that can be left out: each half, then each one.
func cuts(length int) [][2]int {
	if length == 0 {
		return nil
	}
	all := [][2]int{{0, (length + 1) / 2}, {length / 2, length}}
	for at := range min(length, 10) {
		all = append(all, [2]int{at, at + 1})
	}
	return all
}

func clone(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		next := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for at := range v.Len() {
			next.Index(at).Set(clone(v.Index(at)))
		}
		return next
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		next := reflect.MakeMap(v.Type())
		for cursor := v.MapRange(); cursor.Next(); {
			next.SetMapIndex(cursor.Key(), clone(cursor.Value()))
		}
		return next
	}
	return v
}

// Same compares as people mean it: slices and maps by what is in them, nil as empty, numbers by their value, floats nearly.
func Same(a, b any) bool {
	return alike(a, b) || near(a, b)
}

func alike(a, b any) bool {
	one, other := &encoder{}, &encoder{}
	return one.value(reflect.ValueOf(a), 0, true).json == other.value(reflect.ValueOf(b), 0, true).json
}

func near(a, b any) bool {
	one, ok := asFloat(a)
	other, also := asFloat(b)
	if !ok || !also {
		return empty(a) && empty(b)
	}
	most := max(1, one, -one, other, -other)
	return one == other || (one-other <= 1e-6*most && other-one <= 1e-6*most)
}

func asFloat(value any) (float64, bool) {
	v := reflect.ValueOf(value)
	switch {
	case !v.IsValid():
		return 0, false
	case v.CanInt():
		return float64(v.Int()), true
	case v.CanUint():
		return float64(v.Uint()), true
	case v.CanFloat():
		return v.Float(), true
	}
	return 0, false
}

func empty(value any) bool {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Pointer, reflect.Func, reflect.Chan:
		return v.IsNil()
	}
	return false
}
