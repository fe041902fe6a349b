package solution

import "errors"

// luhn_check tells whether the last digit is right by ISO/IEC 7812-1, Annex B: every second digit from the right counts double, less 9 above 9, and
// the sum ends in 0. Fewer than two digits, and other signs than spaces and hyphens between them, are an error.
func luhn_check(number string) (bool, error) {
	digits := []int{}
	for _, sign := range number {
		if sign >= '0' && sign <= '9' {
			digits = append(digits, int(sign-'0'))
		} else if sign != ' ' && sign != '-' {
			return false, errors.New("a number has digits, spaces and hyphens only")
		}
	}
	if len(digits) < 2 {
		return false, errors.New("a number with a check digit has two digits or more")
	}
	sum := 0
	for place, digit := range digits {
		if (len(digits)-place)%2 == 0 {
			digit *= 2
			if digit > 9 {
				digit -= 9
			}
		}
		sum += digit
	}
	return sum%10 == 0, nil
}
