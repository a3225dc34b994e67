import { Link } from 'wouter';
import { useMe } from '../api/queries.js';
import { Header } from '../app/Header.js';
import { EmptyState, LoadError, Skeleton } from '../ui/EmptyState.js';
import { Icon } from '../ui/Icon.js';
import { usePageTitle } from '../ui/usePageTitle.js';
import { NoResidents } from './NoResidents.js';
import { ResidentDetail } from './ResidentDetail.js';
import { ResidentList } from './ResidentList.js';
import { isForbidden, useResidents, useSeesResidents } from './useResidents.js';

/** The resident agents that the user administers, and one of them: that of the address, else the first. */
export function ResidentsPage({ name }: { name?: string }) {
  usePageTitle(name ?? 'Residents');
  return (
    <>
      <Header section="agents" title="Residents" />
      <Content name={name} />
    </>
  );
}

function Content({ name }: { name: string | undefined }) {
  const me = useMe();
  const sees = useSeesResidents();
  const { data, error, refetch } = useResidents();
  if (sees === false || isForbidden(error)) {
    return (
      <main className="page">
        <EmptyState title="Residents are for administrators">
          <p>
            They show to whoever holds the scope <code>substrate:admin</code>, and your token does not.
          </p>
          <Link className="button" href="/agents">
            Go to your runs
          </Link>
        </EmptyState>
      </main>
    );
  }
  if (!data) {
    const failed = error ? { error, retry: refetch } : me.error && !me.data ? { error: me.error, retry: me.refetch } : undefined;
    return <main className="page">{failed ? <LoadError what="The residents" {...failed} /> : <Skeleton rows={6} label="Loading the residents" />}</main>;
  }
  if (data.length === 0) {
    return (
      <main className="page">
        <NoResidents />
      </main>
    );
  }
  const shown = name === undefined ? data[0] : data.find((each) => each.name === name);
  return (
    <main className="agents" data-open={name !== undefined}>
      <nav className="run-panel" aria-label="Resident agents">
        <div className="run-panel-head">
          <Link href="/agents" className="icon-button" aria-label="Back to your runs">
            <Icon name="back" />
          </Link>
          <h1>Residents</h1>
          <span className="spacer" />
        </div>
        {error && (
          <p className="entry failure resident-stale" role="status">
            This may be old: {error.message}
          </p>
        )}
        <ResidentList residents={data} open={name ?? shown?.name} />
      </nav>
      {shown ? <ResidentDetail key={shown.name} resident={shown} before={<Back />} /> : <Gone name={name ?? ''} />}
    </main>
  );
}

function Gone({ name }: { name: string }) {
  return (
    <section className="conversation" aria-label={name}>
      <EmptyState title={`No resident “${name}” runs`}>
        <p>The configuration does not have it any more, or it could not be started: the server’s log says why.</p>
        <Link className="button" href="/agents/residents">
          All residents
        </Link>
      </EmptyState>
    </section>
  );
}

function Back() {
  return (
    <Link href="/agents/residents" className="icon-button back" aria-label="Back to the residents">
      <Icon name="back" />
    </Link>
  );
}
