package solution

import (
	"fmt"
	"strconv"
	"strings"
)

// cidr_info gives the first and last usable address of an IPv4 network, how many there are, and its network address, broadcast address and netmask. Of
// a /31 both addresses are usable (RFC 3021), of a /32 the one. What is no address with a prefix length of 0 to 32 is an error.
func cidr_info(cidr string) (map[string]string, error) {
	address, length, found := strings.Cut(cidr, "/")
	prefix, err := decimal(length, 32)
	if !found || err != nil {
		return nil, fmt.Errorf("%q has no prefix length from 0 to 32", cidr)
	}
	parts := strings.Split(address, ".")
	if len(parts) != 4 {
		return nil, fmt.Errorf("%q is no IPv4 address", address)
	}
	var bits uint64
	for _, part := range parts {
		value, err := decimal(part, 255)
		if err != nil {
			return nil, fmt.Errorf("%q is no IPv4 address", address)
		}
		bits = bits<<8 | value
	}
	size := uint64(1) << (32 - prefix)
	network := bits - bits%size
	broadcast := network + size - 1
	first, last := network, broadcast
	if prefix < 31 {
		first, last = first+1, last-1
	}
	return map[string]string{
		"network":   dotted(network),
		"broadcast": dotted(broadcast),
		"netmask":   dotted(1<<32 - size),
		"first":     dotted(first),
		"last":      dotted(last),
		"hosts":     strconv.FormatUint(last-first+1, 10),
	}, nil
}

// decimal reads a number without sign or leading zeros: 010 is read as octal elsewhere.
func decimal(text string, most uint64) (uint64, error) {
	value, err := strconv.ParseUint(text, 10, 16)
	if err != nil || value > most || strconv.FormatUint(value, 10) != text {
		return 0, fmt.Errorf("%q is no number from 0 to %d", text, most)
	}
	return value, nil
}

func dotted(bits uint64) string {
	return fmt.Sprintf("%d.%d.%d.%d", bits>>24&255, bits>>16&255, bits>>8&255, bits&255)
}
