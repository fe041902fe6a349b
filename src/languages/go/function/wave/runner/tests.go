package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

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
