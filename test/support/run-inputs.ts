import { StreamReader } from './event-stream.js';
import { agentsConfig, eventsOf } from './runs.js';
import type { TestServer } from './server.js';

/** Agents of which one answers and ends, or waits for input where it is interactive, and one asks a question. */
export const RUN_AGENTS = agentsConfig({
  clerk: { allowed_tools: [], turns: [{ text: 'Done.' }], script: { loop: true } },
  asker: {
    allowed_tools: ['Interruption'],
    interruption: { enabled: true },
    turns: [{ tool_calls: [{ name: 'Interruption', input: { op: 'ask', question: 'Which?' } }] }, { text: 'So be it.' }],
  },
});

/** An interactive run of `denn` that waits for input, with no client. */
export async function waitingRun(server: TestServer): Promise<{ run_id: string; agent_id: string; session_id: string }> {
  return left(server, 'clerk', 'awaiting_input').then(({ run }) => run);
}

/** An interactive run of `denn` that waits for the answer to its question, with no client. */
export async function askingRun(server: TestServer): Promise<{ run_id: string; interrupt_id: string }> {
  const { run, event } = await left(server, 'asker', 'interruption_pending');
  const { interruption } = event as { interruption: { interrupt_id: string } };
  return { run_id: run.run_id, interrupt_id: interruption.interrupt_id };
}

async function left(server: TestServer, agent: string, type: string): Promise<{ run: { run_id: string; agent_id: string; session_id: string }; event: unknown }> {
  const stream = await StreamReader.open(server, { path: '/v1/runs', body: { agent, prompt: 'Secret plan', interactive: true } });
  await stream.until(() => eventsOf(stream, type).length === 1);
  stream.close();
  const [run] = eventsOf<{ run_id: string; agent_id: string; session_id: string }>(stream, 'agent');
  return { run: run!, event: eventsOf(stream, type)[0] };
}
