import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { keys, useMe } from '../api/queries.js';
import { getRun, getTranscript, listAgents, listInterrupts, listRuns, type Run, type Transcript } from '../api/runs.js';
import { inputOf } from './entries.js';
import { begin, watch, watchOf, type WatchState } from './runWatch.js';

export const useAgents = () => useQuery({ queryKey: keys.agents, queryFn: ({ signal }) => listAgents(signal) });

export function useRuns() {
  const subject = useMe().data?.subject;
  return useQuery({ queryKey: keys.runs, queryFn: ({ signal }) => listRuns(subject ?? '', signal), enabled: subject !== undefined });
}

export function useInterrupts() {
  const subject = useMe().data?.subject;
  return useQuery({ queryKey: keys.interrupts, queryFn: ({ signal }) => listInterrupts(subject ?? '', signal), enabled: subject !== undefined });
}

export const useRun = (id: string | undefined) =>
  useQuery({ queryKey: keys.run(id ?? ''), queryFn: ({ signal }) => getRun(id ?? '', signal), enabled: id !== undefined });

export const useTranscript = (sessionId: string | undefined) =>
  useQuery({ queryKey: keys.session(sessionId ?? ''), queryFn: ({ signal }) => getTranscript(sessionId ?? '', signal), enabled: sessionId !== undefined });

/** The run as this page follows it; undefined for one that had ended before. */
export function useWatch(run: Run | undefined, transcript: Transcript | undefined): WatchState | undefined {
  const id = run?.run_id ?? '';
  const [watched, setWatched] = useState(() => watchOf(id));
  const current = watched?.runId === id ? watched : watchOf(id);
  const follows = run?.status === 'running' && transcript !== undefined;

  useEffect(() => {
    if (follows) setWatched(watch(id, inputOf(transcript.messages.filter((message) => message.run_id === id))));
  }, [id, follows, transcript]);

  const subscribe = useCallback((listener: () => void) => current?.subscribe(listener) ?? (() => undefined), [current]);
  return useSyncExternalStore(subscribe, () => current?.state);
}

/** What the agent is told of what the person has in view. */
export type InView = Readonly<Record<string, string>>;

export interface Told {
  readonly prompt: string;
  readonly agent: string;
  /** The session that this goes on with. */
  readonly session_id?: string | undefined;
  readonly inView?: InView | undefined;
}

/** Begins a run; it is in the caches when this returns its id. @throws ApiError */
export async function tell(client: QueryClient, { prompt, agent, session_id, inView }: Told): Promise<string> {
  const body = { prompt, ...(inView ? { metadata: inView } : {}) };
  const began = session_id === undefined ? await begin('/v1/runs', { ...body, agent } as typeof body) : await begin(`/v1/sessions/${encodeURIComponent(session_id)}/messages`, body);
  const { run_id, session_id: session } = began;
  const run: Run = { ...began, agent, parent_run_id: null, status: 'running', started_at: new Date().toISOString(), usage: NOTHING, interactive: false };
  client.setQueryData(keys.run(run_id), run);
  client.setQueryData<Transcript>(keys.session(session), (before) => {
    const { messages = [], runs = [] } = before ?? {};
    const said = { n: messages.length + 1, run_id, kind: 'message', message: { role: 'user', content: [{ type: 'text', text: prompt }] } } as const;
    return { session: { id: session, agent }, messages: [...messages, said], runs: [run, ...runs.filter((each) => each.run_id !== run_id)] };
  });
  await client.invalidateQueries({ queryKey: keys.runs });
  return run_id;
}

const NOTHING = { input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, cost_usd: 0, turns: 0 };

export function useTell(): (told: Told) => Promise<string> {
  const client = useQueryClient();
  return useCallback((told) => tell(client, told), [client]);
}
