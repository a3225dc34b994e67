/** Messages of one stream that are kept for a client that comes back. */
const KEPT = 256;

interface Kept {
  readonly seq: number;
  readonly text: string;
}

/** What the server said on a stream, numbered from 1: the newest of it can be said again. */
export class Replay {
  /** Made with the first message: most sessions never get one. */
  private kept: Kept[] | undefined;
  private newest = 0;

  /** @param prefix what stands before the number in the id of an event. */
  constructor(private readonly prefix: string) {}

  /** Length of what is kept, in characters. */
  get size(): number {
    return (this.kept ?? []).reduce((sum, { text }) => sum + text.length, 0);
  }

  /** Numbers a message and keeps it, in place of the oldest where there are too many. */
  add(data: string): void {
    const seq = (this.newest += 1);
    const kept = (this.kept ??= []);
    kept.push({ seq, text: `id: ${this.prefix}${seq}\ndata: ${data}\n\n` });
    if (kept.length > KEPT) kept.shift();
  }

  /** The message after a number; where that is gone, the oldest that is kept. */
  after(seq: number): Kept | undefined {
    const first = this.kept?.[0];
    return first && this.kept![Math.max(0, seq + 1 - first.seq)];
  }

  /** An event without data, after which comes the message after a number. */
  placeAt(seq: number): string {
    return `id: ${this.prefix}${seq}\ndata:\n\n`;
  }

  /** Where to go on for a client that sends this `Last-Event-ID`: from the oldest where it is none of ours. */
  placeOf(lastEventId: string): number {
    const digits = lastEventId.startsWith(this.prefix) ? lastEventId.slice(this.prefix.length) : '';
    const seq = /^\d{1,15}$/.test(digits) ? Number(digits) : 0;
    return seq > this.newest ? 0 : seq;
  }

  clear(): void {
    this.kept = undefined;
  }
}
