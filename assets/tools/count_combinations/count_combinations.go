package solution

import (
	"errors"
	"math/big"
)

// largest whole number that all readers of JSON know exactly: 2 to the power of 53, less 1.
const largest = 1<<53 - 1

// count_combinations gives n! / (k! (n - k)!), 0 where more are chosen than there are. Negative numbers, and a count above 2^53 - 1, are an error.
func count_combinations(n int, k int) (int, error) {
	if n < 0 || k < 0 {
		return 0, errors.New("the numbers cannot be negative")
	}
	if k > n {
		return 0, nil
	}
	k = min(k, n-k)
	count := big.NewInt(1)
	for at := 1; at <= k; at++ {
		count.Mul(count, big.NewInt(int64(n-k+at)))
		count.Div(count, big.NewInt(int64(at)))
		if count.Cmp(big.NewInt(largest)) > 0 {
			return 0, errors.New("there are more than 2^53 - 1")
		}
	}
	return int(count.Int64()), nil
}
