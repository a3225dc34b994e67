import { isPast } from '../channels/expiry.js';
import type { LogEvent, LogPage } from '../channels/hub.js';

/** Text past which events are read from the log rather than kept, in UTF-16 units. */
const MOST_CHARS = 256 * 1024;

/** Events as they came to a resident, and what of the log they are. */
export interface Push {
  /** JSON objects joined by commas. */
  readonly events: string;
  /** After this seq no event was left out that the resident selects. */
  readonly since: number;
  readonly upto: number;
}

/** What was pushed to a resident and is not read yet: it need not ask the log for it. */
export class Pushed {
  private texts: string[] = [];
  private chars = 0;
  /** `texts` has everything that is selected after this seq, up to `upto`. */
  private from = -1;
  private upto = -1;

  /** @param readTo seq up to which the log was read. */
  add({ events, since, upto }: Push, readTo: number): void {
    if (since > this.upto) this.restart(since);
    else if (readTo >= this.upto) this.restart(this.upto);
    this.upto = upto;
    this.texts.push(events);
    this.chars += events.length;
    if (this.chars > MOST_CHARS) this.restart(upto);
  }

  /** Whether there is something past a seq. */
  hasAfter(seq: number): boolean {
    return this.upto > seq;
  }

  /**
   * The log after a seq.
   * @param now unix milliseconds.
   * @returns undefined where the log has to be asked: something is missing here, or there is more than `limit`.
   */
  take(after: number, limit: number, now: number): LogPage | undefined {
    const { from, upto, texts } = this;
    if (after < from || after >= upto) return undefined;
    this.restart(upto);
    const all = JSON.parse(`[${texts.join(',')}]`) as LogEvent[];
    const events = all.filter(({ seq, payload }) => seq > after && !isPast(payload.expires_at, now));
    return events.length > limit ? undefined : { head: upto, upto, events };
  }

  private restart(from: number): void {
    this.texts = [];
    this.chars = 0;
    this.from = from;
  }
}
