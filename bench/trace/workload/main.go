// workload MEGABYTES FILE keeps goroutines busy with each other and records an execution trace until it has that size:
// clients and a server over the loopback network, a pool behind a channel, contended locks, a burst of short goroutines now
// and then, tasks, regions, logs and garbage. What is done is the same each time, how it is scheduled is not.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"runtime/trace"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	clients = 32
	workers = 16
)

type job struct {
	ctx  context.Context
	text string
	done chan string
}

type cache struct {
	mu    sync.RWMutex
	words map[string]int
}

func (c *cache) note(word string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.words) > 1000 {
		c.words = map[string]int{}
	}
	c.words[word]++
}

func (c *cache) size() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.words)
}

func work(jobs <-chan job, shared *cache) {
	for j := range jobs {
		region := trace.StartRegion(j.ctx, "work")
		for _, word := range strings.Fields(j.text) {
			shared.note(word)
		}
		trace.Log(j.ctx, "words", strconv.Itoa(shared.size()))
		region.End()
		j.done <- strings.ToUpper(j.text)
	}
}

func serve(conn net.Conn, jobs chan<- job) {
	defer conn.Close()
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		ctx, task := trace.NewTask(context.Background(), "request")
		done := make(chan string, 1)
		jobs <- job{ctx, lines.Text(), done}
		trace.WithRegion(ctx, "reply", func() { fmt.Fprintln(conn, <-done) })
		task.End()
	}
}

// Eight short goroutines that send to one, which also waits for a timer.
func burst() {
	numbers := make(chan int)
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for k := 0; k < 20; k++ {
				numbers <- k
			}
		}()
	}
	go func() { group.Wait(); close(numbers) }()
	timer := time.NewTimer(5 * time.Millisecond)
	defer timer.Stop()
	for {
		select {
		case _, ok := <-numbers:
			if !ok {
				return
			}
		case <-timer.C:
		}
	}
}

func client(address string, id int, stop *atomic.Bool) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	replies := bufio.NewReader(conn)
	for i := 0; !stop.Load(); i++ {
		words := make([]string, 20)
		for k := range words {
			words[k] = fmt.Sprintf("word%d", (id*7919+i*31+k*17)%5000)
		}
		fmt.Fprintln(conn, strings.Join(words, " "))
		if _, err := replies.ReadString('\n'); err != nil {
			log.Fatal(err)
		}
		if i%8 == id%8 {
			burst()
		}
	}
}

func main() {
	megabytes, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	file, err := os.Create(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	counted := &counter{to: file}
	if err := trace.Start(counted); err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	jobs := make(chan job)
	shared := &cache{words: map[string]int{}}
	for i := 0; i < workers; i++ {
		go work(jobs, shared)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn, jobs)
		}
	}()
	var stop atomic.Bool
	var group sync.WaitGroup
	for id := 0; id < clients; id++ {
		group.Add(1)
		go func(id int) {
			defer group.Done()
			client(listener.Addr().String(), id, &stop)
		}(id)
	}
	for counted.bytes.Load() < int64(megabytes)*1_000_000 {
		time.Sleep(time.Millisecond)
	}
	stop.Store(true)
	group.Wait()
	trace.Stop()
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
}

// How much of the trace is written.
type counter struct {
	to    io.Writer
	bytes atomic.Int64
}

func (c *counter) Write(p []byte) (int, error) {
	c.bytes.Add(int64(len(p)))
	return c.to.Write(p)
}
