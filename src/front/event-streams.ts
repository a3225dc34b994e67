import { Subscriptions, type ChannelAccess, type SubscribeRequest } from '../channels/subscriptions.js';
import type { Principal } from '../identity/principal.js';
import type { Authenticator } from './authenticate.js';
import { ENDLESS, EventStream, StreamGroups, type StreamForm } from './event-stream.js';
import type { Exchange } from './exchange.js';
import type { SlowReaders } from './slow-readers.js';

/** Each stream is one subscription. */
const ID = 'stream';

/** What of the log a principal may read; `publish` gives a text to the streams of a group. */
export type AccessFor = (principal: Principal, publish: (group: string, text: string) => void) => ChannelAccess;

export interface StreamRequest extends Omit<SubscribeRequest, 'id'> {
  readonly form?: StreamForm;
  /** Called once, when the stream is over. */
  closed?(): void;
}

/** The open streams of server-sent events: kept alive, ended with their bearer, and none held up by a slow one. */
export class EventStreams {
  private readonly groups = new StreamGroups();
  private readonly opened = new Set<{ stream: EventStream; subscriptions: Subscriptions }>();
  private readonly ticker: NodeJS.Timeout;

  constructor(
    private readonly auth: Authenticator,
    private readonly slow: SlowReaders,
    keepAliveMs: number,
  ) {
    this.ticker = setInterval(() => {
      for (const { stream, subscriptions } of this.opened) stream.keepAlive(subscriptions.placeOf(ID));
    }, keepAliveMs);
  }

  open(exchange: Exchange, principal: Principal, accessFor: AccessFor, { form = ENDLESS, closed, ...request }: StreamRequest): void {
    const stream = new EventStream(
      exchange,
      this.groups,
      this.slow.pauseAbove,
      request.after,
      () => {
        if (!this.opened.delete(entry)) return;
        this.slow.remove(reader);
        release();
        subscriptions.close();
        closed?.();
      },
      form,
    );
    const publish = (group: string, text: string): void => {
      this.groups.publish(group, text);
      this.slow.published(text);
    };
    const subscriptions = new Subscriptions(stream, accessFor(principal, publish));
    const release = this.auth.follow(principal, () => stream.close());
    const entry = { stream, subscriptions };
    const reader = { waiting: () => stream.waiting, resync: () => subscriptions.resync() };
    this.opened.add(entry);
    this.slow.add(reader);
    subscriptions.subscribe({ ...request, id: ID });
  }

  close(): void {
    clearInterval(this.ticker);
  }
}
