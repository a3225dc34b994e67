import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError } from '../../src/config/error.js';

/** Who agents and seeds of a test act as. */
export const DENN = 'principals: { denn: { subject: denn, scopes: [substrate:admin], token_env: LOOMCYCLE_TOKEN_DENN } }\n';

/** Configuration files of one test, in a folder of their own. */
export class ConfigFiles {
  readonly home = mkdtempSync(path.join(tmpdir(), 'loomcycle-config-'));

  /** Writes a file. @returns its path. */
  write(name: string, text: string): string {
    const full = path.join(this.home, name);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  }

  remove(): void {
    rmSync(this.home, { recursive: true });
  }

  /** The lines of the ConfigError that an action ends with, the folder left out. */
  errors(action: () => unknown): string[] {
    try {
      action();
    } catch (error) {
      if (error instanceof ConfigError) return this.lines(error.message);
      throw error;
    }
    return [];
  }

  lines(text: string): string[] {
    return text.replaceAll(`${this.home}${path.sep}`, '').split('\n');
  }
}
