package solution

import "errors"

// greatest_common_divisor gives the largest number that divides all of them, never negative; of zeros it is 0. No numbers are an error.
func greatest_common_divisor(numbers []int) (int, error) {
	if len(numbers) == 0 {
		return 0, errors.New("there are no numbers")
	}
	divisor := 0
	for _, number := range numbers {
		for number != 0 {
			divisor, number = number, divisor%number
		}
	}
	if divisor < 0 {
		divisor = -divisor
	}
	return divisor, nil
}
