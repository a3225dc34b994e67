import type { Chunk, ChunkChanges } from '../api/types.js';

/** What a person can edit of a chunk. An absent type or status is ''. */
export interface Values {
  readonly title: string;
  readonly type: string;
  readonly status: string;
  readonly body: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type ScalarKey = 'title' | 'type' | 'status' | 'body';

const SCALARS: readonly ScalarKey[] = ['title', 'type', 'status', 'body'];

/** A part of a chunk that changes on its own: a scalar or one field. */
export type Part = { readonly kind: 'scalar'; readonly key: ScalarKey } | { readonly kind: 'field'; readonly key: string };

/** The field `status` that repeats the chunk's status is left out: they are one value. */
export function valuesOf(chunk: Chunk): Values {
  const { status: statusField, ...others } = { ...chunk.fields };
  const repeated = statusField === undefined || statusField === (chunk.status ?? undefined);
  return {
    title: chunk.title,
    type: chunk.type ?? '',
    status: chunk.status ?? '',
    body: chunk.body,
    fields: repeated ? others : { ...others, status: statusField },
  };
}

export const partName = (part: Part): string => `${part.kind}:${part.key}`;

export function partValue(values: Values, part: Part): unknown {
  return part.kind === 'scalar' ? values[part.key] : (values.fields[part.key] ?? null);
}

export function withPart(values: Values, part: Part, value: unknown): Values {
  if (part.kind === 'scalar') return { ...values, [part.key]: value };
  return { ...values, fields: { ...values.fields, [part.key]: value } };
}

/** The parts in which two versions differ; a field that is null is the same as none. */
export function differingParts(a: Values, b: Values): Part[] {
  const scalars: Part[] = SCALARS.map((key) => ({ kind: 'scalar', key }));
  const names = new Set([...Object.keys(a.fields), ...Object.keys(b.fields)]);
  const fields: Part[] = [...names].map((key) => ({ kind: 'field', key }));
  return [...scalars, ...fields].filter((part) => !same(partValue(a, part), partValue(b, part)));
}

export function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** What `update_chunk` has to be sent to make `from` into `to`. */
export function changesBetween(from: Values, to: Values): ChunkChanges {
  const changes: ChunkChanges = {};
  for (const part of differingParts(from, to)) {
    if (part.kind === 'field') (changes.fields ??= {})[part.key] = partValue(to, part);
    else if (part.key === 'title' || part.key === 'body') changes[part.key] = to[part.key];
    else changes[part.key] = to[part.key] === '' ? null : to[part.key];
  }
  return changes;
}

/** `onto` with what `edited` changed of `base`: edits win, everything else follows `onto`. */
export function rebase(base: Values, edited: Values, onto: Values): Values {
  return differingParts(base, edited).reduce((values, part) => withPart(values, part, partValue(edited, part)), onto);
}
