import { askingRun, waitingRun } from '../../support/run-inputs.js';
import type { Inputs } from './index.js';

/** Inputs of the tool `run`; the server has the agents of `RUN_AGENTS`. */
export const runInputs: Inputs = {
  'run spawn': () => ({ agent: 'clerk', prompt: 'Go' }),
  'run spawn_all': () => ({ spawns: [{ agent: 'clerk', prompt: 'Go' }, { agent: 'nobody', prompt: 'Go' }] }),
  'run get': async (_, server) => ({ run_id: (await waitingRun(server)).run_id }),
  'run list': async (_, server) => (await waitingRun(server), {}),
  'run states': async (_, server) => (await waitingRun(server), { from_seq: 0, wait_ms: 5 }),
  'run cancel': async (_, server) => ({ agent_id: (await waitingRun(server)).agent_id, reason: 'enough' }),
  'run input': async (_, server) => ({ run_id: (await waitingRun(server)).run_id, text: 'Go on' }),
  'run compact': async (_, server) => ({ run_id: (await waitingRun(server)).run_id }),
  'run transcript': async (_, server) => ({ session_id: (await waitingRun(server)).session_id }),
  'run interrupts': async (_, server) => ({ run_id: (await askingRun(server)).run_id }),
  'run resolve': async (_, server) => ({ ...(await askingRun(server)), answer: 'The first' }),
};
