// generate FILE SECONDS traces a program that does little but hand messages from one goroutine to the next, under locks: about as
// many events per second as the runtime can write.
package main

import (
	"context"
	"log"
	"os"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

func main() {
	seconds, err := strconv.ParseFloat(os.Args[2], 64)
	if err != nil {
		log.Fatal(err)
	}
	f, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if err := trace.Start(f); err != nil {
		log.Fatal(err)
	}
	done := make(chan bool)
	var all sync.WaitGroup
	var mu sync.Mutex
	for pair := 0; pair < 8; pair++ {
		messages := make(chan int)
		all.Add(2)
		go func() {
			defer all.Done()
			defer close(messages)
			for i := 0; ; i++ {
				select {
				case messages <- i:
				case <-done:
					return
				}
			}
		}()
		go func() {
			defer all.Done()
			for i := range messages {
				if i%64 == 0 {
					ctx, task := trace.NewTask(context.Background(), "message")
					trace.WithRegion(ctx, "count", func() { trace.Log(ctx, "message", strconv.Itoa(i)) })
					task.End()
				}
				mu.Lock()
				mu.Unlock()
			}
		}()
	}
	time.Sleep(time.Duration(seconds * float64(time.Second)))
	close(done)
	all.Wait()
	trace.Stop()
	if err := f.Close(); err != nil {
		log.Fatal(err)
	}
}
