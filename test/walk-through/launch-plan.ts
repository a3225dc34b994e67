import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/server.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** An ISO date so many days from today (UTC). */
export function day(offset: number): string {
  return new Date(Date.now() + offset * DAY_MS).toISOString().slice(0, 10);
}

/** The type of the vision, with `approved` and the time of posting. */
export const PUBLICATION_FIELDS = [
  { name: 'platform', type: 'enum', values: ['mastodon+bluesky', 'x', 'linkedin'] },
  { name: 'date', type: 'date' },
  { name: 'status', type: 'enum', values: ['scheduled', 'drafted', 'approved', 'posted', 'done', 'skipped'] },
  { name: 'blog_slug', type: 'string' },
  { name: 'day_number', type: 'int' },
  { name: 't_offset', type: 'string' },
  { name: 'posted_at', type: 'datetime' },
  { name: 'draft_note', type: 'string' },
];

/** The sample plan without its publication chunks: what a person has before the plan becomes a workflow. */
export function planMarkdown(): string {
  const text = readFileSync(path.join(ROOT, 'bundles/social-drafter/examples/launch-plan.md'), 'utf8');
  return text.replaceAll(/^<!-- loom: .*-->\n/gm, '').replaceAll(/\{\{today[^}]*\}\}/g, day(0));
}

const SLUGS = ['agent-ensembles-arrive', 'one-file-per-scope', 'plan-as-data', 'edits-that-collide', 'bundles-that-stack'];

interface Slot {
  platform: string;
  offset: number;
  status: string;
}

/** 18 slots as in the vision: 11 for Mastodon and Bluesky, 6 X threads, 1 LinkedIn post; two are done already. */
export const SLOTS: readonly Slot[] = [
  { platform: 'mastodon+bluesky', offset: 0, status: 'done' },
  { platform: 'x', offset: 0, status: 'done' },
  ...Array.from({ length: 10 }, (_, n) => ({ platform: 'mastodon+bluesky', offset: n + 1, status: 'scheduled' })),
  ...Array.from({ length: 5 }, (_, n) => ({ platform: 'x', offset: 2 * n + 1, status: 'scheduled' })),
  { platform: 'linkedin', offset: 2, status: 'scheduled' },
];

export function publicationInput(slot: Slot, index: number): Record<string, unknown> {
  return {
    title: `${slot.platform} day ${index + 1}`,
    type: 'publication',
    status: slot.status,
    body: 'Angle: say what changed for the reader.\n\nHashtags: #loomcycle #agents',
    fields: {
      platform: slot.platform,
      date: day(slot.offset),
      blog_slug: SLUGS[index % SLUGS.length],
      day_number: index + 1,
      t_offset: `T+${slot.offset}`,
    },
  };
}

/** The slots that the drafter has to draft: scheduled, from today to 72 hours ahead. */
export function dueSlots(): Slot[] {
  const last = new Date(Date.now() + 72 * 60 * 60 * 1000).toISOString().slice(0, 10);
  return SLOTS.filter((slot) => slot.status === 'scheduled' && day(slot.offset) <= last);
}
