package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// build runs the compiler with a cache that begins with what the seed has.
func build(given plan) built {
	// In the temporary directory, which lies in memory where the sandbox has one of its own: a thousand links on a disk took longer than the build.
	cache, err := os.MkdirTemp("", "gocache")
	if err != nil {
		return built{Output: err.Error(), Exit: 1}
	}
	defer os.RemoveAll(cache)
	if err := linkCache(given.Seed, cache); err != nil {
		return built{Output: err.Error(), Exit: 1}
	}
	within, cancel := context.WithTimeout(context.Background(), time.Duration(given.BuildMs)*time.Millisecond)
	defer cancel()
	command := exec.CommandContext(within, given.Go, given.Args...)
	command.Env = append(os.Environ(), "GOCACHE="+cache)
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
