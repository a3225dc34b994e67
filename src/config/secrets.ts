import type { Path, ScalarNode } from './tree.js';

/** What stands for a secret wherever a configuration is shown. */
export const MASK = '***';

/** Names that end so hold secrets (reference: wire 4.7), and so may every header of a request. */
const SECRET_KEY = /(^|_)(key|token|secret|auth|password|credentials?|dsn|pepper|headers)$/i;
/** In the name of a variable such a word may stand anywhere: LOOMCYCLE_TOKEN_DENN. */
const SECRET_VARIABLE = /(^|_)(key|token|secret|auth|password|credentials?|dsn|pepper|headers)(_|$)/i;
/** The password in an address. */
const USER_INFO = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi;

/** A value as it may be shown: secrets are masked, by the key that they stand under or the variable that they come from. */
export function masked(scalar: ScalarNode, path: Path): unknown {
  const { value, variables = [] } = scalar;
  if (value === null || value === '') return value;
  if (variables.some((name) => SECRET_VARIABLE.test(name)) || path.some((step, at) => isSecretKey(step, at === path.length - 1))) return MASK;
  return typeof value === 'string' ? value.replace(USER_INFO, `$1:${MASK}@`) : value;
}

/** The key of an entry is none, and a mapping `auth` tells how to authenticate. */
function isSecretKey(step: string | number, isLast: boolean): boolean {
  return typeof step === 'string' && SECRET_KEY.test(step) && step !== 'key' && (step !== 'auth' || isLast);
}
