import type { Message, Page } from '../../channels/messages.js';
import { STATES_TOPIC, type RunStatus } from '../../runs/types.js';
import type { LongPolls } from '../channel/long-poll.js';
import type { ServiceCall } from '../operation.js';
import { userKey } from './run-launcher.js';
import type { RunService } from './run-service.js';
import type { RunState } from './shapes.js';

/** Changes of state that one call collects at most. */
export const MAX_STATES = 256;
/** Milliseconds that it waits at most. */
export const MAX_STATES_WAIT = 600_000;

interface StatesRequest {
  readonly statuses?: readonly RunStatus[] | undefined;
  readonly agent?: string | undefined;
  readonly from_seq?: number | undefined;
  readonly max_events: number;
  readonly wait_ms: number;
}

interface States {
  events: RunState[];
  count: number;
  last_seq: number;
  missed: boolean;
}

/** Collects changes of the states of the caller's runs until there are enough or the time is up, which is no error. */
export async function collectStates(polls: LongPolls, runs: RunService, call: ServiceCall, request: StatesRequest): Promise<States> {
  const { principal, whenGone } = call;
  const { max_events: max, wait_ms: waitMs } = request;
  const events: RunState[] = [];
  let after = request.from_seq;
  let missed = false;
  const look = async () => {
    let page: Page;
    do {
      page = await runs.statesAfter(principal, after, MAX_STATES);
      missed ||= page.reset !== undefined;
      for (const state of page.messages.map(stateOf).filter((each) => isWanted(each, request))) {
        if (events.length === max) break;
        events.push(state);
        call.tell?.(`${state.agent_name} ${state.run_id}: ${state.status}`);
      }
      after = events.length === max ? events.at(-1)!.seq : page.upto;
    } while (events.length < max && (page.more || page.messages.length === MAX_STATES));
    return { answer: after, ready: events.length === max };
  };
  const topics = [{ key: userKey(principal), topic: STATES_TOPIC }];
  const last_seq = await polls.until({ principal, topics, waitMs, ...(whenGone ? { whenGone } : {}) }, look);
  return { events, count: events.length, last_seq, missed };
}

function stateOf({ seq, value }: Message): RunState {
  const { run_id, agent_id, session_id, agent_name, parent_run_id, status, stop_reason, awaited } = value as RunState;
  return { seq, run_id, agent_id, session_id, agent_name, parent_run_id, status, stop_reason, awaited };
}

function isWanted({ status, agent_name }: RunState, { statuses = [], agent }: StatesRequest): boolean {
  return (statuses.length === 0 || statuses.includes(status)) && (agent === undefined || agent_name === agent);
}
