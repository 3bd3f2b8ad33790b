package main

import (
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"syscall"
)

// Laid over cmd/frontdoor by scripts/bench.sh --profile, and part of no other
// build. SIGUSR1 begins a profile of the processor and of waiting, SIGUSR2 ends
// them and writes them with the heap into the folder that BENCH_PROFILE names, in
// a folder of the name that the file "name" in it holds.
func init() {
	dir := os.Getenv("BENCH_PROFILE")
	if dir == "" {
		return
	}
	begin, end := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(begin, syscall.SIGUSR1)
	signal.Notify(end, syscall.SIGUSR2)
	runtime.SetBlockProfileRate(10_000)
	runtime.SetMutexProfileFraction(10)
	go func() {
		for range begin {
			name, _ := os.ReadFile(filepath.Join(dir, "name"))
			to := filepath.Join(dir, strings.TrimSpace(string(name)))
			create := func(name string) *os.File {
				if err := os.MkdirAll(to, 0o700); err != nil {
					panic(err)
				}
				f, err := os.Create(filepath.Join(to, name+".pprof"))
				if err != nil {
					panic(err)
				}
				return f
			}
			f := create("cpu")
			if err := pprof.StartCPUProfile(f); err != nil {
				panic(err)
			}
			<-end
			pprof.StopCPUProfile()
			_ = f.Close()
			// The last four count from the start of the program.
			for _, kind := range []string{"heap", "allocs", "block", "mutex"} {
				f := create(kind)
				_ = pprof.Lookup(kind).WriteTo(f, 0)
				_ = f.Close()
			}
		}
	}()
}
