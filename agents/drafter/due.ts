import { typesOf, type DrafterSettings } from './settings.js';

/** A publication chunk as `get_chunk` gives it. */
export interface PublicationChunk {
  id: string;
  revision: number;
  title: string;
  type?: string;
  status?: string;
  body: string;
  fields?: Record<string, unknown>;
}

/**
 * The dates that are due: from today to the last day that begins within the window, both as
 * YYYY-MM-DD in UTC. A date that has passed is late, not due: a person decides what becomes of it.
 */
export function dueBetween(now: Date, windowHours: number): { from: string; to: string } {
  const until = new Date(now.getTime() + windowHours * 60 * 60 * 1000);
  return { from: now.toISOString().slice(0, 10), to: until.toISOString().slice(0, 10) };
}

export function isDue(chunk: PublicationChunk, settings: DrafterSettings, now: Date): boolean {
  const date = chunk.fields?.date;
  const { from, to } = dueBetween(now, settings.window_hours);
  return (
    chunk.type !== undefined &&
    typesOf(settings).includes(chunk.type) &&
    chunk.status === 'scheduled' &&
    typeof date === 'string' &&
    date >= from &&
    date <= to
  );
}

/** Whether a model has tried this very revision in vain: only a change of the chunk is a reason to try again. */
export function isGivenUp({ revision, fields }: PublicationChunk): boolean {
  return fields?.draft_tried === revision;
}
