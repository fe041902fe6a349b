/**
 * The line y = slope * x + intercept with the least squares, and the share of the variance of y that it explains (1 where y does not vary).
 *
 * @throws RangeError for lists of different length, fewer than two points, or points that all have the same x
 */
export function linear_regression(x: number[], y: number[]): { slope: number; intercept: number; r_squared: number } {
  if (x.length !== y.length) throw new RangeError('there are not as many y as x');
  if (x.length < 2) throw new RangeError('a line needs two points');
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xx, xy, yy] = [0, 0, 0];
  for (let at = 0; at < x.length; at += 1) {
    const [dx, dy] = [x[at]! - meanX, y[at]! - meanY];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  if (xx === 0) throw new RangeError('all points have the same x');
  const slope = xy / xx;
  return { slope, intercept: meanY - slope * meanX, r_squared: yy === 0 ? 1 : (xy * xy) / (xx * yy) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
