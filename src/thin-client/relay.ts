import {
  ErrorCode,
  isInitializedNotification,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { log } from '../log.js';
import { Delivery } from './delivery.js';
import { UpstreamFailure } from './failure.js';
import { Listener } from './listener.js';
import { Retries } from './retries.js';
import { Session } from './session.js';
import type { Upstream } from './upstream.js';

interface UnderWay {
  readonly delivery: Delivery;
  readonly cancelled: AbortController;
}

/**
 * Takes the client's messages to the upstream and what comes from there to the client. Requests run beside
 * each other; what comes behind `initialize` waits for the session.
 */
export class Relay {
  private readonly session: Session;
  private readonly ended = new AbortController();
  private readonly pending = new Set<Promise<void>>();
  private readonly requests = new Map<RequestId, UnderWay>();
  private begun: Promise<void> = Promise.resolve();

  /** @param toClient gets one message at a time. */
  constructor(
    private readonly upstream: Upstream,
    private readonly retryMs: number,
    private readonly toClient: (message: JSONRPCMessage) => void,
  ) {
    const { signal } = this.ended;
    const listener = new Listener({
      upstream,
      beside: toClient,
      restore: (lost) => this.session.restore(lost, signal),
      signal,
    });
    this.session = new Session(upstream, toClient, (session) => listener.listen(session));
  }

  /** Takes one message of the client. */
  receive(message: JSONRPCMessage): void {
    const begins = isJSONRPCRequest(message) && message.method === 'initialize';
    const done = begins ? this.initialize(message) : this.forward(message, this.begun);
    if (begins || isInitializedNotification(message)) this.begun = done;
    this.pending.add(done);
    void done.then(() => this.pending.delete(done));
  }

  /** Waits for the answers under way, no longer than this, and ends the session. */
  async end(drainMs: number): Promise<void> {
    const timer = setTimeout(() => this.ended.abort(), drainMs);
    while (this.pending.size > 0) await Promise.all(this.pending);
    clearTimeout(timer);
    this.ended.abort();
    if (this.session.headers.id !== undefined) await this.upstream.end(this.session.headers);
  }

  private async initialize(message: JSONRPCRequest): Promise<void> {
    const { signal } = this.ended;
    const retries = Retries.within(this.retryMs);
    for (;;) {
      try {
        return this.toClient(await this.session.begin(message, signal));
      } catch (error) {
        const again = error instanceof UpstreamFailure && error.kind !== 'refused';
        if (!again || !(await retries.pause(signal, error.retryAfterMs))) return this.fail(message, error);
      }
    }
  }

  private async forward(message: JSONRPCMessage, begun: Promise<void>): Promise<void> {
    const cancelled = new AbortController();
    const signal = AbortSignal.any([cancelled.signal, this.ended.signal]);
    const { upstream, session, retryMs, toClient: beside } = this;
    const target = this.cancelledBy(message);
    const delivery = new Delivery(translated(message, target), { upstream, session, retryMs, beside, signal });
    if (isJSONRPCRequest(message)) this.requests.set(message.id, { delivery, cancelled });
    try {
      await begun;
      const answer = await delivery.run();
      if (answer && !cancelled.signal.aborted) this.toClient(answer);
      if (isInitializedNotification(message)) this.session.markInitialized();
    } catch (error) {
      if (!cancelled.signal.aborted) this.fail(message, error);
    } finally {
      if (isJSONRPCRequest(message)) this.requests.delete(message.id);
      // The upstream answers a cancelled request no more: there is nothing to wait for.
      target?.cancelled.abort();
    }
  }

  private cancelledBy(message: JSONRPCMessage): UnderWay | undefined {
    if (!('method' in message) || message.method !== 'notifications/cancelled') return undefined;
    return this.requests.get(message.params?.requestId as RequestId);
  }

  private fail(message: JSONRPCMessage, error: unknown): void {
    const failure = error instanceof UpstreamFailure ? error : undefined;
    if (!failure) log('error', 'the thin client failed', { error: error instanceof Error ? error.stack : String(error) });
    const text = `the upstream ${this.upstream.url} ${failure?.message ?? 'could not be asked: read the log of the thin client'}`;
    const method = 'method' in message ? message.method : 'an answer';
    log('warn', 'a message was not delivered', { method, error: text });
    if (!isJSONRPCRequest(message)) return;
    const data = { upstream: this.upstream.url, may_have_run: failure?.mayHaveRun ?? true };
    this.toClient({ jsonrpc: '2.0', id: message.id, error: { code: ErrorCode.InternalError, message: text, data } });
  }
}

/** A cancellation names the request as the upstream knows it. */
function translated(message: JSONRPCMessage, target: UnderWay | undefined): JSONRPCMessage {
  if (!target || !('method' in message)) return message;
  return { ...message, params: { ...message.params, requestId: target.delivery.sentAs } };
}
