/** Does the work for every item, so many at once. @returns what came of each, in their order. */
export async function atMost<Item, Result>(limit: number, items: readonly Item[], work: (item: Item, index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const hand = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, hand));
  return results;
}
