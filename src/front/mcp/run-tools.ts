import { z } from 'zod';
import { Refusal } from '../../errors.js';
import { agentShape } from '../../definitions/agent-content.js';
import { RUN_TOOL } from '../../operations/run/run-operations.js';
import { MAX_STATES_WAIT } from '../../operations/run/states.js';
import type { FlatSpec } from './flat-tools.js';
import { FLAT_STEPS } from './next.js';

/** The original names user and tenant; here the bearer says who acts. */
const identity = {
  tenant_id: z.string().optional().describe('You: nobody else can be named'),
  user_id: z.string().optional().describe('You: nobody else can be named'),
};

const asYourself: FlatSpec['prepare'] = ({ tenant_id: tenant, user_id: user, ...input }, principal) => {
  if (user !== undefined && user !== '' && user !== principal.subject) {
    throw new Refusal('forbidden', `you act as ${principal.subject}, and not as ${JSON.stringify(user)}`, { user_id: user });
  }
  if (tenant !== undefined && tenant !== '' && tenant !== principal.tenant) {
    throw new Refusal('forbidden', `you act in the tenant ${principal.tenant}, and not in ${JSON.stringify(tenant)}`, { tenant_id: tenant });
  }
  return input;
};

const ofAgents: FlatSpec['next'] = {
  ...FLAT_STEPS,
  not_found: 'list_agents tells which agents there are.',
  definition_retired: 'list_agents tells which agents can be used; register_agent defines the name anew.',
  definition_yaml_immutable: 'What the configuration has stays as it is: take another name.',
};

const ofRuns: FlatSpec['next'] = {
  ...ofAgents,
  not_found: 'list_agents tells which agents there are, list_runs which runs of yours.',
  run_ended: 'get_run tells how it ended; spawn_run with its session_id goes on with the conversation.',
  session_busy: 'Wait until the run of this session has ended, or begin another session without session_id.',
  agent_id_in_use: 'Leave agent_id out, or send another one.',
  backpressure: 'Nothing was begun. Wait some seconds, and call again.',
  quota_exhausted: 'Nothing was begun. Wait for runs of yours to end, which list_runs shows, or where a budget is spent for the next day.',
  interrupt_resolved: 'Somebody has answered: nothing has to be done.',
  interrupt_expired: 'It is too late for an answer: get_run tells how the run went on.',
  cursor_ahead: 'Leave from_seq out: the answer has a last_seq that is good here.',
  too_many_waiters: 'End a call that waits, or send this one with timeout_ms 0.',
  idempotency_mismatch: 'That key stands for another call: send a new key.',
};

const run = { tool: RUN_TOOL, shape: identity, prepare: asYourself, next: ofRuns } as const;

/** The flat tools of runs that clients of the original know (reference: wire 3.4). */
export const RUN_TOOLS: readonly FlatSpec[] = [
  { ...run, name: 'spawn_run', title: 'Run an agent', op: 'spawn', idempotent: false },
  { ...run, name: 'spawn_runs', title: 'Run several agents', op: 'spawn_all', idempotent: false },
  { ...run, name: 'get_run', title: 'Look at a run', op: 'get', idempotent: true },
  { ...run, name: 'list_runs', title: 'List your runs', op: 'list', idempotent: true },
  { ...run, name: 'cancel_run', title: 'End a run', op: 'cancel', idempotent: true },
  {
    ...run,
    name: 'stream_user_run_states',
    title: 'Follow the states of your runs',
    description:
      'Wait for changes of the states of your runs and list them: it answers when max_events have come, or after timeout_ms with those that did. Send last_seq of the answer as from_seq of the next call, and none is missed between the two.',
    op: 'states',
    omit: ['wait_ms'],
    shape: { ...identity, timeout_ms: z.int().min(0).max(MAX_STATES_WAIT).default(30_000).describe('Milliseconds to wait') },
    prepare: ({ timeout_ms: wait_ms = 30_000, ...input }, principal) => asYourself({ ...input, wait_ms }, principal),
    idempotent: true,
  },
  { ...run, name: 'compact_run', title: 'Summarise the conversation of a run', op: 'compact', shape: { ...identity, reason: z.string().optional() }, prepare: ({ reason: _reason, ...input }, principal) => asYourself(input, principal), idempotent: false },
  { ...run, name: 'interruption_resolve', title: 'Answer a question of a run', op: 'resolve', idempotent: false },
  { name: 'list_agents', title: 'List agents', tool: 'agentdef', next: ofAgents, op: 'names', shape: { include_dynamic: z.boolean().optional() }, prepare: ({ include_dynamic: _all, ...input }) => input, idempotent: true },
  {
    name: 'register_agent',
    title: 'Define an agent',
    description: 'Define an agent that your tenant can run: what it is told, and the tools that it has. It stays until unregister_agent.',
    tool: 'agentdef',
    next: ofAgents,
    op: 'create',
    omit: ['overlay', 'promote', 'active_def_id'],
    shape: { ...agentShape, system_prompt: z.string().min(1).describe('What it is told before everything else'), description: z.string().optional().describe('What it is for, for people and for other agents') },
    prepare: ({ name, description, ...overlay }) => ({ name, overlay: { ...overlay, ...(description === undefined ? {} : { description }) } }),
    idempotent: true,
  },
  {
    name: 'unregister_agent',
    title: 'Take an agent out of use',
    description: 'Take out of use an agent that your tenant has defined, as with register_agent. Its versions are kept; register_agent brings the name back.',
    tool: 'agentdef',
    next: ofAgents,
    op: 'retire',
    omit: ['def_id', 'retired'],
    shape: { name: z.string().min(1).describe('Name of the agent') },
    renamed: { retired: 'unregistered' },
    idempotent: true,
  },
];
