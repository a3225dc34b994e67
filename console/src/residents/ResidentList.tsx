import { Link } from 'wouter';
import type { Resident } from '../api/residents.js';
import { Ago } from '../ui/Ago.js';
import { ResidentState } from './ResidentState.js';
import { timerOf } from './wording.js';

/** All residents in the order of the configuration, so that none moves as their states change. */
export function ResidentList({ residents, open }: { residents: readonly Resident[]; open: string | undefined }) {
  return (
    <ul className="run-list">
      {residents.map((resident) => (
        <li key={resident.name}>
          <Row resident={resident} isOpen={resident.name === open} />
        </li>
      ))}
    </ul>
  );
}

function Row({ resident, isOpen }: { resident: Resident; isOpen: boolean }) {
  const { name, last_error: error, last_wake_at: wake } = resident;
  const href = `/agents/residents/${encodeURIComponent(name)}`;
  return (
    <Link href={href} className="run-row" data-testid="resident-row" data-resident={name} aria-current={isOpen ? 'page' : undefined}>
      <span className="run-row-line">
        <strong>{name}</strong>
        <ResidentState resident={resident} />
        <span className="spacer" />
        {wake !== null && (
          <span className="run-row-when">
            <Ago at={Date.parse(wake)} />
          </span>
        )}
      </span>
      <span className="run-row-gist" data-tone={error === null ? undefined : 'red'}>
        {error ?? gist(resident)}
      </span>
    </Link>
  );
}

function gist({ description, subscribe, ...rest }: Resident): string {
  if (description !== '') return description;
  return [...subscribe.map(({ topic }) => topic), timerOf({ description, subscribe, ...rest })].filter((part) => part !== undefined).join(', ');
}
