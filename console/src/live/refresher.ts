import type { QueryClient, QueryKey } from '@tanstack/react-query';

const MIN_INTERVAL_MS = 120;

/**
 * Turns bursts of "this key changed" into few refetches: requests gather until the next
 * animation frame, and a key that is being refetched is refetched once more afterwards
 * rather than restarted, so that a steady stream of events cannot starve it.
 */
export class Refresher {
  private readonly pending = new Map<string, QueryKey>();
  private readonly running = new Set<string>();
  private scheduled = false;

  constructor(private readonly client: QueryClient) {}

  request(key: QueryKey): void {
    this.pending.set(JSON.stringify(key), key);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    const flush = (): void => {
      if (!this.scheduled) return;
      this.scheduled = false;
      this.flush();
    };
    requestAnimationFrame(flush);
    // A hidden tab gets no animation frames.
    setTimeout(flush, 250);
  }

  private flush(): void {
    for (const [id, key] of this.pending) {
      if (this.running.has(id)) continue;
      this.pending.delete(id);
      this.running.add(id);
      void this.refetch(id, key);
    }
  }

  private async refetch(id: string, key: QueryKey): Promise<void> {
    await Promise.all([
      this.client.invalidateQueries({ queryKey: key, exact: true }),
      new Promise((resolve) => setTimeout(resolve, MIN_INTERVAL_MS)),
    ]);
    this.running.delete(id);
    if (this.pending.has(id)) this.schedule();
  }
}
