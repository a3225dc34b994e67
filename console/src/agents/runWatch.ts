import { ApiError, open, pause } from '../api/client.js';
import { eventsOf, type StreamEvent } from '../api/eventStream.js';
import { after, begun, type Entry, type Followed, type RunEvent } from './entries.js';

/** How the page and the stream of a run stand. */
export interface WatchState extends Followed {
  /** `lost`: the server refuses the stream; `problem` says why. */
  readonly link: 'open' | 'reconnecting' | 'lost';
  readonly problem?: string;
}

const FIRST_BACKOFF_MS = 200;
const LAST_BACKOFF_MS = 5000;
/** Runs that have ended are kept for who goes back to them, so many. */
const KEPT = 40;

/**
 * Follows one run from its first event to its last:
 *
 *   open ─ the connection breaks ─▶ reconnecting ─▶ open …  ─ done ─▶ (nothing is asked any more)
 *                                        └─ refused ─▶ lost
 *
 * It goes on while other pages of the console are shown: a run that nobody watches is cancelled by the server.
 */
export class RunWatch {
  private current: WatchState;
  private lastId: string | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(
    readonly runId: string,
    input: readonly Entry[],
    stream?: AsyncIterable<StreamEvent>,
  ) {
    this.current = { ...begun(input), link: 'open' };
    void this.follow(stream);
  }

  get state(): WatchState {
    return this.current;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private async follow(first?: AsyncIterable<StreamEvent>): Promise<void> {
    let stream = first;
    for (let failures = 0; ; failures += 1) {
      try {
        stream ??= eventsOf(await this.attach());
        this.set({ ...this.current, link: 'open' });
        for await (const event of stream) {
          failures = 0;
          this.take(event);
        }
      } catch (error) {
        // Whoever logs in again, or opens the run again, begins a new watch.
        if (error instanceof ApiError && error.status >= 400 && error.status < 500) return this.set({ ...this.current, link: 'lost', problem: error.message });
      }
      if (this.current.status !== 'running') return;
      stream = undefined;
      this.set({ ...this.current, link: 'reconnecting' });
      await pause(Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures) * (0.5 + Math.random() / 2));
    }
  }

  private attach(): Promise<Response> {
    const headers: Record<string, string> = this.lastId === undefined ? {} : { 'last-event-id': this.lastId };
    return open(`/v1/runs/${encodeURIComponent(this.runId)}/stream`, { headers });
  }

  private take(event: StreamEvent): void {
    if (event.id !== undefined) this.lastId = event.id;
    const next = after(this.current, { ...(event.data as object), type: event.event } as RunEvent);
    if (next !== this.current) this.set({ ...this.current, ...next });
  }

  private set(next: WatchState): void {
    this.current = next;
    for (const listener of this.listeners) listener();
  }
}

const watches = new Map<string, RunWatch>();

/** The watch of a run of this page, where there is one. */
export const watchOf = (runId: string): RunWatch | undefined => watches.get(runId);

/** Follows a run that was begun elsewhere, or before a reload. @param input what it was told first. */
export function watch(runId: string, input: readonly Entry[]): RunWatch {
  const known = watches.get(runId);
  return known && known.state.link !== 'lost' ? known : keep(new RunWatch(runId, input));
}

/** Whoever logs in next has runs of their own. */
export function forgetWatches(): void {
  watches.clear();
}

export interface BegunRun {
  readonly run_id: string;
  readonly agent_id: string;
  readonly session_id: string;
}

const ATTEMPTS = 3;

/**
 * Begins a run, or goes on with a session, and follows it. Where the answer is lost on its way the request is
 * repeated with the same key: it finds the run that the first one began.
 *
 * @throws ApiError
 */
export async function begin(path: string, body: { prompt: string }): Promise<BegunRun> {
  const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const init = { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key }, body: JSON.stringify(body) };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const stream = eventsOf(await open(path, init));
      const run = await runOf(stream);
      if (run) {
        keep(new RunWatch(run.run_id, [{ kind: 'person', text: body.prompt }], stream));
        return run;
      }
    } catch (error) {
      const broken = !(error instanceof ApiError) || error.status === 0;
      if (!broken || attempt >= ATTEMPTS) throw error;
    }
    if (attempt >= ATTEMPTS) throw new ApiError('The server ended the connection before the run began. Try again.', 0, 'network');
    await pause(FIRST_BACKOFF_MS * attempt);
  }
}

/** The frame that says which run it is. What is read on afterwards begins behind it. */
async function runOf(stream: AsyncGenerator<StreamEvent, void, void>): Promise<BegunRun | undefined> {
  for (;;) {
    const { done, value } = await stream.next();
    if (done) return undefined;
    if (value.event === 'agent') return value.data as BegunRun;
  }
}

function keep(added: RunWatch): RunWatch {
  watches.delete(added.runId);
  watches.set(added.runId, added);
  for (const [id, { state }] of watches) {
    if (watches.size <= KEPT) break;
    if (state.status !== 'running') watches.delete(id);
  }
  return added;
}
