// Runs a compiled test binary for each mutant in a process of its own, several beside each other, and tells what became of each. It reads one
// request as JSON on standard input and prints one line for each job.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

type attempt struct {
	// What `-test.run` takes.
	Run string `json:"run"`
}

type job struct {
	ID int `json:"id"`
	// 0 is the present code.
	Mutant int `json:"mutant"`
	// Numbers of cases to call, in this order; else tests are run.
	Cases []int `json:"cases"`
	// Each is tried where the one before passed.
	Attempts []attempt `json:"attempts"`
	// Go on after a case that ended the process.
	Resume bool `json:"resume"`
	// Seed of the order of tests; empty leaves it.
	Shuffle string `json:"shuffle"`
	// Seconds of processor time: of one case, or of one attempt.
	CPU float64 `json:"cpu"`
	// Seconds for all, on the wall.
	Wall float64 `json:"wall"`
}

type request struct {
	Nonce   string `json:"nonce"`
	Binary  string `json:"binary"`
	Folder  string `json:"folder"`
	Scratch string `json:"scratch"`
	Workers int    `json:"workers"`
	Marks   int    `json:"marks"`
	Observe bool   `json:"observe"`
	Jobs    []job  `json:"jobs"`
}

type result struct {
	ID int `json:"id"`
	// Lines that the harness wrote.
	Lines []json.RawMessage `json:"lines,omitempty"`
	// Of tests: exit code, and what they printed.
	Exit   int    `json:"exit"`
	Output string `json:"output,omitempty"`
	Hits   []int  `json:"hits,omitempty"`
	// `timeout` or `crashed`, with the number of the case that was running.
	Ended   map[int]string `json:"ended,omitempty"`
	Late    bool           `json:"late"`
	Seconds float64        `json:"seconds"`
}

// Output of one test binary that is kept.
const longestOutput = 1 << 20

func main() {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	jobs := make(chan job)
	var group sync.WaitGroup
	var printing sync.Mutex
	for worker := range max(asked.Workers, 1) {
		group.Add(1)
		go func() {
			defer group.Done()
			for one := range jobs {
				done := perform(asked, one, filepath.Join(asked.Scratch, "hits-"+strconv.Itoa(worker)))
				text, err := json.Marshal(done)
				if err != nil {
					text = []byte(fmt.Sprintf(`{"id":%d,"exit":-1}`, one.ID))
				}
				printing.Lock()
				fmt.Printf("%s%s\n", asked.Nonce, text)
				printing.Unlock()
			}
		}()
	}
	for _, one := range asked.Jobs {
		jobs <- one
	}
	close(jobs)
	group.Wait()
	fmt.Printf("%s{\"done\":true}\n", asked.Nonce)
}

func perform(asked request, one job, hits string) result {
	found := result{ID: one.ID, Ended: map[int]string{}}
	begun := time.Now()
	if len(one.Cases) > 0 {
		call(asked, one, hits, &found)
	} else {
		for _, attempt := range one.Attempts {
			test(asked, one, attempt, hits, &found)
			if found.Exit != 0 || found.Late {
				break
			}
		}
	}
	found.Seconds = time.Since(begun).Seconds()
	return found
}

func call(asked request, one job, hits string, found *result) {
	left := one.Cases
	until := time.Now().Add(time.Duration(one.Wall * float64(time.Second)))
	for len(left) > 0 && time.Now().Before(until) {
		texts := make([]string, len(left))
		for at, number := range left {
			texts[at] = strconv.Itoa(number)
		}
		lines, at, late := calls(asked, one, strings.Join(texts, ","), until)
		found.Lines = append(found.Lines, lines...)
		if at < 0 {
			if late {
				found.Late = true
			}
			return
		}
		found.Ended[at] = "crashed"
		if late {
			found.Ended[at] = "timeout"
		}
		if !one.Resume {
			return
		}
		for len(left) > 0 && left[0] != at {
			left = left[1:]
		}
		if len(left) > 0 {
			left = left[1:]
		}
	}
}

// calls gives the lines of one process, and the number of the case in which it ended; -1 when it went through all.
func calls(asked request, one job, cases string, until time.Time) ([]json.RawMessage, int, bool) {
	reading, writing, err := os.Pipe()
	if err != nil {
		return nil, -1, true
	}
	ctx, cancel := context.WithDeadline(context.Background(), until)
	defer cancel()
	command := exec.CommandContext(ctx, asked.Binary, "-test.run=^TestUntilgreenCalls$", "-test.timeout=0")
	command.Dir = asked.Folder
	command.Env = append(os.Environ(), "UNTILGREEN_MUTANT="+strconv.Itoa(one.Mutant), "UNTILGREEN_CASES="+cases, "UNTILGREEN_OBSERVE="+strconv.FormatBool(asked.Observe))
	command.ExtraFiles = []*os.File{writing}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.WaitDelay = time.Second
	if err := command.Start(); err != nil {
		writing.Close()
		reading.Close()
		return nil, -1, true
	}
	writing.Close()
	var guard sync.Mutex
	running, since, spent, late := -1, time.Now(), processor(command.Process.Pid), false
	finished := make(chan struct{})
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-finished:
				return
			case <-tick.C:
				guard.Lock()
				used := processor(command.Process.Pid) - spent
				// Waiting takes no processor time: what waits for long is as late.
				if running >= 0 && (used > one.CPU || time.Since(since).Seconds() > 6*one.CPU+1) {
					late = true
					syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
				}
				guard.Unlock()
			}
		}
	}()
	var lines []json.RawMessage
	scanner := bufio.NewScanner(reading)
	scanner.Buffer(make([]byte, 1<<16), 8<<20)
	for scanner.Scan() {
		line := scanner.Text()
		guard.Lock()
		if number, begins := strings.CutPrefix(line, "begin "); begins {
			running, _ = strconv.Atoi(number)
			since, spent = time.Now(), processor(command.Process.Pid)
		} else if line == "end" {
			running = -1
		} else if json.Valid([]byte(line)) {
			lines = append(lines, json.RawMessage(bytes.Clone([]byte(line))))
			running = -1
		}
		guard.Unlock()
	}
	reading.Close()
	_ = command.Wait() // how it ended is told by the case that was running
	close(finished)
	guard.Lock()
	defer guard.Unlock()
	return lines, running, late || ctx.Err() != nil
}

func test(asked request, one job, tried attempt, hits string, found *result) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(one.Wall*float64(time.Second)))
	defer cancel()
	args := []string{"-test.run=" + tried.Run, "-test.v", "-test.timeout=0", "-test.paniconexit0"}
	if one.Mutant != 0 {
		args = append(args, "-test.failfast")
	}
	if one.Shuffle != "" {
		args = append(args, "-test.shuffle="+one.Shuffle)
	}
	command := exec.CommandContext(ctx, asked.Binary, args...)
	command.Dir = asked.Folder
	command.Env = append(os.Environ(), "UNTILGREEN_MUTANT="+strconv.Itoa(one.Mutant))
	if one.Mutant == 0 {
		if err := os.WriteFile(hits, make([]byte, max(asked.Marks, 1)), 0o600); err == nil {
			command.Env = append(command.Env, "UNTILGREEN_HITS="+hits)
		}
	}
	out := &kept{}
	command.Stdout, command.Stderr = out, out
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = time.Second
	finished := make(chan struct{})
	late := false
	var guard sync.Mutex
	err := command.Start()
	if err == nil {
		go func() {
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-finished:
					return
				case <-tick.C:
					if processor(command.Process.Pid) > one.CPU {
						guard.Lock()
						late = true
						guard.Unlock()
						syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
						return
					}
				}
			}
		}()
		err = command.Wait()
	}
	close(finished)
	guard.Lock()
	found.Late = late || ctx.Err() != nil
	guard.Unlock()
	found.Exit = 0
	if err != nil {
		found.Exit = -1
		if command.ProcessState != nil && command.ProcessState.ExitCode() > 0 {
			found.Exit = command.ProcessState.ExitCode()
		}
	}
	found.Output = out.String()
	if one.Mutant == 0 {
		if marks, err := os.ReadFile(hits); err == nil {
			for at, mark := range marks {
				if mark != 0 {
					found.Hits = append(found.Hits, at)
				}
			}
		}
	}
}

// processor is the processor time in seconds that a process took; 0 where the system does not tell.
func processor(pid int) float64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100
}

// kept holds the beginning of what is written to it.
type kept struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (k *kept) Write(text []byte) (int, error) {
	k.lock.Lock()
	defer k.lock.Unlock()
	if room := longestOutput - k.text.Len(); room > 0 {
		k.text.Write(text[:min(room, len(text))])
	}
	return len(text), nil
}

func (k *kept) String() string {
	k.lock.Lock()
	defer k.lock.Unlock()
	return k.text.String()
}
