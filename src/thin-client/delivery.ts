import { randomUUID } from 'node:crypto';
import { isJSONRPCRequest, type JSONRPCMessage, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { UpstreamFailure } from './failure.js';
import { Retries } from './retries.js';
import type { Session } from './session.js';
import type { PostOptions, RpcAnswer, SessionHeaders, Upstream } from './upstream.js';

export interface DeliveryOptions {
  readonly upstream: Upstream;
  readonly session: Session;
  readonly retryMs: number;
  readonly beside: PostOptions['beside'];
  /** Ends it: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * One message of the client on its way to the upstream.
 *
 *   sending ──answer──▶ done
 *     ▲  │ session lost: open another one ┐
 *     │  │ unreachable, broken or busy    ├─▶ waiting ──time is over──▶ failed
 *     │  │                                ┘     │
 *     │  └─refused────────────────────────────────────────────────────▶ failed
 *     │                                         ▼
 *     └──── was it a call that may have run? ── asking ──no repeat──▶ failed: look first
 *            then only with a key that counts
 *
 * Where the answer is a stream that breaks off, the upstream is asked for the rest of it, for as long as it has that.
 *
 * The key is made before the first attempt and stays the same. An attempt after one that may have run goes out
 * under an id of its own: the upstream may still be answering the first.
 */
export class Delivery {
  /** The id under which the upstream knows the request now. */
  sentAs: RequestId | undefined;
  private readonly key = randomUUID();
  private retries: Retries;
  private readonly isCall: boolean;
  private mayHaveRun = false;
  private lost: SessionHeaders | undefined;
  /** Newest event of the answer, where that broke off. */
  private lastEventId: string | undefined;

  constructor(
    private readonly message: JSONRPCMessage,
    private readonly options: DeliveryOptions,
  ) {
    this.retries = Retries.within(options.retryMs);
    this.isCall = isJSONRPCRequest(message) && message.method === 'tools/call';
    this.sentAs = isJSONRPCRequest(message) ? message.id : undefined;
  }

  /** @returns the answer, under the client's id; undefined to what is no request. @throws UpstreamFailure */
  async run(): Promise<RpcAnswer | undefined> {
    const { message } = this;
    for (;;) {
      try {
        const answer = await this.attempt();
        return answer && isJSONRPCRequest(message) ? { ...answer, id: message.id } : answer;
      } catch (error) {
        await this.afterFailure(error);
      }
    }
  }

  private async attempt(): Promise<RpcAnswer | undefined> {
    const { message } = this;
    const { upstream, session, beside, signal } = this.options;
    if (this.lost) await session.restore(this.lost, signal);
    this.lost = undefined;
    const headers = session.headers;
    try {
      if (this.lastEventId !== undefined) return await upstream.resume(this.sentAs!, this.lastEventId, { session: headers, signal, beside });
      if (this.mayHaveRun && isJSONRPCRequest(message)) {
        if (this.isCall && !(await session.mayRepeat(message.params, signal))) throw this.unsure();
        this.sentAs = randomUUID();
      }
      const sent = isJSONRPCRequest(message) ? { ...message, id: this.sentAs! } : message;
      const key = this.isCall ? this.key : undefined;
      const { answer } = await upstream.post(sent, { session: headers, key, signal, beside }).catch((error: unknown) => {
        if (error instanceof UpstreamFailure && error.mayHaveRun) this.mayHaveRun = true;
        throw error;
      });
      return answer;
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      if (error.kind === 'session_lost') this.lost = headers;
      throw this.withPlace(error);
    }
  }

  /** Keeps from where to come back for the answer; forgets it where the upstream does not have it any more. */
  private withPlace(error: UpstreamFailure): UpstreamFailure {
    const { kind, message, lastEventId } = error;
    if (lastEventId !== undefined) {
      // The answer had begun: what went wrong before is over.
      this.lastEventId = lastEventId;
      this.retries = Retries.within(this.options.retryMs);
    } else if (this.lastEventId !== undefined && (kind === 'refused' || kind === 'session_lost')) {
      this.lastEventId = undefined;
      if (kind === 'refused') return new UpstreamFailure('broken', message, true);
    }
    return error;
  }

  /** Waits for the next attempt. @throws UpstreamFailure where there is none. */
  private async afterFailure(error: unknown): Promise<void> {
    if (!(error instanceof UpstreamFailure) || error.kind === 'refused') throw error;
    if (error.kind === 'session_lost' && !('method' in this.message)) {
      throw new UpstreamFailure('refused', 'ended the session that had asked for this answer', false);
    }
    if (!(await this.retries.pause(this.options.signal, error.retryAfterMs))) {
      throw new UpstreamFailure(error.kind, error.message, this.mayHaveRun);
    }
  }

  private unsure(): UpstreamFailure {
    const what = 'broke the connection during a call that must not be repeated: it may have been applied or not, look before you call again';
    return new UpstreamFailure('refused', what, true);
  }
}
