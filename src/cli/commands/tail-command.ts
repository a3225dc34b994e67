import type { Command } from 'commander';
import { targetOf } from '../api.js';
import { colours, warn, wantsJson } from '../output.js';
import { tail, type TailEvent } from '../tail.js';
import { asking, type Common } from './asking.js';
import { wholeNumber } from './options.js';

interface TailOptions extends Common {
  since?: number;
  scope?: string;
  agent?: string;
  filter?: string;
}

/** `tail`: events as they come. */
export function addTailCommand(program: Command): void {
  asking(program, 'tail', 'Prints events as they come, until Ctrl+C; a connection that breaks is made again and misses nothing')
    .argument('<topic...>', 'topics or patterns, like documents/*/chunks')
    .option('--since <seq>', 'begins after this seq, 0 for all there are (default: from now on)', wholeNumber)
    .option('--scope <scope>', 'whose events: user, agent, tenant or global (default: user)')
    .option('--agent <name>', 'which agent, with --scope agent')
    .option('--filter <conditions>', 'conditions on the payload, as JSON')
    .option('--json', 'prints each event as one line of JSON')
    .action(async (topics: string[], { target, token, ...query }: TailOptions) => {
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
      // Who reads no more, like `head`, closes the pipe.
      process.stdout.on('error', () => stop.abort());
      await tail(targetOf({ target, token }), { topics, ...query }, {
        signal: stop.signal,
        event: (event) => (wantsJson ? console.log(JSON.stringify(event)) : console.log(eventText(event))),
        notice: (text) => warn(text),
      });
    });
}

function eventText({ ts, seq, topic, payload }: TailEvent): string {
  const at = new Date(ts / 1e6).toISOString();
  return `${colours.dim(at)} ${colours.dim(String(seq))} ${colours.cyan(topic)} ${JSON.stringify(payload)}`;
}
