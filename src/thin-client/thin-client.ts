import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import { ErrorCode, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { Relay } from './relay.js';
import { Upstream } from './upstream.js';

/** How long a message that cannot be delivered is tried again. */
export const RETRY_MS = 30_000;
/** Longest line: room for what the upstream takes in one message. */
const MAX_LINE = 17 * 1024 * 1024;
/** How long answers under way are waited for at the end. */
const DRAIN_MS = 120_000;

export interface ThinClientOptions {
  /** URL of a running loomcycle, without a path. */
  readonly upstream: string;
  /** Bearer, `""` for none. */
  readonly token: string;
  /** Profile of the session; without it every tool is shown. */
  readonly profile?: string | undefined;
  /** JSON-RPC messages of the client, one on each line. */
  readonly input: Readable;
  readonly output: Writable;
  /** Ends it as the end of the input does. */
  readonly signal?: AbortSignal;
  readonly retryMs?: number;
}

/**
 * Joins a client on two streams to the MCP endpoint of a running loomcycle. It keeps nothing but the
 * session; sessions lost and restarts of the upstream it deals with by itself.
 *
 * @returns when the input has ended and the last answer is written.
 */
export async function runThinClient({ upstream, token, profile, input, output, signal, retryMs = RETRY_MS }: ThinClientOptions): Promise<void> {
  const write = (text: string): void => {
    if (output.writable) output.write(text);
  };
  const relay = new Relay(new Upstream(upstream, token, profile), retryMs, (message) => write(serializeMessage(message)));
  const lines = new ReadBuffer({ maxBufferSize: MAX_LINE });
  input.on('data', (chunk: Buffer) => {
    try {
      lines.append(chunk);
    } catch {
      return write(errorLine(ErrorCode.InvalidRequest, `a message is longer than ${MAX_LINE} bytes: send less at once`));
    }
    for (const message of messagesIn(lines, write)) relay.receive(message);
  });
  await endOf(input, output, signal);
  input.pause();
  input.removeAllListeners('data');
  await relay.end(DRAIN_MS);
  await new Promise<void>((resolve) => (output.writable ? output.write('', () => resolve()) : resolve()));
}

async function endOf(input: Readable, output: Writable, signal: AbortSignal | undefined): Promise<void> {
  const over = new AbortController();
  const stop = AbortSignal.any([over.signal, ...(signal ? [signal] : [])]);
  // A client that is gone closes the pipe: without a listener the error would end the process.
  output.on('error', () => over.abort());
  if (input.readableEnded || stop.aborted) return;
  await Promise.race([once(input, 'end', { signal: stop }), once(input, 'close', { signal: stop })]).catch(() => undefined);
}

function* messagesIn(lines: ReadBuffer, write: (text: string) => void): Generator<JSONRPCMessage> {
  for (;;) {
    try {
      const message = lines.readMessage();
      if (message === null) return;
      yield message;
    } catch (error) {
      const broken = error instanceof SyntaxError;
      write(errorLine(broken ? ErrorCode.ParseError : ErrorCode.InvalidRequest, broken ? error.message : 'not one JSON-RPC 2.0 message'));
    }
  }
}

/** What could not be read as a message has no id. */
function errorLine(code: ErrorCode, message: string): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } })}\n`;
}
