import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { log } from '../log.js';

/** An audit file that is only appended to: `<data>/audit/<name>.jsonl`, one JSON object a line, for its owner alone. */
export class JsonLines {
  private file: number | undefined;

  constructor(
    dataDir: string,
    private readonly name: string,
  ) {
    const folder = path.join(dataDir, 'audit');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.file = openSync(path.join(folder, `${name}.jsonl`), 'a', 0o600);
  }

  append(line: Record<string, unknown>): void {
    if (this.file === undefined) return;
    try {
      writeSync(this.file, `${JSON.stringify({ ts: new Date().toISOString(), ...line })}\n`);
    } catch (failure) {
      log('error', `the audit of ${this.name} cannot be written`, { error: String(failure) });
    }
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}
