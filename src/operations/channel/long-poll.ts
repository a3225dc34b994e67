import { Refusal } from '../../errors.js';
import type { Waiters } from '../../channels/waiters.js';
import type { Principal } from '../../identity/principal.js';

/** What one look at a channel brought. */
export interface Look<Answer> {
  answer: Answer;
  /** Whether that is what the caller waits for. */
  ready: boolean;
  /** Unix milliseconds at which looking again may bring more, though nothing new comes. */
  retryAt?: number | undefined;
}

export interface Waiting {
  readonly principal: Principal;
  /** Scope keys with the topics on which something new is worth a look. */
  readonly topics: readonly { key: string; topic: string }[];
  readonly waitMs: number;
  whenGone?(then: () => void): void;
}

/**
 * Looks, and looks again whenever something new came, until it is ready, the time is up, or the caller is
 * gone. Nobody's thread is held: what waits is a timer and an entry in `Waiters`.
 */
export class LongPolls {
  /** Calls that wait, by principal. */
  private readonly waiting = new Map<string, number>();

  constructor(
    private readonly waiters: Waiters,
    private readonly maxPerPrincipal: number,
  ) {}

  /** @throws Refusal `too_many_waiters` */
  async until<Answer>(wait: Waiting, look: () => Promise<Look<Answer>>): Promise<Answer> {
    if (wait.waitMs <= 0) return (await look()).answer;
    const release = this.enter(wait.principal);
    const signal = new Signal();
    // Registered before the first look: what comes while it is under way is seen by the next.
    const leave = wait.topics.map(({ key, topic }) => this.waiters.register(key, [topic], () => signal.raise()));
    let gone = false;
    wait.whenGone?.(() => {
      gone = true;
      signal.raise();
    });
    try {
      const deadline = Date.now() + wait.waitMs;
      for (;;) {
        signal.lower();
        const { answer, ready, retryAt = deadline } = await look();
        if (ready || gone || Date.now() >= deadline) return answer;
        await signal.raisedBy(Math.min(retryAt, deadline));
      }
    } finally {
      for (const end of leave) end();
      release();
    }
  }

  private enter({ tenant, subject }: Principal): () => void {
    const who = JSON.stringify([tenant, subject]);
    const others = this.waiting.get(who) ?? 0;
    if (others >= this.maxPerPrincipal) {
      throw new Refusal('too_many_waiters', `${others} calls of yours wait already: use await for many channels, or a WebSocket`, {
        limit: this.maxPerPrincipal,
      });
    }
    this.waiting.set(who, others + 1);
    return () => {
      const left = this.waiting.get(who)! - 1;
      if (left === 0) this.waiting.delete(who);
      else this.waiting.set(who, left);
    };
  }
}

/** A flag that somebody can wait for. */
class Signal {
  private raised = false;
  private onRaise: (() => void) | undefined;

  raise(): void {
    this.raised = true;
    this.onRaise?.();
  }

  lower(): void {
    this.raised = false;
  }

  /** Waits until it is raised, or until a time. */
  async raisedBy(at: number): Promise<void> {
    if (this.raised) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, at - Date.now()));
      this.onRaise = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.onRaise = undefined;
  }
}
