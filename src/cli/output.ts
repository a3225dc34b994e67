import pc from 'picocolors';
import { ConfigError, problemText } from '../config/error.js';
import { ApiError } from './api.js';
import { UsageError } from './usage-error.js';

/** Whether answers and errors are to be JSON: asked of the words themselves, since they may be what is wrong. */
export const wantsJson = process.argv.some((word) => word === '--json' || word.startsWith('--json='));

/** Colours of standard output and standard error: none where it is no terminal, or NO_COLOR is set. */
export const colours = coloursOf(process.stdout);
export const errorColours = coloursOf(process.stderr);

function coloursOf(stream: { isTTY?: boolean }): ReturnType<typeof pc.createColors> {
  return pc.createColors(stream.isTTY === true && pc.isColorSupported);
}

/** Prints an answer as JSON. */
export function print(answer: unknown): void {
  console.log(JSON.stringify(answer, undefined, 2));
}

/** Says on standard error what does not end the command. */
export function warn(text: string): void {
  console.error(`${errorColours.yellow('warning:')} ${text}`);
}

/** Says on standard error what was wrong, and returns the code to exit with. */
export function reportError(error: unknown): 1 | 2 {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof ConfigError || error instanceof UsageError ? 2 : 1;
  if (!wantsJson) {
    console.error(`${errorColours.red('loomcycle:')} ${message}`);
    return code;
  }
  console.error(
    JSON.stringify({
      error: message,
      exit_code: code,
      ...(error instanceof ConfigError ? { problems: error.problems.map(problemText) } : {}),
      ...(error instanceof ApiError && error.body !== undefined ? { answer: error.body } : {}),
    }),
  );
  return code;
}

/** A count of long work, on one line of standard error while that is a terminal. */
export class Progress {
  private done = 0;
  private readonly shown = process.stderr.isTTY === true && !wantsJson;

  constructor(
    private readonly verb: string,
    private readonly total: number,
  ) {}

  /** Begins the next piece. */
  next(name: string): void {
    this.done += 1;
    if (this.shown && this.total > 1) process.stderr.write(`\r\x1b[K${this.verb} ${this.done}/${this.total} ${name}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.shown && this.total > 1) process.stderr.write('\r\x1b[K');
  }
}
