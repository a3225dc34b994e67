import type { Problem } from './error.js';
import { mapScalars, type Node, type ScalarNode } from './tree.js';
import { ALLOWED_VARIABLES, OWN_SECRETS, VARIABLE_PREFIX } from './variables.js';

/** A name without a dot: `${run.…}` is for requests and stays. */
const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every text of a file. It works on parsed values: whatever a
 * variable holds, the structure of the file stays. What may not be replaced is left as it is, with a warning.
 */
export function expand(tree: Node, env: NodeJS.ProcessEnv, warnings: Problem[]): Node {
  return mapScalars(tree, (scalar) => expandScalar(scalar, env, warnings));
}

function expandScalar(scalar: ScalarNode, env: NodeJS.ProcessEnv, warnings: Problem[]): ScalarNode {
  const { value, origin } = scalar;
  if (typeof value !== 'string' || !value.includes('${')) return scalar;
  const variables: string[] = [];
  const expanded = value.replace(REFERENCE, (literal: string, name: string, fallback: string | undefined) => {
    const why = refusal(name, env);
    if (why !== undefined) {
      warnings.push({ origin, message: `\${${name}} is left as it is: ${why}` });
      return literal;
    }
    variables.push(name);
    return env[name] || (fallback ?? '');
  });
  return variables.length === 0 ? scalar : { ...scalar, value: expanded, variables };
}

function refusal(name: string, env: NodeJS.ProcessEnv): string | undefined {
  if (OWN_SECRETS.has(name)) return "it is one of the runtime's own secrets";
  if (!name.startsWith(VARIABLE_PREFIX) && !ALLOWED_VARIABLES.has(name)) {
    return `only variables that begin with ${VARIABLE_PREFIX} are replaced, and ${[...ALLOWED_VARIABLES].join(', ')}`;
  }
  return /[\r\n]/.test(env[name] ?? '') ? 'its value has more than one line' : undefined;
}
