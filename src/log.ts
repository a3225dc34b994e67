export type Level = 'info' | 'warn' | 'error';

/** Writes one line of JSON to standard error: time, level, message and whatever helps to act on it. */
export function log(level: Level, message: string, data: Record<string, unknown> = {}): void {
  process.stderr.write(`${JSON.stringify({ ts: new Date().toISOString(), level, message, ...data })}\n`);
}
