import type { LogEvent } from '../channels/hub.js';
import type { Selector } from '../channels/selection.js';
import type { Framing } from '../channels/subscriptions.js';
import type { Principal } from '../identity/principal.js';
import { runTopic, STATES_TOPIC } from '../runs/types.js';
import { message } from './event-stream.js';
import type { AccessFor, EventStreams } from './event-streams.js';
import type { Exchange } from './exchange.js';

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

const TARGET = { scope: 'user' };

/** Events of runs as server-sent events, pushed as they are committed (reference: wire 1.2.2; weaknesses R2, R3). */
export class RunStreams {
  constructor(
    private readonly streams: EventStreams,
    private readonly accessFor: AccessFor,
  ) {}

  /** The events of one run after a seq, up to its end. @param first frames that go before. @param closed called once. */
  run(exchange: Exchange, principal: Principal, runId: string, after: number, first: readonly [name: string, data: object][], closed: () => void): void {
    const opening = first.map(([name, data]) => message(name, data)).join('');
    const form = { framing: RUN_EVENTS, opening, isLast: (text: string) => text.includes(LAST_EVENT) };
    this.streams.open(exchange, principal, this.accessFor, { target: TARGET, selectors: [{ topic: runTopic(runId) }], after, form, closed });
  }

  /** How the runs of a user go on from now. */
  states(exchange: Exchange, principal: Principal, filter: Selector['filter'], first: object): void {
    const form = { framing: RUN_STATES, opening: message('stream_open', first), isLast: () => false };
    this.streams.open(exchange, principal, this.accessFor, { target: TARGET, selectors: [{ topic: STATES_TOPIC, filter }], form });
  }
}
