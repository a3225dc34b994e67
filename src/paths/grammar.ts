import { Refusal } from '../errors.js';

// A path is '/' or a list of segments, each with a slash before it (reference: tools 3).

const SEGMENT = /^[A-Za-z0-9._-]{1,64}$/;
export const MAX_SEGMENT = 64;
export const MAX_SEGMENTS = 64;
export const MAX_PATH = 1024;

export const ROOT = '/';

/**
 * Brings a path to its one form: slashes that follow each other are one, none stands at the end.
 * @throws Refusal `invalid_input`
 */
export function parsePath(text: string): string {
  if (text !== '' && !text.startsWith('/')) throw badPath(text, 'it must begin with /');
  const segments = text.split('/').filter((segment) => segment !== '');
  for (const segment of segments) {
    if (segment === '.' || segment === '..') throw badPath(text, `it must not have the segment ${segment}`);
    if (!SEGMENT.test(segment)) {
      throw badPath(text, `each segment has 1 to ${MAX_SEGMENT} of the characters A-Z a-z 0-9 . _ -`);
    }
  }
  const path = `/${segments.join('/')}`;
  requireShort(path.length, segments.length, path);
  return path;
}

/** @throws Refusal `invalid_input` where a path of this length and depth cannot be. */
export function requireShort(length: number, segments: number, path: string): void {
  if (length > MAX_PATH) throw badPath(path, `it has ${length} characters, at most ${MAX_PATH} are allowed`);
  if (segments > MAX_SEGMENTS) throw badPath(path, `it has ${segments} segments, at most ${MAX_SEGMENTS} are allowed`);
}

function badPath(text: string, why: string): Refusal {
  const path = text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return new Refusal('invalid_input', `${JSON.stringify(path)} is not a path: ${why}`, { path });
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function segmentsOf(path: string): number {
  return path === ROOT ? 0 : path.split('/').length - 1;
}

/** The directories above a path, the nearest first, without the root. */
export function ancestorsOf(path: string): string[] {
  const ancestors: string[] = [];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) ancestors.push(path.slice(0, end));
  return ancestors;
}

/** What every path below this one begins with. */
export function prefixOf(path: string): string {
  return path === ROOT ? ROOT : `${path}/`;
}

/** The keys of all that is below a path: from the first, up to but without the second ('0' follows '/'). */
export function rangeBelow(path: string): [string, string] {
  const prefix = prefixOf(path);
  return [prefix, `${prefix.slice(0, -1)}0`];
}
