import { useQueryClient, type QueryClient, type QueryKey } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { keys } from '../api/queries.js';
import { changeLog } from './changes.js';
import { LiveConnection, type LiveState } from './connection.js';
import type { ChannelEvent, ChunkEvent, RunStateEvent } from './protocol.js';
import { Refresher } from './refresher.js';

const LiveStateContext = createContext<LiveState>('reconnecting');

export const useLiveState = (): LiveState => useContext(LiveStateContext);

/** Keeps the caches in step with the server for as long as it is mounted. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('reconnecting');

  useEffect(() => {
    const refresher = new Refresher(client);
    const connection = new LiveConnection(socketUrl(), {
      onState: setState,
      onGap: () => void client.invalidateQueries(),
      onFromNow: (id) => void client.invalidateQueries({ queryKey: SUBSCRIBED[id] ?? keys.allTypes }),
      onRefused: () => refresher.request(keys.me),
      onEvents: (events) => {
        const payloads = events.filter((event) => !applyOther(refresher, event)).map(({ payload }) => payload as ChunkEvent);
        changeLog.record(payloads);
        for (const payload of payloads) applyEvent(client, refresher, payload);
      },
    });
    connection.start();
    return () => connection.stop();
  }, [client]);

  return <LiveStateContext value={state}>{children}</LiveStateContext>;
}

function socketUrl(): string {
  const url = new URL('/v1/_channels/ws', window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** What may have changed unseen before a subscription began, by its id. */
const SUBSCRIBED: Readonly<Record<string, QueryKey>> = { paths: keys.paths, 'run-states': keys.runs, interrupts: keys.interrupts };

/** @returns whether the event was about something else than chunks. */
function applyOther(refresher: Refresher, { topic, payload }: ChannelEvent): boolean {
  if (topic === 'paths') {
    for (const key of [keys.paths, keys.documents]) refresher.request(key);
    return true;
  }
  if (topic.startsWith('_system/interrupts/')) {
    refresher.request(keys.interrupts);
    return true;
  }
  if (topic !== 'run-states') return false;
  const { run_id, session_id } = payload as RunStateEvent;
  // A question that its run waits for no more has gone with it.
  for (const key of [keys.runs, keys.interrupts, keys.run(run_id), keys.session(session_id)]) refresher.request(key);
  return true;
}

function applyEvent(client: QueryClient, refresher: Refresher, event: ChunkEvent): void {
  const { document_id: documentId, chunk_id: chunkId } = event;
  refresher.request(keys.documents);
  switch (event.op) {
    case 'define_type':
      if (documentId !== '') return refresher.request(keys.types(documentId));
      return void client.invalidateQueries({ queryKey: keys.allTypes });
    case 'delete_document':
      refresher.request(keys.document(documentId));
      return refresher.request(keys.chunks(documentId));
    case 'import_md':
    case 'create_document':
      refresher.request(keys.types(documentId));
      refresher.request(keys.document(documentId));
      return refresher.request(keys.chunks(documentId));
    default:
      refresher.request(keys.document(documentId));
      refresher.request(keys.chunks(documentId));
      if (chunkId && isNews(client, chunkId, event.revision)) refresher.request(keys.chunk(chunkId));
  }
}

/** False for the echo of a write whose result is cached already. */
function isNews(client: QueryClient, chunkId: string, revision: number | null | undefined): boolean {
  const cached = client.getQueryData<{ revision: number }>(keys.chunk(chunkId));
  return !cached || !revision || cached.revision < revision;
}
