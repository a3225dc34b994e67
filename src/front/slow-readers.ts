/** A connection that gets events as they come. */
export interface Reader {
  /** Bytes that wait for it. */
  waiting(): number;
  /** Ends what is live and tells it from where to ask again. */
  resync(): void;
}

/** Bytes that may wait for a reader before its backlog pauses. */
const PAUSE_ABOVE = 1024 * 1024;
/** Bytes of answers to its own requests that may wait for a reader beyond the limit. */
const ANSWERS = 16 * 1024 * 1024;
/** All readers are looked at once per this part of the limit. */
const PARTS = 16;

/**
 * Keeps a limit on what waits for readers that take less than comes. A text is published to a group without
 * looking at its members; as nobody can have got more than was published since, it is enough to look at
 * everybody each time a part of the limit was.
 */
export class SlowReaders {
  private readonly readers = new Set<Reader>();
  private unseen = 0;
  private due = false;

  constructor(
    /** Bytes past which a reader is told to ask again; what waits never exceeds it by much. */
    readonly limit: number,
  ) {}

  get pauseAbove(): number {
    return Math.min(PAUSE_ABOVE, this.limit / 2);
  }

  /** Bytes past which a reader that goes on asking is disconnected. */
  get closeAbove(): number {
    return this.limit + ANSWERS;
  }

  add(reader: Reader): void {
    this.readers.add(reader);
  }

  remove(reader: Reader): void {
    this.readers.delete(reader);
  }

  /** A text went out to some of them. */
  published(text: string): void {
    this.unseen += text.length;
    if (this.due || this.unseen < this.limit / PARTS) return;
    this.due = true;
    // Not at once: a commit goes to one group after the other, and a place in the log is one between commits.
    queueMicrotask(() => this.look());
  }

  private look(): void {
    this.due = false;
    this.unseen = 0;
    for (const reader of this.readers) if (reader.waiting() > this.limit) reader.resync();
  }
}
