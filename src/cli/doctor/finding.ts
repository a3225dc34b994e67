/** What a check of `loomcycle doctor` found. */
export interface Finding {
  /** The side that was looked at. */
  readonly check: 'node' | 'native modules' | 'clock' | 'config' | 'data directory' | 'token' | 'port' | 'upstream';
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to do about it. */
  readonly todo?: string | undefined;
}
