/** Why the run of a code agent failed (reference: tools 14). */
export type CodeFailureKind = 'load' | 'code_agent_threw' | 'code_agent_timeout' | 'replay_divergence';

/** The run fails with it: the text begins with the kind. */
export class CodeFailure extends Error {
  constructor(
    readonly kind: CodeFailureKind,
    message: string,
  ) {
    super(`${kind}: ${message}`);
  }
}
