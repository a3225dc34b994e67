const DAY_MS = 24 * 60 * 60 * 1000;

/** An ISO 8601 week in UTC. */
export interface Week {
  /** Like 2026-W48. */
  name: string;
  /** Monday and Sunday, YYYY-MM-DD. */
  first: string;
  last: string;
}

/** The ISO week of a moment: it begins on Monday and belongs to the year of its Thursday. */
export function weekOf(moment: Date): Week {
  const midnight = Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth(), moment.getUTCDate());
  const sinceMonday = (moment.getUTCDay() + 6) % 7;
  const monday = midnight - sinceMonday * DAY_MS;
  const thursday = new Date(monday + 3 * DAY_MS);
  const year = thursday.getUTCFullYear();
  const number = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY_MS));
  return {
    name: `${year}-W${String(number).padStart(2, '0')}`,
    first: isoDate(monday),
    last: isoDate(monday + 6 * DAY_MS),
  };
}

/** The week after a week. */
export function weekAfter({ last }: Week): Week {
  return weekOf(new Date(Date.parse(last) + DAY_MS));
}

export function isoDate(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
