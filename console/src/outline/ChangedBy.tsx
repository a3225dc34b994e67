import type { Change } from '../live/changes.js';
import { Icon } from '../ui/Icon.js';
import { ago, useNow } from '../ui/time.js';

const SHOWN_MS = 10 * 60_000;

/** "drafter · 12 s ago", for ten minutes after somebody else's change. */
export function ChangedBy({ change }: { change: Change | undefined }) {
  return change ? <Recent change={change} /> : null;
}

function Recent({ change }: { change: Change }) {
  const now = Math.max(useNow(1000), change.at);
  if (now - change.at > SHOWN_MS) return null;
  return (
    <span className="changed-by" title={`Changed by ${change.by}`} data-agent={change.isAgent}>
      {change.isAgent && <Icon name="agent" />}
      <span className="changed-by-text">
        {change.by} · {ago(change.at, now)}
      </span>
    </span>
  );
}
