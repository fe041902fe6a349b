// Builds a wave of candidates and runs the cases of each in a process of its own, by a clock that no candidate holds.
// The plan comes on standard input; what came of each case goes to standard output, one line of JSON each.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// Bytes of one report; what a case tells is cut far below.
	longestLine = 4 << 20
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

// build runs the compiler with a cache that begins with what the seed has.
func build(given plan) built {
	if err := linkCache(given.Seed, "cache"); err != nil {
		return built{Output: err.Error(), Exit: 1}
	}
	within, cancel := context.WithTimeout(context.Background(), time.Duration(given.BuildMs)*time.Millisecond)
	defer cancel()
	directory, err := os.Getwd()
	if err != nil {
		return built{Output: err.Error(), Exit: 1}
	}
	command := exec.CommandContext(within, given.Go, given.Args...)
	command.Env = append(os.Environ(), "GOCACHE="+filepath.Join(directory, "cache"))
	// The compilers that it starts go with it.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = time.Second
	output, err := command.CombinedOutput()
	result := built{Output: string(output[:min(len(output), 1<<20)]), Late: within.Err() != nil}
	if err != nil {
		result.Exit = max(command.ProcessState.ExitCode(), 1)
	}
	return result
}

// linkCache makes a folder of links into the seed: copying it took longer than the build.
func linkCache(seed, target string) error {
	err := filepath.WalkDir(seed, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(seed, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(target, relative), 0o755)
		}
		if entry.Name() == "trim.txt" {
			return nil
		}
		return os.Symlink(path, filepath.Join(target, relative))
	})
	if err != nil {
		return err
	}
	// Without it Go would take out what was not used for days: all of the seed.
	return os.WriteFile(filepath.Join(target, "trim.txt"), []byte(strconv.FormatInt(time.Now().Unix(), 10)), 0o644)
}

func runJob(one job, given plan) {
	left := one.Only
	if left == nil {
		for at := range one.Cases {
			left = append(left, at)
		}
	}
	late := 0
	for len(left) > 0 {
		if late >= given.Timeouts {
			for _, at := range left {
				tell(told{ID: one.ID, Case: at, Outcome: json.RawMessage(`{"kind":"skipped"}`)})
			}
			return
		}
		last := one.Cases - 1
		if one.Only != nil {
			last = left[0]
		}
		end, kind := runFrom(one, left[0], last, given)
		if kind == "timeout" {
			late++
		}
		for len(left) > 0 && left[0] <= end {
			left = left[1:]
		}
	}
}

type line struct {
	Start   *int            `json:"start"`
	CPU     int64           `json:"cpu"`
	End     *int            `json:"end"`
	Outcome json.RawMessage `json:"outcome"`
}

// runFrom runs one process from a case on, and tells of its cases. It gives the last one that was told of, and how that ended.
func runFrom(one job, first, last int, given plan) (int, string) {
	current, spent := first, int64(0)
	output, err := os.CreateTemp("", "out")
	if err != nil {
		tell(told{ID: one.ID, Case: first, Outcome: crashed(err.Error())})
		return first, "crashed"
	}
	defer os.Remove(output.Name())
	defer output.Close()
	// Appending, so that what is cut off between two cases stays cut off.
	appending, err := os.OpenFile(output.Name(), os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		tell(told{ID: one.ID, Case: first, Outcome: crashed(err.Error())})
		return first, "crashed"
	}
	defer appending.Close()
	reports, channel, err := os.Pipe()
	if err != nil {
		tell(told{ID: one.ID, Case: first, Outcome: crashed(err.Error())})
		return first, "crashed"
	}
	defer reports.Close()
	errors := &head{most: mostErrors}
	command := exec.Command(one.Binary, strconv.Itoa(first), strconv.Itoa(last))
	command.Env = environment(given)
	command.Stdout, command.Stderr = appending, errors
	command.ExtraFiles = []*os.File{channel}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.WaitDelay = time.Second
	if err := command.Start(); err != nil {
		channel.Close()
		tell(told{ID: one.ID, Case: first, Outcome: crashed(err.Error())})
		return first, "crashed"
	}
	channel.Close()
	lines := make(chan line)
	go read(reports, lines)
	limit := time.Duration(given.CaseMs) * time.Millisecond
	clock := time.NewTimer(limit + startUp)
	defer clock.Stop()
	done, expired := first-1, false
	for open := true; open; {
		select {
		case next, ok := <-lines:
			switch {
			case !ok:
				open = false
			case next.Start != nil && *next.Start == done+1:
				current, spent = *next.Start, next.CPU
				clock.Reset(limit)
			case next.End != nil && *next.End == current && current == done+1:
				tell(told{ID: one.ID, Case: current, Outcome: next.Outcome})
				done = current
				clock.Reset(limit + startUp)
			}
		case <-clock.C:
			expired, open = true, false
		}
		if done >= last {
			break
		}
	}
	// Also what it left behind: goroutines end with it.
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
	go func() {
		for range lines {
		}
	}()
	_ = command.Wait()
	if done >= last {
		return done, "ended"
	}
	state := command.ProcessState
	cpu := (state.UserTime() + state.SystemTime()).Milliseconds() - spent
	if expired {
		tell(told{ID: one.ID, Case: done + 1, Outcome: json.RawMessage(`{"kind":"timeout"}`), CPU: cpu})
		return done + 1, "timeout"
	}
	tell(told{ID: one.ID, Case: done + 1, Outcome: crashed(how(state, errors.String())), CPU: cpu})
	return done + 1, "crashed"
}

func environment(given plan) []string {
	return []string{"GOMEMLIMIT=" + strconv.FormatUint(given.DataBytes/2, 10), "GOTRACEBACK=single", "PATH=" + os.Getenv("PATH"), "HOME=/tmp", "TMPDIR=/tmp"}
}

// runTest runs a test binary. Its exit code is what counts: a line that says PASS can be printed by anyone.
func runTest(one job, given plan) {
	within, cancel := context.WithTimeout(context.Background(), time.Duration(one.TestMs)*time.Millisecond)
	defer cancel()
	output := &head{most: mostOutput}
	binary, err := filepath.Abs(one.Binary)
	if err != nil {
		tell(told{ID: one.ID, Test: &tested{Exit: 1, How: err.Error()}})
		return
	}
	command := exec.CommandContext(within, binary, one.Args...)
	command.Dir, command.Env = one.ID, environment(given)
	command.Stdout, command.Stderr = output, output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = time.Second
	err = command.Run()
	result := tested{Late: within.Err() != nil}
	if command.ProcessState == nil {
		result.Exit, result.How = 1, err.Error()
	} else if result.Exit = command.ProcessState.ExitCode(); result.Exit != 0 || err != nil {
		result.Exit, result.How = max(result.Exit, 1), how(command.ProcessState, output.String())
	}
	result.Output = output.String()
	tell(told{ID: one.ID, Test: &result})
}

func read(from io.Reader, lines chan<- line) {
	defer close(lines)
	text := bufio.NewScanner(from)
	text.Buffer(make([]byte, 64<<10), longestLine)
	for text.Scan() {
		var one line
		if json.Unmarshal(text.Bytes(), &one) == nil {
			lines <- one
		}
	}
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
