import path from 'node:path';

/** Where something stands: the absolute path of a file, line and column counted from 1. Line 0 is the file as a whole. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something to say about a configuration: an error or a warning, and where its cause stands. */
export interface Problem {
  readonly message: string;
  /** Absent where no file is the cause. */
  readonly origin?: Origin | undefined;
}

/** The configuration cannot be used. Holds everything that is wrong; the message names file, line and column of each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(problemText).join('\n'));
  }
}

export function problemText({ message, origin }: Problem): string {
  return origin ? `${originText(origin)}: ${message}` : message;
}

/** `file:line:column`; a file in the working directory by its relative path. */
export function originText({ file, line, column }: Origin): string {
  return line === 0 ? shownFile(file) : `${shownFile(file)}:${line}:${column}`;
}

export function shownFile(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative === '' || relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}
