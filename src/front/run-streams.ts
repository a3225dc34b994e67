import { Subscriptions, type ChannelAccess, type Framing } from '../channels/subscriptions.js';
import type { LogEvent } from '../channels/hub.js';
import type { Selector } from '../channels/selection.js';
import type { Principal } from '../identity/principal.js';
import { runTopic, STATES_TOPIC } from '../runs/types.js';
import type { Authenticator } from './authenticate.js';
import { EventStream, message, StreamGroups, type StreamForm } from './event-stream.js';
import type { Exchange } from './exchange.js';
import type { SlowReaders } from './slow-readers.js';

const ID = 'stream';

const RUN_EVENTS: Framing = {
  name: 'run',
  frame: (_target, events) => eventsOf(events).map(({ seq, payload }) => message(String(payload.type), payload, seq)).join(''),
};
/** A JSON text has no line break of its own: this is the line of an event. */
const LAST_EVENT = 'event: done\n';

const RUN_STATES: Framing = {
  name: 'run-states',
  frame: (_target, events) => eventsOf(events).map(({ seq, payload }) => message('run_state', payload, seq)).join(''),
};

function eventsOf(events: string): LogEvent[] {
  return JSON.parse(`[${events}]`) as LogEvent[];
}

/** Events of runs as server-sent events, pushed as they are committed (reference: wire 1.2.2; weaknesses R2, R3). */
export class RunStreams {
  private readonly groups = new StreamGroups();
  private readonly open = new Set<{ stream: EventStream; subscriptions: Subscriptions }>();
  private readonly ticker: NodeJS.Timeout;

  constructor(
    private readonly auth: Authenticator,
    private readonly slow: SlowReaders,
    keepAliveMs: number,
    private readonly accessFor: (principal: Principal, publish: (group: string, text: string) => void) => ChannelAccess,
  ) {
    this.ticker = setInterval(() => {
      for (const { stream, subscriptions } of this.open) stream.keepAlive(subscriptions.placeOf(ID));
    }, keepAliveMs);
  }

  /** The events of one run after a seq, up to its end. @param first frames that go before. @param closed called once. */
  run(exchange: Exchange, principal: Principal, runId: string, after: number, first: readonly [name: string, data: object][], closed: () => void): void {
    const opening = first.map(([name, data]) => message(name, data)).join('');
    this.begin(exchange, principal, [{ topic: runTopic(runId) }], after, { framing: RUN_EVENTS, opening, isLast: (text) => text.includes(LAST_EVENT) }, closed);
  }

  /** How the runs of a user go on from now. */
  states(exchange: Exchange, principal: Principal, filter: Selector['filter'], first: object): void {
    this.begin(exchange, principal, [{ topic: STATES_TOPIC, filter }], undefined, { framing: RUN_STATES, opening: message('stream_open', first), isLast: () => false }, () => undefined);
  }

  close(): void {
    clearInterval(this.ticker);
  }

  private begin(exchange: Exchange, principal: Principal, selectors: Selector[], after: number | undefined, form: StreamForm, closed: () => void): void {
    const stream = new EventStream(
      exchange,
      this.groups,
      this.slow.pauseAbove,
      after,
      () => {
        if (!this.open.delete(entry)) return;
        this.slow.remove(reader);
        release();
        subscriptions.close();
        closed();
      },
      form,
    );
    const subscriptions = new Subscriptions(
      stream,
      this.accessFor(principal, (group, text) => {
        this.groups.publish(group, text);
        this.slow.published(text);
      }),
    );
    const release = this.auth.follow(principal, () => stream.close());
    const entry = { stream, subscriptions };
    const reader = { waiting: () => stream.waiting, resync: () => subscriptions.resync() };
    this.open.add(entry);
    this.slow.add(reader);
    subscriptions.subscribe({ id: ID, target: { scope: 'user' }, selectors, after });
  }
}
