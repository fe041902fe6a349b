// Package report runs the cases of one candidate, one after the other, and tells what came of each on a channel of its own.
package report

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
)

// Case is an expression to evaluate: its results, one or several.
type Case func() []any

// Values takes the results of a call, however many they are.
func Values(results ...any) []any { return results }

const (
	channel = 3
	// Characters of a text that is told.
	longestText = 2000
	// A recursion without end is over after this many bytes; the 1 GB that Go allows would be the machine's memory first.
	deepestStack = 64 << 20
)

// Run runs the cases from the one that the first argument names to the one that the second names.
func Run(cases []Case, fails bool) {
	first, err := strconv.Atoi(os.Args[1])
	last, wrong := strconv.Atoi(os.Args[2])
	if err != nil || wrong != nil || last >= len(cases) {
		os.Exit(3)
	}
	os.Args = os.Args[:1]
	debug.SetMaxStack(deepestStack)
	for at := first; at <= last; at++ {
		send("{\"start\":" + strconv.Itoa(at) + ",\"cpu\":" + strconv.FormatInt(spent(), 10) + "}\n")
		told := runOne(cases[at], fails)
		send("{\"end\":" + strconv.Itoa(at) + ",\"outcome\":{" + told + printed() + "}}\n")
	}
}

// spent is the processor time of this process so far, in milliseconds.
func spent() int64 {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return (usage.Utime.Nano() + usage.Stime.Nano()) / 1e6
}

func send(line string) {
	for rest := []byte(line); len(rest) > 0; {
		sent, err := syscall.Write(channel, rest)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			os.Exit(3)
		}
		rest = rest[sent:]
	}
}

// printed takes what went to standard output meanwhile: it is a file that only this process writes.
func printed() string {
	size, err := syscall.Seek(1, 0, 2)
	if err != nil || size == 0 {
		return ""
	}
	head := make([]byte, min(size, 4*longestText))
	count, err := syscall.Pread(1, head, 0)
	if err != nil || count <= 0 {
		return ""
	}
	syscall.Ftruncate(1, 0)
	syscall.Seek(1, 0, 0)
	return ",\"printed\":" + quoted(cut(strings.ToValidUTF8(string(head[:count]), "\uFFFD")))
}

func runOne(one Case, fails bool) (told string) {
	finished := false
	defer func() {
		if finished {
			return
		}
		thrown := recover()
		name, message := class(thrown)
		line := ""
		if at := candidateLine(string(debug.Stack())); at > 0 {
			line = ",\"line\":" + strconv.Itoa(at)
		}
		told = "\"kind\":\"raised\",\"error\":" + quoted(name) + ",\"message\":" + quoted(cut(message)) + line
	}()
	results := one()
	if err := failure(results, fails); err != nil {
		message := err.Error()
		finished = true
		return "\"kind\":\"raised\",\"error\":\"error\",\"message\":" + quoted(cut(message))
	}
	told = encode(results)
	finished = true
	return told
}

// failure is the error that the last result is. One that stands alone counts only where the function is known to give errors.
func failure(results []any, fails bool) error {
	if len(results) == 0 || (len(results) == 1 && !fails) {
		return nil
	}
	err, _ := results[len(results)-1].(error)
	return err
}

var classes = []struct{ text, name string }{
	{"index out of range", "index out of range"}, {"slice bounds out of range", "slice bounds out of range"},
	{"nil pointer dereference", "nil pointer dereference"}, {"integer divide by zero", "integer divide by zero"},
	{"nil map", "assignment to entry in nil map"}, {"interface conversion", "interface conversion"}, {"makeslice", "makeslice: len out of range"},
	{"negative shift amount", "negative shift amount"}, {"unhashable type", "unhashable type"}, {"comparing uncomparable", "comparing uncomparable type"},
}

// class names a panic: those of the run time by what they say, all others `panic`.
func class(thrown any) (name, message string) {
	if thrown == nil {
		return "panic", "the goroutine ended"
	}
	message = fmt.Sprint(thrown)
	if err, ok := thrown.(interface {
		error
		RuntimeError()
	}); ok {
		message = strings.TrimPrefix(err.Error(), "runtime error: ")
		for _, one := range classes {
			if strings.Contains(message, one.text) {
				return one.name, message
			}
		}
	}
	return "panic", message
}

// candidateLine is the innermost line of the candidate's file in a stack.
func candidateLine(stack string) int {
	const file = "/solution.go:"
	at := strings.Index(stack, file)
	if at < 0 {
		return 0
	}
	digits := stack[at+len(file):]
	end := strings.IndexFunc(digits, func(one rune) bool { return one < '0' || one > '9' })
	if end < 0 {
		end = len(digits)
	}
	line, err := strconv.Atoi(digits[:end])
	if err != nil {
		return 0
	}
	return line
}

func cut(text string) string {
	if len(text) <= longestText {
		return text
	}
	return strings.ToValidUTF8(text[:longestText], "")
}

// quoted writes a text as JSON.
func quoted(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, one := range text {
		switch {
		case one == '"' || one == '\\':
			out.WriteByte('\\')
			out.WriteRune(one)
		case one < 0x20 || one == 0x7f || one == 0x2028 || one == 0x2029:
			fmt.Fprintf(&out, "\\u%04x", one)
		default:
			out.WriteRune(one)
		}
	}
	out.WriteByte('"')
	return out.String()
}
