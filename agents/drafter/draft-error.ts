import type { Problem } from './platforms.js';

/** A draft could not be written; the message says why. */
export class DraftError extends Error {
  override readonly name = 'DraftError';

  constructor(
    /** `too_little_text`: the post cannot fill it; `no_room`: link and tags fill it; `rules_broken`: it broke the platform's rules. */
    readonly code: 'too_little_text' | 'no_room' | 'rules_broken',
    message: string,
    /** The rules that the last attempt broke. */
    readonly problems: readonly Problem[] = [],
  ) {
    super(message);
  }
}
