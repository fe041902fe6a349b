package solution

import "errors"

// matrix_multiply gives the product of two matrices, each a list of rows. Empty ones, rows of different length, and a left matrix that does not have as
// many columns as the right has rows are an error.
func matrix_multiply(left [][]float64, right [][]float64) ([][]float64, error) {
	if !isMatrix(left) || !isMatrix(right) {
		return nil, errors.New("a matrix has rows of one length, with a number or more in each")
	}
	if len(left[0]) != len(right) {
		return nil, errors.New("the left matrix has not as many columns as the right has rows")
	}
	product := make([][]float64, len(left))
	for row := range left {
		product[row] = make([]float64, len(right[0]))
		for column := range right[0] {
			for at := range right {
				product[row][column] += left[row][at] * right[at][column]
			}
		}
	}
	return product, nil
}

func isMatrix(rows [][]float64) bool {
	if len(rows) == 0 || len(rows[0]) == 0 {
		return false
	}
	for _, row := range rows {
		if len(row) != len(rows[0]) {
			return false
		}
	}
	return true
}
