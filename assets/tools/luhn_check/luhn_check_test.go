package solution

import (
	"encoding/json"
	"math"
	"os"
	"reflect"
	"testing"
)

// Test_luhn_check holds luhn_check to every case of cases.json: go test
func Test_luhn_check(t *testing.T) {
	function := reflect.ValueOf(luhn_check)
	parameters := []string{"number"}
	text, err := os.ReadFile("cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Arguments map[string]json.RawMessage
		Result    any
		Error     any
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}

	// Numbers with a fraction may differ in the last digits.
	var same func(got, expected any) bool
	same = func(got, expected any) bool {
		switch expected := expected.(type) {
		case float64:
			number, ok := got.(float64)
			whole := number == math.Trunc(number) && expected == math.Trunc(expected)
			return ok && (number == expected || !whole && math.Abs(number-expected) <= 1e-6*math.Max(1, math.Abs(expected)))
		case []any:
			list, ok := got.([]any)
			if got == nil {
				ok = true // a nil slice is an empty list
			}
			if !ok || len(list) != len(expected) {
				return false
			}
			for i := range list {
				if !same(list[i], expected[i]) {
					return false
				}
			}
			return true
		case map[string]any:
			object, ok := got.(map[string]any)
			if got == nil {
				ok = true
			}
			if !ok || len(object) != len(expected) {
				return false
			}
			for key, value := range object {
				other, there := expected[key]
				if !there || !same(value, other) {
					return false
				}
			}
			return true
		}
		return got == expected
	}

	// The result as JSON has it, or what the function panicked with or gave as its error.
	call := func(in []reflect.Value) (result any, failure any) {
		defer func() {
			if panicked := recover(); panicked != nil {
				failure = panicked
			}
		}()
		var out []reflect.Value
		if function.Type().IsVariadic() {
			out = function.CallSlice(in)
		} else {
			out = function.Call(in)
		}
		var values []any
		for i, value := range out {
			if i == len(out)-1 && value.Type() == reflect.TypeOf((*error)(nil)).Elem() {
				if !value.IsNil() {
					return nil, value.Interface()
				}
				continue
			}
			values = append(values, value.Interface())
		}
		var plain any = values
		if len(values) == 1 {
			plain = values[0]
		}
		line, err := json.Marshal(plain)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(line, &result); err != nil {
			t.Fatal(err)
		}
		return result, nil
	}

	for _, one := range cases {
		label, _ := json.Marshal(one.Arguments)
		t.Run(string(label), func(t *testing.T) {
			in := make([]reflect.Value, len(parameters))
			for i, parameter := range parameters {
				value := reflect.New(function.Type().In(i))
				if text, given := one.Arguments[parameter]; given {
					if err := json.Unmarshal(text, value.Interface()); err != nil {
						t.Fatal(err)
					}
				}
				in[i] = value.Elem()
			}
			result, failure := call(in)
			if one.Error != nil {
				if failure == nil {
					t.Fatalf("gave %v, expected an error", result)
				}
			} else if failure != nil {
				t.Fatalf("failed with %v, expected %v", failure, one.Result)
			} else if !same(result, one.Result) {
				t.Fatalf("gave %v, expected %v", result, one.Result)
			}
		})
	}
}

// Tests of your own may follow; what stands below this line is kept.
