import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { log } from '../log.js';
import { networkFailure, UpstreamFailure } from './failure.js';
import { Retries } from './retries.js';
import { eventsOf } from './sse.js';
import { parseMessage, type SessionHeaders, type Upstream } from './upstream.js';

export interface ListenerOptions {
  readonly upstream: Upstream;
  readonly beside: (message: JSONRPCMessage) => void;
  /** Opens another session in place of this one, after which it calls `listen`. */
  readonly restore: (lost: SessionHeaders) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * The stream on which the upstream speaks first. One at a time:
 *
 *   closed ──listen──▶ opening ──200──▶ open
 *                        ▲                │ broke off, or ended
 *                        └──after a pause─┘ again, after the last event that came
 *
 * A session that is lost is restored from here as well, so that notifications go on while nobody calls. An
 * upstream that has no such stream is not asked again.
 */
export class Listener {
  private round = new AbortController();

  constructor(private readonly options: ListenerOptions) {}

  /** Takes the stream of this session, in place of an earlier one. */
  listen(session: SessionHeaders): void {
    this.round.abort();
    this.round = new AbortController();
    const signal = AbortSignal.any([this.round.signal, this.options.signal]);
    this.follow(session, signal).catch((error: unknown) => {
      if (signal.aborted) return;
      const { url } = this.options.upstream;
      log('warn', 'notifications of the upstream do not come any more', { upstream: url, error: (error as Error).message });
    });
  }

  private async follow(session: SessionHeaders, signal: AbortSignal): Promise<void> {
    const { upstream, beside, restore } = this.options;
    let lastEventId: string | undefined;
    let retries = new Retries(Infinity);
    let isLost = false;
    do {
      try {
        // Where that succeeds, the new session has a listener of its own and this one ends.
        if (isLost) await restore(session);
        if (signal.aborted) return;
        const body = await upstream.open(session, lastEventId, signal);
        retries = new Retries(Infinity);
        for await (const { id, data } of eventsOf(body)) {
          lastEventId = id ?? lastEventId;
          if (data !== '') beside(parseMessage(data));
        }
      } catch (error) {
        const failure = error instanceof UpstreamFailure ? error : networkFailure(error);
        if (failure.kind === 'refused') throw failure;
        isLost ||= failure.kind === 'session_lost';
      }
    } while (await retries.pause(signal));
  }
}
