package cart

// appendQuoted appends text in quotes, with quotes and backslashes escaped.
//
//go:noinline
func appendQuoted(out []byte, text string) []byte {
	out = append(out, '"')
	start := 0
	for i := 0; i < len(text); i++ {
		if text[i] == '"' || text[i] == '\\' {
			out = append(out, text[start:i]...)
			out = append(out, '\\')
			start = i
		}
	}
	out = append(out, text[start:]...)
	return append(out, '"')
}
