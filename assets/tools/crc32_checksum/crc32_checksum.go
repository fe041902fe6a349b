package solution

import "fmt"

// polynomial of CRC-32/ISO-HDLC (IEEE 802.3), with its bits in reverse.
const polynomial = 0xedb88320

// crc32_checksum gives the CRC-32 that zip, gzip and PNG use, as eight hexadecimal digits.
func crc32_checksum(text string) string {
	sum := ^uint32(0)
	for at := 0; at < len(text); at++ {
		sum ^= uint32(text[at])
		for bit := 0; bit < 8; bit++ {
			if sum&1 == 1 {
				sum = sum>>1 ^ polynomial
			} else {
				sum >>= 1
			}
		}
	}
	return fmt.Sprintf("%08x", ^sum)
}
