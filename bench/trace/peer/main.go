// peer TRACE reads every event with the official reader, golang.org/x/exp/trace, and counts them: no Go program that needs
// events in their order can be faster.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"golang.org/x/exp/trace"
)

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	reader, err := trace.NewReader(bufio.NewReaderSize(file, 1<<20))
	if err != nil {
		log.Fatal(err)
	}
	for count := 0; ; count++ {
		if _, err := reader.ReadEvent(); errors.Is(err, io.EOF) {
			fmt.Println(count, "events")
			return
		} else if err != nil {
			log.Fatal(err)
		}
	}
}
