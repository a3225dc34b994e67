const TONES: Readonly<Record<string, string>> = {
  scheduled: 'blue',
  planned: 'blue',
  todo: 'blue',
  drafted: 'amber',
  draft: 'amber',
  review: 'amber',
  approved: 'violet',
  ready: 'violet',
  posted: 'green',
  published: 'green',
  done: 'green',
  skipped: 'grey',
  cancelled: 'grey',
  blocked: 'red',
  late: 'red',
};

const OTHER_TONES = ['blue', 'amber', 'violet', 'green'];

/** The colour of a status: the usual words have theirs, any other gets one that stays the same. */
export function toneOf(status: string): string {
  const known = TONES[status.toLowerCase()];
  if (known) return known;
  let hash = 0;
  for (const char of status) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return OTHER_TONES[hash % OTHER_TONES.length] ?? 'grey';
}

export function StatusPill({ status }: { status: string }) {
  return (
    <span className="pill" data-tone={toneOf(status)}>
      {status}
    </span>
  );
}
