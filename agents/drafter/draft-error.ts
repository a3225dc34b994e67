/** A draft could not be written; the message says why. */
export class DraftError extends Error {
  override readonly name = 'DraftError';
  /** What is wrong with the last attempt, a sentence each. */
  readonly problems: readonly string[];
  /** Whether another attempt on the same chunk would cost a model's turns again. */
  readonly byModel: boolean;

  constructor(
    /** `too_little_text`: the post cannot fill it; `no_room`: link and tags fill it; `rules_broken`: it broke the platform's rules, or invented something. */
    readonly code: 'too_little_text' | 'no_room' | 'rules_broken',
    message: string,
    { problems = [], byModel = false }: { problems?: readonly string[]; byModel?: boolean } = {},
  ) {
    super(message);
    this.problems = problems;
    this.byModel = byModel;
  }
}
