package solution

// caesar_cipher moves each letter from A to Z and a to z on in the alphabet, from its end to its beginning; other signs stay.
func caesar_cipher(text string, shift int) string {
	steps := rune((shift%26 + 26) % 26)
	moved := []rune(text)
	for at, letter := range moved {
		if letter >= 'a' && letter <= 'z' {
			moved[at] = 'a' + (letter-'a'+steps)%26
		} else if letter >= 'A' && letter <= 'Z' {
			moved[at] = 'A' + (letter-'A'+steps)%26
		}
	}
	return string(moved)
}
