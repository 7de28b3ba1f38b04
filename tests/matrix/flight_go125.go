//go:build go1.25

package main

import (
	"os"
	"runtime/trace"
	"time"
)

// Always on, over several generations; the last moments are written while it goes on.
var flightRecorder = func(file string, run func()) {
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: 300 * time.Millisecond, MaxBytes: 4 << 20})
	check(recorder.Start())
	for begin := time.Now(); time.Since(begin) < 1300*time.Millisecond; {
		run()
		time.Sleep(20 * time.Millisecond)
	}
	f, err := os.Create(file)
	check(err)
	_, err = recorder.WriteTo(f)
	check(err)
	recorder.Stop()
	check(f.Close())
}
