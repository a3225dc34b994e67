import { Refusal } from '../errors.js';

export type JsonObject = Record<string, unknown>;

/** How deep lists and objects may lie in each other. */
const MAX_DEPTH = 64;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws Refusal `invalid_input` for a value in which lists and objects lie too deep in each other. */
export function requireDepth(value: unknown, left = MAX_DEPTH): void {
  if (typeof value !== 'object' || value === null) return;
  if (left === 0) {
    throw new Refusal('invalid_input', `value: lists and objects may lie at most ${MAX_DEPTH} deep in each other`);
  }
  for (const part of Object.values(value)) requireDepth(part, left - 1);
}

/** Merges a patch into a value by RFC 7396: objects key by key, null removes a key, all else is replaced. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  // Also a key named __proto__ becomes a key of its own this way.
  return Object.fromEntries(merged);
}

/** Whether two values are the same JSON, in whatever order their keys are. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((part, at) => sameJson(part, b[at]));
  if (isObject(a)) {
    const keys = Object.keys(a);
    return (
      isObject(b) &&
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
    );
  }
  return a === b;
}

/** The words of a value for the search: its texts, numbers and keys. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join('\n');
  if (isObject(value)) return Object.entries(value).map(([key, part]) => `${key}\n${textOf(part)}`).join('\n');
  return value === null ? '' : String(value);
}
