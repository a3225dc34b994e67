import { Refusal } from '../../errors.js';

/** Hands the right to write a file to one after the other, in the order in which they came. */
export class FileLocks {
  /** Those that wait, by file; a file that is here is held. */
  private readonly held = new Map<string, (() => void)[]>();

  /**
   * @returns what gives the lock back.
   * @throws Refusal `busy` when it was not to be had for so long.
   */
  acquire(file: string, waitMs: number): Promise<() => void> {
    const release = (): void => this.release(file);
    const waiting = this.held.get(file);
    if (!waiting) {
      this.held.set(file, []);
      return Promise.resolve(release);
    }
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        clearTimeout(timer);
        resolve(release);
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(turn), 1);
        reject(new Refusal('busy', `sql: others have been writing this memory for ${waitMs} ms: try again`, { waited_ms: waitMs }));
      }, waitMs);
      timer.unref();
      waiting.push(turn);
    });
  }

  private release(file: string): void {
    const next = this.held.get(file)!.shift();
    if (next) next();
    else this.held.delete(file);
  }
}
