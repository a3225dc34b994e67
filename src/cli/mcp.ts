import { log } from '../log.js';
import type { Runtime } from '../runtime.js';
import { runThinClient } from '../thin-client/thin-client.js';
import { configEnv } from './environment.js';
import { UsageError } from './usage-error.js';

const UPSTREAM_TOKEN = 'LOOMCYCLE_MCP_UPSTREAM_TOKEN';
const AUTH_TOKEN = 'LOOMCYCLE_AUTH_TOKEN';

export interface McpOptions {
  /** URL of a running loomcycle; without one the runtime runs in this process. */
  readonly upstream?: string | undefined;
  /** Which tools are shown, by the name of a profile; without it all of them. */
  readonly profile?: string | undefined;
  /** Seconds for which a message that cannot be delivered is tried again. */
  readonly retry?: number | undefined;
  /** Starts the runtime as `loomcycle` without a command does. */
  readonly start: () => Promise<Runtime>;
}

/**
 * `loomcycle mcp`: MCP on standard input and output, which carry nothing else. Ends with the input, or with a
 * signal; returns then.
 *
 * @throws where the URL is none, or the runtime cannot be started.
 */
export async function mcp({ upstream, profile, retry, start }: McpOptions): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const streams = { input: process.stdin, output: process.stdout, signal: stop.signal, profile };
  const retryMs = retry === undefined ? undefined : retry * 1000;
  if (upstream !== undefined) {
    const env = configEnv();
    await runThinClient({ ...streams, retryMs, upstream: checkedUrl(upstream), token: env[UPSTREAM_TOKEN] || env[AUTH_TOKEN] || '' });
    return;
  }
  const runtime = await start();
  try {
    const [first] = runtime.identities.secrets;
    if (!first) throw new Error('no principal has a secret: set the variable that token_env of one of them names');
    log('info', 'loomcycle is running, joined to standard input', { url: runtime.url, as: first.principal.name });
    // Through its own address: one way in, with the same checks for everyone.
    await runThinClient({ ...streams, retryMs, upstream: runtime.url, token: first.secret });
  } finally {
    await runtime.stop();
  }
}

/** @throws UsageError for anything but an http URL. */
function checkedUrl(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol === 'http:' || protocol === 'https:') return text;
  throw new UsageError(`--upstream must be the URL of a running loomcycle, like http://127.0.0.1:8787, not ${JSON.stringify(text)}`);
}
