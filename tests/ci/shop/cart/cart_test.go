package cart

import (
	"fmt"
	"testing"
)

func BenchmarkExport(b *testing.B) {
	items := make([]Item, 1000)
	var out []byte
	for n := 0; n < b.N; n++ {
		for i := range items {
			items[i] = Item{Name: names[i], Cents: i * 7919 % 1000}
		}
		out, _ = Export(out[:0], items)
	}
}

var names = func() []string {
	all := make([]string, 1000)
	for i := range all {
		all[i] = fmt.Sprintf("article no. %d, \"the good one\", with a longer description", i)
	}
	return all
}()
