import type { Claimed, ClaimedMessage } from './outbox.js';

/** Sends one message and notes how that ended. Never rejects. @returns whether the webhook goes on. */
export type Deliver = (webhook: Claimed, message: ClaimedMessage) => Promise<boolean>;

/**
 * The messages of one webhook that the sender holds. They are sent in order, as many at a time as the webhook
 * takes; one is held until it is noted how its attempt ended.
 */
export class Lane {
  private queue: ClaimedMessage[] = [];
  private readonly sending = new Set<string>();
  /** How often the rest was put back. */
  private round = 0;

  constructor(
    private webhook: Claimed,
    private readonly within: Slots['within'],
    private readonly deliver: Deliver,
    /** Called when there is room for more. */
    private readonly wanting: () => void,
  ) {}

  get held(): string[] {
    return [...this.sending, ...this.queue.map(({ id }) => id)];
  }

  get isIdle(): boolean {
    return this.queue.length === 0 && this.sending.size === 0;
  }

  get wantsMore(): boolean {
    return this.queue.length === 0 && this.sending.size < this.webhook.max_in_flight;
  }

  add(webhook: Claimed): void {
    this.webhook = webhook;
    this.queue.push(...webhook.messages);
    this.pump();
  }

  /** Gives back what is not under way: it is in the outbox, and is claimed anew. */
  putBack(): void {
    this.round += 1;
    this.queue = [];
  }

  private pump(): void {
    while (this.queue.length > 0 && this.sending.size < this.webhook.max_in_flight) {
      const message = this.queue.shift()!;
      this.sending.add(message.id);
      void this.send(message);
    }
  }

  private async send(message: ClaimedMessage): Promise<void> {
    const { round, webhook } = this;
    const goesOn = await this.within(async () => round !== this.round || (await this.deliver(webhook, message)));
    this.sending.delete(message.id);
    if (!goesOn) this.putBack();
    this.pump();
    if (this.wantsMore) this.wanting();
  }
}

/** Bounds the requests that are under way at the same time; who waits comes in order. */
export class Slots {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async within<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
