import { Retries } from '../thin-client/retries.js';
import { eventsOf } from '../thin-client/sse.js';
import { ApiError, refused, type Target } from './api.js';

/** An event of a log. */
export interface TailEvent {
  readonly topic: string;
  readonly seq: number;
  /** Unix nanoseconds. */
  readonly ts: number;
  readonly payload: unknown;
}

export interface TailQuery {
  readonly topics: readonly string[];
  /** Last seq that is known; from now on without it. */
  readonly since?: number | undefined;
  readonly scope?: string | undefined;
  readonly agent?: string | undefined;
  /** JSON. */
  readonly filter?: string | undefined;
}

export interface TailOutput {
  /** Ends the tail. */
  readonly signal: AbortSignal;
  event(event: TailEvent): void;
  /** What a reader should know of beside the events. */
  notice(text: string): void;
}

/** Statuses of proxies in front of a server that is being restarted, and of one that has too much to do. */
const PASSING = new Set([429, 502, 503, 504]);

/**
 * Follows topics until the signal. A connection that breaks is made again, after the last event that came.
 * @throws ApiError where the first connection cannot be made, or the server refuses one.
 */
export async function tail({ url, token }: Target, query: TailQuery, output: TailOutput): Promise<void> {
  const { signal } = output;
  const address = `${url}/v1/_channels/stream?${searchOf(query)}`;
  let lastId: string | undefined;
  let opened = false;
  let down = false;
  let retries = new Retries(Infinity);
  while (!signal.aborted) {
    try {
      const headers = { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...(lastId === undefined ? {} : { 'last-event-id': lastId }) };
      const response = await fetch(address, { headers, signal });
      if (!response.ok || !response.body) throw refused(response, await response.text());
      if (down) output.notice('connected again');
      opened = true;
      down = false;
      retries = new Retries(Infinity);
      for await (const { id, event, data } of eventsOf(response.body)) {
        if (id !== undefined) lastId = id;
        if (data !== '') hand(event, data, output);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && !(opened && PASSING.has(error.status ?? 0))) throw error;
      if (!opened) throw new ApiError(`${url} cannot be reached: ${causeOf(error)}; start it, or name another with --target`);
      // Once, however often it is tried.
      if (!down) output.notice(`the connection broke (${causeOf(error)}); trying again`);
      down = true;
    }
    await retries.pause(signal);
  }
}

function hand(event: string | undefined, data: string, output: TailOutput): void {
  switch (event) {
    case undefined:
    case 'message':
      return output.event(JSON.parse(data) as TailEvent);
    case 'reset': {
      const { oldest_seq } = JSON.parse(data) as { oldest_seq: number };
      return output.notice(`events before seq ${oldest_seq} are kept no longer`);
    }
    case 'resync':
      return output.notice('too slow for what came; going on from the last event');
  }
}

function searchOf({ topics, since, scope, agent, filter }: TailQuery): string {
  const search = new URLSearchParams();
  for (const topic of topics) search.append('topic', topic);
  for (const [name, value] of Object.entries({ scope, agent, filter, after: since?.toString() })) if (value !== undefined) search.set(name, value);
  return search.toString();
}

function causeOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: Error };
  return cause?.message || message;
}
