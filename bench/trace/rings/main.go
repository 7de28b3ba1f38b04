// rings GOROUTINES ROUNDS FILE records an execution trace of goroutines that work with each other for some rounds and then end
// up in rings of two to five, half of them over mutexes and half over channels: each has what the one before it wants. What
// is done is the same each time, how it is scheduled is not.
package main

import (
	"log"
	"os"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

type account struct {
	mu      sync.Mutex
	balance int
}

// A pause while the first is locked lets others queue up behind it.
func (a *account) transfer(to *account, between func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	between()
	to.mu.Lock()
	defer to.mu.Unlock()
	a.balance--
	to.balance++
}

// All transfers go upwards at first, so none waits for ever; the last ones go round.
func overLocks(size, rounds int, ready *sync.WaitGroup) {
	ring := make([]*account, size)
	for i := range ring {
		ring[i] = &account{}
	}
	var upwards sync.WaitGroup
	upwards.Add(size)
	for i := range ring {
		go func(at int) {
			for k := 0; k < rounds; k++ {
				ring[0].transfer(ring[size-1], func() {
					if k%64 == 0 {
						time.Sleep(10 * time.Microsecond)
					}
				})
			}
			upwards.Done()
			upwards.Wait()
			ring[at].transfer(ring[(at+1)%size], func() { ready.Done(); ready.Wait() })
		}(i)
	}
}

// One message goes round at first; at last each sends one at the same time.
func overChannels(size, rounds int, ready *sync.WaitGroup) {
	inboxes := make([]chan int, size)
	for i := range inboxes {
		inboxes[i] = make(chan int)
	}
	for i := range inboxes {
		go func(at int) {
			inbox, next := inboxes[at], inboxes[(at+1)%size]
			if at == 0 {
				next <- 0
			}
			for k := 0; k < rounds; k++ {
				message := <-inbox
				if at == 0 && k == rounds-1 {
					break
				}
				next <- message + 1
			}
			ready.Done()
			ready.Wait()
			for message := at; ; message = <-inbox {
				next <- message
			}
		}(i)
	}
}

// Through before the last goroutine of the last ring is ready: nobody of them is left to be seen in here.
func startRings(goroutines, rounds int, start func(size, rounds int, ready *sync.WaitGroup), ready *sync.WaitGroup) {
	for made, rings := 0, 0; made < goroutines; rings++ {
		size := 2 + rings%4
		if left := goroutines - made - size; left < 2 {
			size += left
		}
		start(size, rounds, ready)
		made += size
	}
}

func main() {
	goroutines, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	rounds, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	file, err := os.Create(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	if err := trace.Start(file); err != nil {
		log.Fatal(err)
	}
	var ready sync.WaitGroup
	ready.Add(goroutines)
	startRings(goroutines/2, rounds, overLocks, &ready)
	startRings(goroutines-goroutines/2, rounds, overChannels, &ready)
	ready.Wait()
	time.Sleep(200 * time.Millisecond)
	trace.Stop()
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
}
