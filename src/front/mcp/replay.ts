/** Messages of one session that are kept for a client that comes back. */
const KEPT = 256;

interface Kept {
  readonly id: number;
  readonly text: string;
}

/** What the server said on a session's stream, numbered from 1: the newest of it can be said again. */
export class Replay {
  /** Made with the first message: most sessions never get one. */
  private kept: Kept[] | undefined;
  private newest = 0;

  /** Number of the newest message; 0 before the first. */
  get last(): number {
    return this.newest;
  }

  /** Numbers a message and keeps it, in place of the oldest where there are too many. */
  add(data: string): void {
    const id = (this.newest += 1);
    const kept = (this.kept ??= []);
    kept.push({ id, text: `id: ${id}\ndata: ${data}\n\n` });
    if (kept.length > KEPT) kept.shift();
  }

  /** The message after a number; where that is gone, the oldest that is kept. */
  after(id: number): Kept | undefined {
    const first = this.kept?.[0];
    return first && this.kept![Math.max(0, id + 1 - first.id)];
  }

  /** Where to go on for a client that sends this `Last-Event-ID`: from the oldest where it is none of ours. */
  placeOf(lastEventId: string): number {
    const id = /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : 0;
    return id > this.newest ? 0 : id;
  }
}
