// Refactors Go modules: it parses and type-checks with Go's own packages, computes edits, checks their result in memory, and
// executes nothing of what it is given. One question a line of JSON on standard input, one answer a line on standard output.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
)

// Longest question: the paths of a project and one operation.
const longestLine = 64 << 20

type question struct {
	ID       int             `json:"id"`
	Op       string          `json:"op"`
	Question json.RawMessage `json:"question"`
}

type reply struct {
	ID     int     `json:"id"`
	Result outcome `json:"result"`
}

// Exactly one of the fields is set.
type outcome struct {
	Value   any      `json:"value,omitempty"`
	Refused *refusal `json:"refused,omitempty"`
	Broken  string   `json:"broken,omitempty"`
}

// A refusal travels as a panic from where it is found to where the question is answered.
type refusal struct {
	Reason string `json:"reason"`
	What   string `json:"what"`
	Path   string `json:"path,omitempty"`
	Line   int    `json:"line,omitempty"`
	Next   string `json:"next,omitempty"`
}

func refuse(reason, next, format string, values ...any) {
	panic(refusal{Reason: reason, What: fmt.Sprintf(format, values...), Next: next})
}

var operations = map[string]func(*program, json.RawMessage) any{
	"rename":           on(rename),
	"move_symbols":     on(moveSymbols),
	"move_module":      on(moveModule),
	"merge_modules":    on(mergeModules),
	"split_module":     on(splitModule),
	"extract_function": on(extractFunction),
	"inline_function":  on(inlineFunction),
	"change_signature": on(changeSignature),
	"remove_unused":    on(removeUnused),
	"update_imports":   on(updateImports),
	"lint":             on(lint),
}

func on[Q any](operation func(*program, Q) any) func(*program, json.RawMessage) any {
	return func(p *program, raw json.RawMessage) any {
		var given Q
		if err := json.Unmarshal(raw, &given); err != nil {
			panic(err)
		}
		return operation(p, given)
	}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<16), longestLine)
	out := bufio.NewWriter(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		text, err := json.Marshal(reply{asked.ID, answer(asked)})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		out.Write(append(text, '\n'))
		out.Flush()
	}
}

func answer(asked question) (given outcome) {
	defer func() {
		switch thrown := recover().(type) {
		case nil:
		case refusal:
			given = outcome{Refused: &thrown}
		default:
			// The checker of a source of any kind may panic; the next question is to be answered all the same.
			given = outcome{Broken: fmt.Sprintf("%v\n%s", thrown, debug.Stack())}
		}
	}()
	operation, known := operations[asked.Op]
	if !known {
		refuse("unsupported", "", "Go is not refactored by %s.", asked.Op)
	}
	var place request
	if err := json.Unmarshal(asked.Question, &place); err != nil {
		panic(err)
	}
	return outcome{Value: operation(load(readSources(place), nil), place.Operation)}
}
