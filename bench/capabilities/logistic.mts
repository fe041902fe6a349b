// Logistic regression with a small ridge, by Newton's method.

export interface Fitted {
  bias: number;
  weights: number[];
}

/**
 * @param rows features, not scaled; the ridge acts on scaled ones
 * @param counts how many times each row counts
 */
export function fitLogistic(rows: readonly (readonly number[])[], right: readonly boolean[], counts: readonly number[], ridge = 1): Fitted {
  const width = rows[0]!.length;
  const mean = Array.from({ length: width }, (_, j) => rows.reduce((sum, row) => sum + row[j]!, 0) / rows.length);
  const scale = Array.from({ length: width }, (_, j) => Math.sqrt(rows.reduce((sum, row) => sum + (row[j]! - mean[j]!) ** 2, 0) / rows.length) || 1);
  const x = rows.map((row) => [1, ...row.map((value, j) => (value - mean[j]!) / scale[j]!)]);
  let w = Array.from({ length: width + 1 }, () => 0);
  for (let round = 0; round < 50; round += 1) {
    const gradient = w.map((value, j) => (j === 0 ? 0 : -ridge * value));
    const curve = w.map((_, j) => w.map((__, k) => (j === k && j > 0 ? ridge : j === k ? 1e-9 : 0)));
    for (const [i, row] of x.entries()) {
      const p = sigmoid(dot(w, row));
      const times = counts[i]!;
      const miss = times * ((right[i] ? 1 : 0) - p);
      for (let j = 0; j <= width; j += 1) {
        gradient[j]! += miss * row[j]!;
        for (let k = 0; k <= j; k += 1) curve[j]![k]! += times * p * (1 - p) * row[j]! * row[k]!;
      }
    }
    for (let j = 0; j <= width; j += 1) for (let k = 0; k < j; k += 1) curve[k]![j] = curve[j]![k]!;
    const step = solve(curve, gradient);
    w = w.map((value, j) => value + step[j]!);
    if (Math.max(...step.map(Math.abs)) < 1e-7) break;
  }
  const weights = w.slice(1).map((value, j) => value / scale[j]!);
  return { bias: w[0]! - dot(weights, mean), weights };
}

export const sigmoid = (t: number): number => 1 / (1 + Math.exp(-t));
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** Gauss with the largest pivot. */
function solve(matrix: number[][], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let i = 0; i < rows.length; i += 1) {
    const pivot = rows.reduce((best, row, j) => (j >= i && Math.abs(row[i]!) > Math.abs(rows[best]![i]!) ? j : best), i);
    [rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!];
    for (let j = 0; j < rows.length; j += 1) {
      if (j === i) continue;
      const factor = rows[j]![i]! / rows[i]![i]!;
      for (let k = i; k <= rows.length; k += 1) rows[j]![k]! -= factor * rows[i]![k]!;
    }
  }
  return rows.map((row, i) => row[rows.length]! / row[i]!);
}
