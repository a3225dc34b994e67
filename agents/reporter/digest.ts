import type { Week } from './week.js';

/** A publication as the digest counts it. */
export interface Publication {
  title: string;
  status: string | null;
  platform: string | null;
  date: string | null;
  posted_at: string | null;
}

/** Status moves of a week: `scheduled → drafted` to how often. */
export type Moves = Readonly<Record<string, number>>;

export interface Digest {
  shipped: Publication[];
  /** Of a week that is over, nothing is queued and nothing late: those moved on. */
  queued: Publication[];
  late: Publication[];
}

const SHIPPED = ['posted', 'done'];
const OPEN = ['scheduled', 'drafted', 'approved'];

/**
 * Sorts publications for the digest of a week.
 * - shipped: posted or done, on a day of the week (that of `posted_at`, else the planned date)
 * - queued: scheduled, drafted or approved, for today or later
 * - late: the same, for a day that has passed
 */
export function digestOf(publications: readonly Publication[], week: Week, today: string): Digest {
  const shippedOn = (each: Publication): string => (each.posted_at ?? each.date ?? '').slice(0, 10);
  const has = (each: Publication, statuses: string[]): boolean => each.status !== null && statuses.includes(each.status);
  const open = today > week.last ? [] : publications.filter((each) => has(each, OPEN) && each.date !== null);
  return {
    shipped: publications.filter(
      (each) => has(each, SHIPPED) && shippedOn(each) >= week.first && shippedOn(each) <= week.last,
    ),
    queued: open.filter((each) => each.date! >= today),
    late: open.filter((each) => each.date! < today),
  };
}

/** The digest as the body of its chunk. The same input gives the same text. */
export function renderDigest(week: Week, { shipped, queued, late }: Digest, moves: Moves): string {
  const moved = Object.entries(moves).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `Week ${week.name}, ${week.first} to ${week.last}: ${shipped.length} shipped, ${queued.length} queued, ${late.length} late.`,
    section('Shipped', shipped),
    section('Queued', queued),
    section('Late', late),
    moved.length === 0 ? '' : `**Moves of the week**\n\n${moved.map(([move, n]) => `- ${move}: ${n}`).join('\n')}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

function section(name: string, publications: readonly Publication[]): string {
  if (publications.length === 0) return '';
  const lines = publications
    .map(({ date, platform, title, status }) => `- ${date ?? 'no date'} · ${platform ?? 'no platform'} · ${title} (${status})`)
    .sort();
  return `**${name} (${publications.length})**\n\n${lines.join('\n')}`;
}
