import type { CommitFrame } from '../scope/messages.js';

type Wake = () => void;

/**
 * Who waits for something new on topics of a scope. A wake says only that it is worth to look again: whoever
 * waits registers first and reads then, so that nothing falls between the two.
 */
export class Waiters {
  /** By scope key, then by topic. */
  private readonly scopes = new Map<string, Map<string, Set<Wake>>>();

  /** @returns the end of the waiting. */
  register(key: string, topics: readonly string[], wake: Wake): () => void {
    const byTopic = this.scopes.get(key) ?? new Map<string, Set<Wake>>();
    this.scopes.set(key, byTopic);
    for (const topic of topics) byTopic.set(topic, (byTopic.get(topic) ?? new Set()).add(wake));
    return () => {
      for (const topic of topics) {
        const waiting = byTopic.get(topic);
        waiting?.delete(wake);
        if (waiting?.size === 0) byTopic.delete(topic);
      }
      if (byTopic.size === 0 && this.scopes.get(key) === byTopic) this.scopes.delete(key);
    };
  }

  wake(key: string, topic: string): void {
    for (const wake of this.scopes.get(key)?.get(topic) ?? []) wake();
  }

  onFrame({ key, topics }: CommitFrame): void {
    for (const topic of topics) this.wake(key, topic);
  }

  /** The worker of these scopes died: what it committed may not have been told. */
  onCrash(ownsScope: (key: string) => boolean): void {
    for (const [key, byTopic] of this.scopes) {
      if (!ownsScope(key)) continue;
      for (const topic of [...byTopic.keys()]) this.wake(key, topic);
    }
  }
}
