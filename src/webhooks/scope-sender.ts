import { topicMatcher } from '../channels/pattern.js';
import { log } from '../log.js';
import type { CommitFrame } from '../scope/messages.js';
import { WEBHOOKS_TOPIC } from './definition.js';
import { Lane, type Deliver, type Slots } from './lane.js';
import type { Claim, Claimed } from './outbox.js';

export interface ScopeSenderContext {
  /** Runs a request when there is room for it. */
  readonly within: Slots['within'];
  readonly deliver: Deliver;
  /** Asks the scope what is to be sent. Rejects with a Refusal. */
  claim(held: readonly string[]): Promise<Claim>;
  /** The scope has no webhooks. */
  onNone(): void;
}

/** Events after which a scope is asked also where none of them was for a webhook: so far its place in the log may lag. */
const LAG = 1000;
/** A claim that failed is made again after so long. */
const RETRY_MS = 1000;
/** Longest delay that a timer takes. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * The webhooks of one scope, as far as the sender goes.
 *
 *   idle ──start, an event, a timer, a lane with room──▶ claiming ──▶ idle
 *                                                        │    ▲ asked meanwhile, or more to look at
 *                                                        └────┘
 */
export class ScopeSender {
  private readonly lanes = new Map<string, Lane>();
  private listening: { id: string; hears: (topic: string) => boolean }[] = [];
  /** Newest event that the scope was asked after. */
  private head = 0;
  private claiming = false;
  private again = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly key: string,
    private readonly context: ScopeSenderContext,
  ) {}

  onFrame({ topics, last }: CommitFrame): void {
    if (topics.includes(WEBHOOKS_TOPIC)) {
      // Something happened to a webhook: what was claimed before may be out of date.
      for (const lane of this.lanes.values()) lane.putBack();
      this.poke();
      return;
    }
    // A lane with something to do asks for more by itself.
    const heard = this.listening.some(({ id, hears }) => (this.lanes.get(id)?.wantsMore ?? true) && topics.some(hears));
    if (heard || last - this.head > LAG) this.poke();
  }

  /** Looks for something to send. */
  poke(): void {
    if (this.stopped) return;
    this.again = true;
    if (!this.claiming) void this.claimAll();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const lane of this.lanes.values()) lane.putBack();
  }

  private async claimAll(): Promise<void> {
    this.claiming = true;
    clearTimeout(this.timer);
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        const held = [...this.lanes.values()].flatMap((lane) => lane.held);
        this.take(await this.context.claim(held));
      } catch (error) {
        log('warn', 'the webhooks of a scope could not be read, and are tried again', { scope: this.key, error: String(error) });
        this.pokeAt(Date.now() + RETRY_MS);
        break;
      }
    }
    this.claiming = false;
  }

  private take({ webhooks, listening, any, head, next_at: nextAt, more }: Claim): void {
    if (this.stopped) return;
    this.head = head;
    this.listening = listening.map(({ id, topic }) => ({ id, hears: topicMatcher([topic]) }));
    for (const webhook of webhooks) this.laneOf(webhook.id, webhook).add(webhook);
    if (more) this.again = true;
    else if (!this.again && nextAt !== null) this.pokeAt(nextAt);
    if (!any && this.lanes.size === 0 && !this.again) this.context.onNone();
  }

  private laneOf(id: string, webhook: Claimed): Lane {
    const found = this.lanes.get(id);
    if (found) return found;
    const wanting = (): void => {
      if (lane.isIdle) this.lanes.delete(id);
      this.poke();
    };
    const lane = new Lane(webhook, this.context.within, this.context.deliver, wanting);
    this.lanes.set(id, lane);
    return lane;
  }

  private pokeAt(at: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.poke(), Math.min(Math.max(at - Date.now(), 0), MAX_DELAY_MS));
  }
}
