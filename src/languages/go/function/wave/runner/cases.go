package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// Bytes of one report; what a case tells is cut far below.
const longestLine = 4 << 20

// A candidate whose process has ended so often runs no more cases: a recursion without end takes seconds each time.
const mostCrashes = 5

func runJob(one job, given plan) {
	left := one.Only
	if left == nil {
		for at := range one.Cases {
			left = append(left, at)
		}
	}
	late, crashes := 0, 0
	for len(left) > 0 {
		if late >= given.Timeouts || crashes >= mostCrashes {
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
		switch kind {
		case "timeout":
			late++
		case "crashed":
			crashes++
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
