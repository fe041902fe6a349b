// Builds a wave of candidates and runs the cases of each in a process of its own, by a clock that no candidate holds.
// The plan comes on standard input; what came of each case goes to standard output, one line of JSON each.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

const (
	// Bytes kept of what a candidate writes to standard error.
	mostErrors = 16 << 10
	// Bytes kept of the output of a test binary.
	mostOutput = 256 << 10
	// A candidate may write files of so many bytes: its standard output is one.
	fileBytes = 8 << 20
	// Until a process says that its first case begins.
	startUp = 10 * time.Second
	// More of them at once would take each other's memory.
	mostAtOnce = 4
)

type plan struct {
	Go   string   `json:"go"`
	Seed string   `json:"seed"`
	Args []string `json:"args"`
	// Milliseconds that the build may take.
	BuildMs int   `json:"buildMs"`
	Jobs    []job `json:"jobs"`
	CaseMs  int   `json:"caseMs"`
	// A candidate runs no more cases after so many time-outs.
	Timeouts int `json:"timeouts"`
	AtOnce   int `json:"atOnce"`
	// Bytes of data of one candidate.
	DataBytes uint64 `json:"dataBytes"`
}

type job struct {
	ID     string `json:"id"`
	Binary string `json:"binary"`
	Cases  int    `json:"cases"`
	// Only these; all where there are none.
	Only []int `json:"only"`
	// It is a test binary: run with these arguments, once, for so many milliseconds.
	Args   []string `json:"args"`
	TestMs int      `json:"testMs"`
}

type told struct {
	Build   *built          `json:"build,omitempty"`
	ID      string          `json:"id,omitempty"`
	Case    int             `json:"case"`
	Outcome json.RawMessage `json:"outcome,omitempty"`
	Test    *tested         `json:"test,omitempty"`
	// Milliseconds of processor time of a case that ended oddly.
	CPU int64 `json:"cpu,omitempty"`
}

type tested struct {
	Output string `json:"output"`
	Exit   int    `json:"exit"`
	Late   bool   `json:"late"`
	How    string `json:"how,omitempty"`
}

type built struct {
	Output string `json:"output"`
	Exit   int    `json:"exit"`
	Late   bool   `json:"late"`
}

var out = struct {
	sync.Mutex
	*json.Encoder
}{Encoder: json.NewEncoder(os.Stdout)}

func tell(one told) {
	out.Lock()
	defer out.Unlock()
	if err := out.Encode(one); err != nil {
		os.Exit(1)
	}
}

func main() {
	var given plan
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if len(given.Args) > 0 {
		result := build(given)
		tell(told{Build: &result})
	}
	// From here on nothing but candidates is started.
	for limit, value := range map[int]uint64{syscall.RLIMIT_FSIZE: fileBytes, syscall.RLIMIT_CORE: 0, syscall.RLIMIT_DATA: given.DataBytes} {
		if err := syscall.Setrlimit(limit, &syscall.Rlimit{Cur: value, Max: value}); err != nil {
			fmt.Fprintln(os.Stderr, "limit", limit, err)
		}
	}
	slots := make(chan struct{}, min(max(given.AtOnce, 1), runtime.NumCPU(), mostAtOnce))
	var all sync.WaitGroup
	for _, one := range given.Jobs {
		if _, err := os.Stat(one.Binary); err != nil {
			continue
		}
		slots <- struct{}{}
		all.Add(1)
		go func() {
			defer func() { <-slots; all.Done() }()
			if one.Args != nil {
				runTest(one, given)
				return
			}
			runJob(one, given)
		}()
	}
	all.Wait()
}
