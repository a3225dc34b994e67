import { z } from 'zod';
import { parseRange } from '../webhooks/address.js';
import { duration } from './duration.js';
import { hostName } from './outgoing-webhooks.js';

const dayBudget = z.strictObject({
  tokens: z.int().min(1).optional(),
  cost_usd: z.number().positive().optional(),
});

/** Blocks of the configuration about runs. */
export const runBlocks = {
  concurrency: z
    .strictObject({
      max_concurrent_runs: z.int().min(1).default(8).describe('Runs at work at once; one that waits for a person or for other agents does not count'),
      max_queue_depth: z.int().min(0).default(16).describe('New runs that may wait for a place; more are refused with 429'),
      queue_timeout_ms: z.int().min(1).default(30_000).describe('How long a new run waits for a place'),
      max_concurrent_runs_per_user: z.int().min(0).default(0).describe('Runs at work at once for one user; 0 is no limit of its own'),
    })
    .prefault({}),
  interruption: z
    .strictObject({
      default_timeout_ms: z.int().min(1).nullable().default(null).describe('How long a question of an agent waits that does not say; without it for good'),
      max_timeout_ms: z.int().min(1).nullable().default(null).describe('The most that one may say'),
    })
    .prefault({}),
  runs: z
    .strictObject({
      threads: z.int().min(1).max(16).default(1).describe('Threads that runs are at work in; a run and all that it begins share one'),
      disconnect_grace: duration.prefault('15s').describe('A run that is not interactive is cancelled when nobody has watched it for so long'),
      budgets: z
        .strictObject({
          principal: dayBudget.optional().describe('What each principal may use up in a day (UTC), `{tokens?, cost_usd?}`'),
          agents: z.record(z.string(), dayBudget).default({}).describe('What an agent may use up in a day for one principal, by name'),
        })
        .prefault({})
        .describe('What may be used up in a day; a run that comes to it ends, and new ones are refused'),
    })
    .prefault({}),
  web_fetch: z
    .strictObject({
      timeout: duration.prefault('20s').describe('How long a page may take, with all its redirects'),
      max_bytes: z.int().min(1024).max(64 * 1024 * 1024).default(4 * 1024 * 1024).describe('Largest page, packed and unpacked'),
      allow_private: z
        .array(z.string().refine((entry) => parseRange(entry) !== undefined || hostName.safeParse(entry).success, 'an address, a CIDR range or a host name'))
        .default([])
        .describe('Addresses, CIDR ranges and host names that are private and may be read from'),
    })
    .prefault({}),
  mcp_client: z
    .strictObject({
      connect_timeout: duration.prefault('10s').describe('How long a connection to an MCP server may take, and its list of tools'),
      call_timeout: duration.prefault('60s').describe('How long a call of its tools may take'),
      idle_close: duration.prefault('5m').describe('A connection without calls is closed after it'),
    })
    .prefault({}),
  code_agents: z
    .strictObject({
      timeout: duration.prefault('120s').describe('How long the code of an agent may take from one call of a tool to the next'),
      max_memory_mb: z.int().min(16).max(4096).default(128).describe('MiB that its heap may take'),
    })
    .prefault({}),
};
