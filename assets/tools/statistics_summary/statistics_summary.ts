interface Summary {
  count: number;
  sum: number;
  mean: number;
  median: number;
  minimum: number;
  maximum: number;
  modes: number[];
  sample_deviation: number | null;
  population_deviation: number;
}

/**
 * Count, sum, mean, median, extremes, all most frequent values (ascending), and the standard deviations of a sample (null for one value) and of
 * a population.
 *
 * @throws RangeError for no values
 */
export function statistics_summary(values: number[]): Summary {
  if (values.length === 0) throw new RangeError('there are no values');
  const ordered = [...values].sort((a, b) => a - b);
  const count = ordered.length;
  const sum = total(ordered);
  const mean = sum / count;
  const middle = Math.floor(count / 2);
  const median = count % 2 === 1 ? ordered[middle]! : (ordered[middle - 1]! + ordered[middle]!) / 2;
  const squares = total(ordered.map((value) => (value - mean) ** 2));
  return {
    count,
    sum,
    mean,
    median,
    minimum: ordered[0]!,
    maximum: ordered[count - 1]!,
    modes: mostFrequent(ordered),
    sample_deviation: count === 1 ? null : Math.sqrt(squares / (count - 1)),
    population_deviation: Math.sqrt(squares / count),
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function mostFrequent(ordered: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const value of ordered) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = [...counts.values()].reduce((highest, count) => Math.max(highest, count), 0);
  return [...counts].filter(([, count]) => count === most).map(([value]) => value);
}
