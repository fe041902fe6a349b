/**
 * The mean of each window of neighbours, one for every place where a whole window fits: 1, 2, 3, 4 by twos is 1.5, 2.5, 3.5.
 *
 * @throws RangeError for a window that is no whole number from 1 to the number of values
 */
export function moving_average(values: number[], window: number): number[] {
  if (!Number.isInteger(window) || window < 1 || window > values.length) throw new RangeError('the window is a whole number from 1 to the number of values');
  const averages: number[] = [];
  for (let from = 0; from + window <= values.length; from += 1) {
    const sum = values.slice(from, from + window).reduce((total, value) => total + value, 0);
    averages.push(sum / window);
  }
  return averages;
}
