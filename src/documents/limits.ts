import { Refusal } from '../errors.js';

/** Longest body of a chunk, in UTF-16 code units. */
export const MAX_BODY = 1024 * 1024;
export const MAX_TITLE = 1000;
/** Longest name of a type, a status or a field. */
export const MAX_LABEL = 64;

/** @throws Refusal `too_large` naming what is too long: for chunks that come out of a text, not out of a call. */
export function requireLimits(chunk: {
  title: string;
  type?: string | undefined;
  status?: string | undefined;
  body: string;
  fields?: Record<string, unknown> | undefined;
}): void {
  const lengths: [string, number, number][] = [
    ['title', chunk.title.length, MAX_TITLE],
    ['type', chunk.type?.length ?? 0, MAX_LABEL],
    ['status', chunk.status?.length ?? 0, MAX_LABEL],
    ['body', chunk.body.length, MAX_BODY],
    ...Object.keys(chunk.fields ?? {}).map((name): [string, number, number] => ['name of a field', name.length, MAX_LABEL]),
  ];
  for (const [what, length, most] of lengths) {
    if (length <= most) continue;
    const where = chunk.title.slice(0, 80);
    throw new Refusal('too_large', `the ${what} of the chunk "${where}" has ${length} characters, at most ${most} are allowed`, {
      what,
      length,
      limit: most,
      title: where,
    });
  }
}
