package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

func environment(given plan) []string {
	return []string{"GOMEMLIMIT=" + strconv.FormatUint(given.DataBytes/2, 10), "GOTRACEBACK=single", "PATH=" + os.Getenv("PATH"), "HOME=/tmp", "TMPDIR=/tmp"}
}

func crashed(how string) json.RawMessage {
	text, err := json.Marshal(map[string]string{"kind": "crashed", "how": how})
	if err != nil {
		return json.RawMessage(`{"kind":"crashed","how":"unknown"}`)
	}
	return text
}

// What Go writes to standard error when it gives up.
var fatal = []struct{ text, how string }{
	{"stack overflow", "stack overflow"}, {"stack exceeds", "stack overflow"}, {"all goroutines are asleep", "deadlock"},
	{"out of memory", "memory"}, {"cannot allocate memory", "memory"}, {"concurrent map", "concurrent map access"}, {"sync: ", "misuse of sync"},
}

func how(state *os.ProcessState, errors string) string {
	for _, one := range fatal {
		if strings.Contains(errors, one.text) && strings.Contains(errors, "fatal error: ") {
			return one.how
		}
	}
	if at := strings.Index(errors, "panic: "); at >= 0 && state.ExitCode() == 2 {
		message, _, _ := strings.Cut(errors[at+len("panic: "):], "\n")
		return "panic in a goroutine: " + message[:min(len(message), 200)]
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		if status.Signal() == syscall.SIGKILL {
			return "SIGKILL"
		}
		return status.Signal().String()
	}
	return "exit " + strconv.Itoa(state.ExitCode())
}

// head keeps the beginning of what is written to it.
type head struct {
	sync.Mutex
	bytes.Buffer
	most int
}

func (h *head) Write(text []byte) (int, error) {
	h.Lock()
	defer h.Unlock()
	h.Buffer.Write(text[:min(len(text), max(h.most-h.Buffer.Len(), 0))])
	return len(text), nil
}

func (h *head) String() string {
	h.Lock()
	defer h.Unlock()
	return h.Buffer.String()
}
