// Reads Go source for every job: it parses, prints and formats with Go's own packages and executes nothing of
// what it is given. One question a line of JSON on standard input, one answer a line on standard output.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// Longest question: a model's reply and the text around it are far shorter.
const longestLine = 16 << 20

type question struct {
	ID       int             `json:"id"`
	Op       string          `json:"op"`
	Question json.RawMessage `json:"question"`
}

type answer struct {
	ID     int    `json:"id"`
	Result any    `json:"result,omitempty"`
	Broken string `json:"broken,omitempty"`
}

// A place in a source and what is wrong there.
type problem struct {
	Class   string `json:"class,omitempty"`
	Line    int    `json:"line"`
	Message string `json:"message"`
	Got     string `json:"got,omitempty"`
}

var operations = map[string]func(json.RawMessage) (any, error){
	"head":        on(readHead),
	"tests":       on(readTests),
	"retarget":    on(retargetTests),
	"module":      on(makeModule),
	"normalise":   on(normalise),
	"mend":        on(mend),
	"screen":      on(screen),
	"cases":       on(readCases),
	"parts":       on(partsOf),
	"format":      on(formatSource),
	"symbols":     on(readSymbols),
	"statictests": on(readStaticTests),
	"scan":        on(scan),
	"mutants":     on(mutants),
	"organise":    on(organise),
	"callable":    on(readCallable),
	"changes":     on(readChanges),
	"schemata":    on(schemata),
	"toplevel":    on(readTopLevel),
}

func on[Q, A any](operation func(Q) (A, error)) func(json.RawMessage) (any, error) {
	return func(raw json.RawMessage) (any, error) {
		var given Q
		if err := json.Unmarshal(raw, &given); err != nil {
			return nil, err
		}
		return operation(given)
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
		text, err := json.Marshal(reply(asked))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		out.Write(append(text, '\n'))
		out.Flush()
	}
}

func reply(asked question) (given answer) {
	given.ID = asked.ID
	// The parser of a source of any kind has panicked before; the next question is to be answered all the same.
	defer func() {
		if thrown := recover(); thrown != nil {
			given.Result, given.Broken = nil, fmt.Sprint(thrown)
		}
	}()
	operation, known := operations[asked.Op]
	if !known {
		given.Broken = "no such operation: " + asked.Op
		return given
	}
	result, err := operation(asked.Question)
	if err != nil {
		given.Broken = err.Error()
		return given
	}
	given.Result = result
	return given
}
