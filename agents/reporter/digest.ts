import { weekAfter, type Week } from './week.js';

/** A publication as the digest counts it. */
export interface Publication {
  readonly title: string;
  readonly status: string | null;
  readonly platform: string | null;
  readonly date: string | null;
  readonly posted_at: string | null;
  /** What it got, by the name of the field; only fields that the chunk carries. */
  readonly engagement: Readonly<Record<string, number>>;
}

/** Status moves of a week: `scheduled → drafted` to how often. */
export type Moves = Readonly<Record<string, number>>;

/** The figures of a week, all of them counted from the publications of one moment. */
export interface Digest {
  readonly week: Week;
  readonly shipped: readonly Publication[];
  /** Of a week that is over, nothing is queued, due or late: those moved on. */
  readonly queued: readonly Publication[];
  readonly late: readonly Publication[];
  /** What of the queued is due in the week after this one. */
  readonly next: readonly Publication[];
  /** Sums over what shipped, by the name of the field. */
  readonly engagement: Readonly<Record<string, number>>;
  /** Publications by platform and status. */
  readonly table: readonly { readonly platform: string; readonly counts: Readonly<Record<string, number>>; readonly all: number }[];
  readonly moves: Moves;
}

const SHIPPED = ['posted', 'done'];
const OPEN = ['scheduled', 'drafted', 'approved'];
const COLUMNS = [...OPEN, ...SHIPPED, 'skipped'];
const NO_PLATFORM = 'no platform';
const NO_STATUS = 'no status';

/**
 * Sorts publications for the digest of a week.
 * - shipped: posted or done, on a day of the week (that of `posted_at`, else the planned date)
 * - queued: scheduled, drafted or approved, for today or later
 * - late: the same, for a day that has passed
 */
export function digestOf(publications: readonly Publication[], week: Week, today: string, moves: Moves): Digest {
  const shippedOn = (each: Publication): string => (each.posted_at ?? each.date ?? '').slice(0, 10);
  const has = (each: Publication, statuses: string[]): boolean => each.status !== null && statuses.includes(each.status);
  const over = today > week.last;
  const open = over ? [] : publications.filter((each) => has(each, OPEN) && each.date !== null);
  const shipped = publications.filter((each) => has(each, SHIPPED) && shippedOn(each) >= week.first && shippedOn(each) <= week.last);
  const queued = open.filter((each) => each.date! >= today);
  const { first, last } = weekAfter(week);
  return {
    week,
    shipped,
    queued,
    late: open.filter((each) => each.date! < today),
    next: queued.filter((each) => each.date! >= first && each.date! <= last),
    engagement: sums(shipped.map((each) => each.engagement)),
    table: over ? [] : tableOf(publications),
    moves,
  };
}

function sums(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const each of all) for (const [name, value] of Object.entries(each)) result[name] = (result[name] ?? 0) + value;
  return result;
}

function tableOf(publications: readonly Publication[]): Digest['table'] {
  const platforms = [...new Set(publications.map(({ platform }) => platform ?? NO_PLATFORM))].sort();
  return platforms.map((platform) => {
    const own = publications.filter((each) => (each.platform ?? NO_PLATFORM) === platform);
    return { platform, counts: sums(own.map(({ status }) => ({ [status ?? NO_STATUS]: 1 }))), all: own.length };
  });
}

/** The digest as the body of its chunk. The same input gives the same text. */
export function renderDigest(digest: Digest, prose: string): string {
  const { week, shipped, queued, late, next, engagement, moves } = digest;
  const moved = Object.entries(moves).sort(byName);
  return [
    `Week ${week.name}, ${week.first} to ${week.last}: ${shipped.length} shipped, ${queued.length} queued, ${late.length} late.`,
    prose,
    renderTable(digest.table),
    section('Shipped', shipped),
    bullets('Engagement of what shipped', Object.entries(engagement)),
    section('Due next week', next),
    section('Queued', queued),
    section('Late', late),
    bullets('Moves of the week', moved),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function renderTable(table: Digest['table']): string {
  if (table.length === 0) return '';
  const used = new Set(table.flatMap(({ counts }) => Object.keys(counts)));
  const columns = [...COLUMNS.filter((status) => used.has(status)), ...[...used].filter((status) => !COLUMNS.includes(status)).sort()];
  const row = (cells: readonly (string | number)[]): string => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    row(['platform', ...columns, 'all']),
    row(['---', ...columns.map(() => '---:'), '---:']),
    ...table.map(({ platform, counts, all }) => row([platform, ...columns.map((status) => counts[status] ?? 0), all])),
  ].join('\n');
}

function section(name: string, publications: readonly Publication[]): string {
  if (publications.length === 0) return '';
  const lines = publications.map((each) => `- ${each.date ?? 'no date'} · ${each.platform ?? NO_PLATFORM} · ${each.title} (${each.status})${engagementText(each)}`).sort();
  return `**${name} (${publications.length})**\n\n${lines.join('\n')}`;
}

function engagementText({ engagement }: Publication): string {
  const parts = Object.entries(engagement).map(([name, value]) => `${value} ${name}`);
  return parts.length === 0 ? '' : ` · ${parts.join(', ')}`;
}

function bullets(name: string, entries: readonly (readonly [string, number])[]): string {
  return entries.length === 0 ? '' : `**${name}**\n\n${entries.map(([what, n]) => `- ${what}: ${n}`).join('\n')}`;
}

function byName([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1;
}
