import type { LogPage } from './channels/hub.js';
import type { Selector } from './channels/selection.js';
import { fromRefusalWire, type RefusalWire } from './errors.js';
import { log } from './log.js';
import { LOG_TOOL } from './operations/log-operations.js';
import { ALARM_TOOL, ScopeMarkers } from './scope/alarms.js';
import type { Author, ScopeCall } from './scope/messages.js';
import type { Placement } from './scope/placement.js';

/** Events read from the log at once. */
export const LOG_PAGE = 500;

/** Author of what the runtime does by itself. */
const RUNTIME: Author = { actor: '', agent: null, transport: 'runtime' };

/** Makes the scopes that have something to do at a time do what is due, and set their timers. */
export function wakeMarked(placement: Placement, dataDir: string, which: (key: string) => boolean): void {
  for (const key of new ScopeMarkers(dataDir, 'alarms').list().filter(which)) {
    const call = { key, tool: ALARM_TOOL, op: 'fire', input: '{"op":"fire"}', author: RUNTIME, cursor: null };
    placement.call(call, (reply) => {
      if (!reply.ok) log('error', 'a scope could not run what is due', { scope: key, error: reply.json });
    });
  }
}

/** Runs an operation in its scope. Rejects with the Refusal of one that was refused. */
export function runInScope(placement: Placement, call: Omit<ScopeCall, 'id'>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    placement.call(call, ({ ok, json }) => {
      if (ok) resolve(JSON.parse(json));
      else reject(fromRefusalWire(JSON.parse(json) as RefusalWire));
    });
  });
}

/** Reads a page of a scope's log for the hub, which knows scopes by key and acts for nobody. */
export function readLog(
  placement: Placement,
  key: string,
  after: number | null,
  select: readonly Selector[] | null,
  done: (page: LogPage | undefined) => void,
): void {
  const input = JSON.stringify({ op: 'read', after, select, limit: LOG_PAGE });
  placement.call({ key, tool: LOG_TOOL, op: 'read', input, author: RUNTIME, cursor: null }, (reply) =>
    done(reply.ok ? (JSON.parse(reply.json) as LogPage) : undefined),
  );
}
