package solution

import (
	"errors"
	"regexp"
	"strconv"
)

var form = regexp.MustCompile(`^(-?)P(?:([0-9]+)W)?(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:[.,][0-9]+)?)S)?)?$`)

// seconds of a week, a day, an hour, a minute and a second.
var seconds = []float64{604800, 86400, 3600, 60, 1}

// parse_duration gives the seconds of an ISO 8601 duration; a day has 24 hours. Years and months have no fixed length: they, and what is no duration,
// are an error.
func parse_duration(duration string) (float64, error) {
	found := form.FindStringSubmatch(duration)
	if found == nil {
		return 0, errors.New("it is no duration of weeks, days, hours, minutes and seconds")
	}
	total, parts, times := 0.0, 0, 0
	for at, text := range found[2:] {
		if text == "" {
			continue
		}
		parts++
		if at > 1 {
			times++
		}
		value, err := strconv.ParseFloat(withPoint(text), 64)
		if err != nil {
			return 0, errors.New("a number is too large")
		}
		total += value * seconds[at]
	}
	if parts == 0 {
		return 0, errors.New("it has no part")
	}
	if times == 0 && endsWithT(duration) {
		return 0, errors.New("after T there is nothing")
	}
	if found[1] == "-" {
		return -total, nil
	}
	return total, nil
}

func withPoint(text string) string {
	bytes := []byte(text)
	for at := range bytes {
		if bytes[at] == ',' {
			bytes[at] = '.'
		}
	}
	return string(bytes)
}

func endsWithT(text string) bool {
	return text[len(text)-1] == 'T'
}
