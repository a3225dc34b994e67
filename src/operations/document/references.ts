import { Refusal } from '../../errors.js';

/** `$<index>.<key>.<key>…`: the first key begins with a letter, so that `$5.99` is a price. */
const REFERENCE = /^\$(\d+)\.([A-Za-z_]\w*(?:\.\w+)*)$/;
/** How to write a text that looks like a reference and is none. */
const ESCAPED = /^\$(\$\d+\.[A-Za-z_])/;

/**
 * Puts values of earlier results in place of the texts that name them: `"$0.id"` is the `id` of result 0.
 * Only a whole text is a reference; `"$$0.id"` is the text `$0.id`.
 *
 * @throws Refusal `invalid_input` for a result that is not there yet, or has no such value.
 */
export function resolveReferences(input: Record<string, unknown>, results: readonly unknown[]): Record<string, unknown> {
  return resolve(input, results) as Record<string, unknown>;
}

function resolve(value: unknown, results: readonly unknown[]): unknown {
  if (typeof value === 'string') return value.startsWith('$') ? resolveText(value, results) : value;
  if (Array.isArray(value)) return value.map((item) => resolve(item, results));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, results)]));
}

function resolveText(text: string, results: readonly unknown[]): unknown {
  const [, index, path] = REFERENCE.exec(text) ?? [];
  if (index === undefined) return text.replace(ESCAPED, '$1');
  if (Number(index) >= results.length) {
    throw new Refusal('invalid_input', `${text} names the result of op ${index}, which has not run before this one`, { reference: text });
  }
  let value = results[Number(index)];
  for (const key of path!.split('.')) {
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  }
  if (value === undefined) throw new Refusal('invalid_input', `${text}: the result of op ${index} has no ${path}`, { reference: text });
  return value;
}
