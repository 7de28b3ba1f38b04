// Package cart writes shopping carts as JSON, with a checksum. It is what the recipes of docs/ci.md are tried on.
package cart

import (
	"hash/crc32"
	"sort"
	"strconv"
)

type Item struct {
	Name  string
	Cents int
}

func appendItem(out []byte, item Item) []byte {
	out = append(out, `{"name":`...)
	out = appendQuoted(out, item.Name)
	out = append(out, `,"cents":`...)
	out = strconv.AppendInt(out, int64(item.Cents), 10)
	return append(out, '}')
}

// Export writes the items by price.
func Export(out []byte, items []Item) ([]byte, uint32) {
	sort.Slice(items, func(i, j int) bool { return items[i].Cents < items[j].Cents })
	out = append(out, '[')
	for i, item := range items {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendItem(out, item)
	}
	out = append(out, ']')
	return out, crc32.ChecksumIEEE(out)
}
