/**
 * The longest increasing subsequence of distinct numbers: what may stay where it is when the rest moves.
 * @returns its indexes.
 */
export function longestIncreasing(values: readonly number[]): Set<number> {
  // ends[n] is the index of the smallest value that ends a run of n + 1; before[i] precedes i in its run.
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  values.forEach((value, index) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[ends[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    before.push(low === 0 ? undefined : ends[low - 1]);
    ends[low] = index;
  });
  const run = new Set<number>();
  for (let index = ends.at(-1); index !== undefined; index = before[index]) run.add(index);
  return run;
}
