import { randomUUID } from 'node:crypto';
import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import { log } from '../log.js';
import { UpstreamFailure } from './failure.js';
import { repeatableBy, type Repeatable } from './repeatable.js';
import type { RpcAnswer, SessionHeaders, Upstream } from './upstream.js';

/**
 * The session at the upstream.
 *
 *            the client's initialize            404 to whatever was sent
 *   none ─────────────────────────────▶ open ───────────────────────────▶ lost
 *                                        ▲                                  │
 *                                        └──── the same initialize again ───┘
 *                                              then initialized, where the client had said that
 *
 * Many may find at the same time that the session is lost: the first of them restores it, the others wait
 * for that one. Who comes late names the session that it lost, and finds another one open.
 */
export class Session {
  private current: SessionHeaders = { id: undefined, version: undefined };
  private initialize: JSONRPCRequest | undefined;
  private initialized = false;
  private restoring: Promise<void> | undefined;
  private repeatable: Promise<Repeatable> | undefined;

  /** @param onOpen runs for each session in which the upstream may speak first. */
  constructor(
    private readonly upstream: Upstream,
    private readonly beside: (message: JSONRPCMessage) => void,
    private readonly onOpen: (session: SessionHeaders) => void,
  ) {}

  get headers(): SessionHeaders {
    return this.current;
  }

  /** Begins the session with the client's own request. @throws UpstreamFailure */
  async begin(initialize: JSONRPCRequest, signal: AbortSignal): Promise<RpcAnswer> {
    const fresh = { id: undefined, version: undefined };
    const { answer, sessionId } = await this.upstream.post(initialize, { session: fresh, signal, beside: this.beside });
    if ('result' in answer!) {
      this.initialize = initialize;
      this.initialized = false;
      this.take(sessionId, answer.result);
    }
    return answer!;
  }

  /** The client has said that it is ready. */
  markInitialized(): void {
    this.initialized = true;
    this.onOpen(this.current);
  }

  /** Opens another session in place of the one that was lost. @throws UpstreamFailure */
  restore(lost: SessionHeaders, signal: AbortSignal): Promise<void> {
    if (this.current !== lost) return Promise.resolve();
    this.restoring ??= this.beginAgain(signal).finally(() => (this.restoring = undefined));
    return this.restoring;
  }

  /** Whether a call that may have run can be sent again with its key, by what the upstream says of its tools. @throws UpstreamFailure */
  async mayRepeat(params: JSONRPCRequest['params'], signal: AbortSignal): Promise<boolean> {
    this.repeatable ??= this.askTools(signal);
    const asked = this.repeatable;
    try {
      return (await asked)(params);
    } catch (error) {
      if (this.repeatable === asked) this.repeatable = undefined;
      throw error;
    }
  }

  private async beginAgain(signal: AbortSignal): Promise<void> {
    if (!this.initialize) throw new UpstreamFailure('refused', 'does not know the session: initialize first', false);
    const fresh = { id: undefined, version: undefined };
    const request = { ...this.initialize, id: randomUUID() };
    const { answer, sessionId } = await this.upstream.post(request, { session: fresh, signal, beside: this.beside });
    if (!('result' in answer!)) throw new UpstreamFailure('refused', `does not begin a session again (${answer!.error.message})`, false);
    const next = headersOf(sessionId, answer.result);
    if (this.initialized) {
      const message: JSONRPCMessage = { jsonrpc: '2.0', method: 'notifications/initialized' };
      await this.upstream.post(message, { session: next, signal, beside: this.beside });
    }
    this.take(sessionId, answer.result);
    log('info', 'the session at the upstream was lost; another one is open', { upstream: this.upstream.url });
    if (this.initialized) this.onOpen(this.current);
  }

  private take(id: string | undefined, result: Record<string, unknown>): void {
    this.current = headersOf(id, result);
    // It may be another version of the upstream, with other tools.
    this.repeatable = undefined;
  }

  private async askTools(signal: AbortSignal): Promise<Repeatable> {
    const request: JSONRPCRequest = { jsonrpc: '2.0', id: randomUUID(), method: 'tools/list' };
    const { answer } = await this.upstream.post(request, { session: this.current, signal, beside: this.beside });
    return repeatableBy('result' in answer! ? answer.result : {});
  }
}

function headersOf(id: string | undefined, result: Record<string, unknown>): SessionHeaders {
  const { protocolVersion: version } = result;
  return { id, version: typeof version === 'string' ? version : undefined };
}
