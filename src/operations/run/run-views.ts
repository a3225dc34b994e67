import type { TextBlock } from '../../models/model.js';
import { Refusal } from '../../errors.js';
import type { RunRequest, RunRow } from '../../runs/types.js';
import type { RunResult, RunStatusOut, SpawnInput } from './shapes.js';

// Between the wire's forms and the store's.

/** A run as its user sees it. */
export function statusOf(row: RunRow, user: string): RunStatusOut {
  const { stop_reason, error, final_text, completed_at, awaited, request } = row;
  return {
    run_id: row.run_id,
    agent_id: row.agent_id,
    session_id: row.session_id,
    agent: row.agent,
    user_id: user,
    parent_run_id: row.parent_run_id,
    parent_agent_id: row.parent_agent_id,
    root_run_id: row.root_run_id,
    status: row.status,
    ...(stop_reason === null ? {} : { stop_reason }),
    ...(error === null ? {} : { error }),
    ...(final_text === null ? {} : { final_text }),
    started_at: timeOf(row.created_at),
    ...(completed_at === null ? {} : { completed_at: timeOf(completed_at) }),
    usage: row.usage,
    live: row.status === 'running',
    interactive: request.interactive === true,
    ...(awaited === null ? {} : { awaited_state: awaited.state, ...('on' in awaited ? { awaited_on: awaited.on } : {}) }),
    ...(request.parent_context ? { parent_context: request.parent_context } : {}),
  };
}

/** How a run ended, as whoever waited for it is told. */
export function resultOf({ agent_id, run_id, session_id, status, stop_reason, final_text, usage, error, request }: RunRow, timedOut = false): RunResult {
  return {
    agent_id,
    run_id,
    session_id,
    status: timedOut ? 'timeout' : (status as RunResult['status']),
    ...(stop_reason === null ? {} : { stop_reason }),
    ...(final_text === null ? {} : { final_text }),
    usage,
    ...(error === null ? {} : { error }),
    ...(request.parent_context ? { parent_context: request.parent_context } : {}),
  };
}

/** What a run is told first. @throws Refusal `missing_field` where that is nothing. */
export function inputOf({ prompt, segments }: Pick<SpawnInput, 'prompt' | 'segments'>): TextBlock[] {
  const blocks = blocksOf(segments, 'user');
  if (blocks.length > 0) return blocks;
  if (prompt === undefined) throw new Refusal('missing_field', 'say what the run is to do, with prompt or segments');
  return [{ type: 'text', text: prompt }];
}

function blocksOf(segments: SpawnInput['segments'], role: 'system' | 'user'): TextBlock[] {
  const content = (segments ?? []).filter((segment) => segment.role === role).flatMap((segment) => segment.content);
  return content.map(({ type, text, kind, cacheable }) => ({
    type: 'text',
    text,
    ...(type === 'untrusted-block' ? { untrusted: true, ...(kind === undefined ? {} : { kind }) } : {}),
    ...(cacheable ? { cacheable } : {}),
  }));
}

/** What is kept of a request: all but its input and its secrets. */
export function requestOf(input: SpawnInput): RunRequest {
  const { allowed_tools, allowed_hosts, user_tier, parent_context, metadata, run_timeout_seconds, interactive, sampling, max_iterations, budget } = input;
  const system = blocksOf(input.segments, 'system');
  const kept = { system: system.length > 0 ? system : undefined, allowed_tools, allowed_hosts: allowed_hosts ?? undefined, user_tier, parent_context, metadata, run_timeout_seconds, interactive, sampling, max_iterations, budget };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)) as RunRequest;
}

/** RFC 3339 of unix nanoseconds. */
export function timeOf(ns: number): string {
  return new Date(ns / 1e6).toISOString();
}
