package PACKAGE

import (
	untilgreenOs "os"
	untilgreenStrconv "strconv"
	untilgreenSyscall "syscall"
)

// Which mutant runs, 0 for none, and what was reached: known before any variable of the package is made.
var untilgreenMutant, untilgreenHit = untilgreenStart()

func untilgreenStart() (int, []byte) {
	mutant, _ := untilgreenStrconv.Atoi(untilgreenOs.Getenv("UNTILGREEN_MUTANT"))
	hits := make([]byte, MARKS)
	if mutant != 0 {
		// A mutant that takes all memory is to end by itself.
		_ = untilgreenSyscall.Setrlimit(untilgreenSyscall.RLIMIT_AS, &untilgreenSyscall.Rlimit{Cur: 3 << 30, Max: 3 << 30})
	}
	if path := untilgreenOs.Getenv("UNTILGREEN_HITS"); path != "" {
		// Shared with a file, so that no way to end the process loses it.
		if file, err := untilgreenOs.OpenFile(path, untilgreenOs.O_RDWR, 0); err == nil {
			if shared, err := untilgreenSyscall.Mmap(int(file.Fd()), 0, len(hits), untilgreenSyscall.PROT_READ|untilgreenSyscall.PROT_WRITE, untilgreenSyscall.MAP_SHARED); err == nil {
				hits = shared
			}
			_ = file.Close()
		}
	}
	return mutant, hits
}
