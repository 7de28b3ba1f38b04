// The program set that is recorded with every minor release of Go: one program, and its first argument says what it does
// while it is traced. It compiles with Go 1.11. ./dev matrix builds and runs it; what is compared is the trace, so all that
// matters here is that every kind of event comes up.
package main

import (
	"context"
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"net"
	"os"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"sync"
	"time"
)

var scenarios = map[string]func(){
	"workers":    workers,
	"contention": contention,
	"deadlock":   deadlock,
	"leak":       leak,
	"tasks":      tasks,
	"network":    network,
	"cpu":        cpu,
	"gc":         gcStress,
	"restarts":   nil, // traces of its own, see main
}

func main() {
	if len(os.Args) != 3 {
		log.Fatalf("usage: %s SCENARIO FILE", os.Args[0])
	}
	name, file := os.Args[1], os.Args[2]
	runtime.GOMAXPROCS(4)
	if flightRecorder != nil && name == "flight" {
		flightRecorder(file, contention)
		return
	}
	run, known := scenarios[name]
	if !known {
		log.Fatalf("no scenario %q in this version of Go", name)
	}
	if name == "restarts" {
		for i := 0; i < 20; i++ { // begun and ended many times: the last one is kept
			record(file, workers)
		}
		return
	}
	record(file, run)
}

func record(file string, run func()) {
	f, err := os.Create(file)
	check(err)
	check(trace.Start(f))
	run()
	trace.Stop()
	check(f.Close())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func together(n int, f func(i int)) {
	var all sync.WaitGroup
	all.Add(n)
	for i := 0; i < n; i++ {
		go func(i int) {
			defer all.Done()
			f(i)
		}(i)
	}
	all.Wait()
}

func workers() {
	jobs, done := make(chan int), make(chan int, 8)
	go func() {
		for i := 0; i < 400; i++ {
			jobs <- i
		}
		close(jobs)
	}()
	go func() {
		together(6, func(int) {
			for job := range jobs {
				spin(job%7 + 1)
				done <- job
			}
		})
		close(done)
	}()
	for range done {
		runtime.Gosched()
	}
	select {
	case <-make(chan int):
	case <-time.After(3 * time.Millisecond):
	}
}

func contention() {
	var mutex sync.Mutex
	var shared sync.RWMutex
	ready := sync.NewCond(&mutex)
	turns := 0
	together(8, func(i int) {
		for n := 0; n < 40; n++ {
			mutex.Lock()
			turns++
			spin(3)
			if turns%5 == 0 {
				ready.Broadcast()
			}
			mutex.Unlock()
			shared.RLock()
			spin(1)
			shared.RUnlock()
			if n%8 == i {
				shared.Lock()
				time.Sleep(100 * time.Microsecond)
				shared.Unlock()
			}
		}
	})
	go func() { mutex.Lock(); ready.Wait(); mutex.Unlock() }()
	time.Sleep(2 * time.Millisecond)
	mutex.Lock()
	ready.Broadcast()
	mutex.Unlock()
}

func deadlock() {
	var a, b sync.Mutex
	lock := func(first, second *sync.Mutex) {
		first.Lock()
		time.Sleep(5 * time.Millisecond)
		second.Lock()
	}
	go lock(&a, &b)
	go lock(&b, &a)
	workers()
	time.Sleep(15 * time.Millisecond)
}

func leak() {
	answers := make(chan int)
	for i := 0; i < 20; i++ {
		go func(i int) { answers <- i }(i)
	}
	go func() { select {} }()
	go func() { var never chan int; <-never }()
	time.Sleep(5 * time.Millisecond)
	<-answers
	time.Sleep(5 * time.Millisecond)
}

func tasks() {
	for i := 0; i < 10; i++ {
		ctx, task := trace.NewTask(context.Background(), fmt.Sprintf("order %d", i%3))
		trace.WithRegion(ctx, "outer", func() {
			trace.Log(ctx, "customer", fmt.Sprintf("number \"%d\"", i))
			child, inner := trace.NewTask(ctx, "payment")
			defer inner.End()
			together(3, func(n int) {
				defer trace.StartRegion(child, "step").End()
				time.Sleep(time.Duration(n) * 100 * time.Microsecond)
			})
		})
		if i != 7 {
			task.End()
		}
	}
	trace.StartRegion(context.Background(), "never over")
}

func network() {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() {
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(conn, conn); conn.Close() }()
		}
	}()
	together(4, func(i int) {
		conn, err := net.Dial("tcp", server.Addr().String())
		check(err)
		answer := make([]byte, 4096)
		for n := 0; n < 20; n++ {
			_, err = conn.Write(answer)
			check(err)
			_, err = io.ReadFull(conn, answer)
			check(err)
		}
		check(conn.Close())
	})
	check(server.Close())
	reader, writer, err := os.Pipe()
	check(err)
	go func() { time.Sleep(5 * time.Millisecond); writer.Write([]byte("late")); writer.Close() }()
	ioutil.ReadAll(reader)
	f, err := ioutil.TempFile("", "matrix")
	check(err)
	for i := 0; i < 5; i++ {
		f.Write(make([]byte, 1<<16))
		f.Sync()
	}
	f.Close()
	os.Remove(f.Name())
}

// From Go 1.19 on the samples of a CPU profile are in the trace, too.
func cpu() {
	check(pprof.StartCPUProfile(ioutil.Discard))
	together(3, func(i int) {
		for begin := time.Now(); time.Since(begin) < 60*time.Millisecond; {
			spin(50 * (i + 1))
		}
	})
	pprof.StopCPUProfile()
}

type tree struct{ left, right *tree }

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

func gcStress() {
	kept := make([]*tree, 4)
	together(4, func(i int) {
		for n := 0; n < 12; n++ {
			kept[i] = grow(11)
			if n == 6 && i == 0 {
				runtime.GC()
			}
		}
	})
	var before runtime.MemStats
	runtime.ReadMemStats(&before) // stops the world
	runtime.GOMAXPROCS(3)
	runtime.GC()
}

var sink uint64

//go:noinline
func spin(units int) {
	x := uint64(units)
	for i := 0; i < units*2000; i++ {
		x = x*6364136223846793005 + 1442695040888963407
	}
	if x == 1 {
		sink = x
	}
}
