import type { HttpRequest, HttpResponse, TemplatedApp, us_socket_context_t, WebSocket, WebSocketBehavior } from 'uWebSockets.js';
import { z } from 'zod';
import { selectorSchema } from '../channels/selection.js';
import { Subscriptions, type ChannelAccess, type Framing, type Wire } from '../channels/subscriptions.js';
import type { Principal } from '../identity/principal.js';
import type { Admission } from './admission.js';
import type { Authenticator } from './authenticate.js';
import { Exchange } from './exchange.js';
import type { Reader, SlowReaders } from './slow-readers.js';

interface Connection {
  principal: Principal;
  subscriptions?: Subscriptions;
  reader?: Reader;
  release?: () => void;
  whenDrained: (() => void)[];
}

const id = z.string().min(1).max(64);
const request = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    id,
    scope: z.string().default('user'),
    agent: z.string().optional(),
    ...selectorSchema.shape,
    after: z.int().min(0).optional(),
  }),
  z.strictObject({ type: z.literal('unsubscribe'), id }),
  z.strictObject({ type: z.literal('ping') }),
]);

/** Close code of a socket whose token or session has ended. */
const ENDED = 4401;

const FRAMING: Framing = {
  name: 'socket',
  frame: (target, events) => `${JSON.stringify({ type: 'events', ...target }).slice(0, -1)},"events":[${events}]}`,
};

/** `GET /v1/_channels/ws`: subscriptions over a WebSocket. */
export function channelSocket(
  auth: Authenticator,
  admission: Admission,
  slow: SlowReaders,
  accessFor: (principal: Principal) => ChannelAccess,
): WebSocketBehavior<Connection> {
  return {
    maxPayloadLength: 64 * 1024,
    // Nothing is dropped by the socket itself, which would not say what: `SlowReaders` sets the limit.
    maxBackpressure: 0,
    idleTimeout: 120,
    sendPingsAutomatically: true,
    upgrade: (res, req, context) => upgrade(auth, admission, res, req, context),
    open(ws) {
      const connection = ws.getUserData();
      const subscriptions = new Subscriptions(wireOf(ws, slow.pauseAbove), accessFor(connection.principal));
      connection.subscriptions = subscriptions;
      connection.reader = { waiting: () => ws.getBufferedAmount(), resync: () => subscriptions.resync() };
      slow.add(connection.reader);
      connection.release = auth.follow(connection.principal, () => ws.end(ENDED, 'what this connection was opened with has ended'));
    },
    message(ws, message) {
      // Who asks on and on without reading the answers is not told anything more.
      if (ws.getBufferedAmount() > slow.closeAbove) return ws.end(1008, 'answers are not read');
      receive(ws, Buffer.from(message).toString('utf8'));
    },
    drain(ws) {
      if (ws.getBufferedAmount() >= slow.pauseAbove) return;
      for (const then of ws.getUserData().whenDrained.splice(0)) then();
    },
    close(ws) {
      const { subscriptions, reader, release } = ws.getUserData();
      subscriptions?.close();
      release?.();
      if (reader) slow.remove(reader);
    },
  };
}

function wireOf(ws: WebSocket<Connection>, pauseAbove: number): Wire {
  return {
    framing: FRAMING,
    send: (text) => void ws.send(text),
    notify: (notice) => void ws.send(JSON.stringify(notice)),
    whenDrained: (then) => {
      if (ws.getBufferedAmount() < pauseAbove) then();
      else ws.getUserData().whenDrained.push(then);
    },
    enter: (group) => void ws.subscribe(group),
    exit: (group) => void ws.unsubscribe(group),
  };
}

/** Publishes to everyone who entered a group. */
export function publisher(app: TemplatedApp, slow: SlowReaders): (group: string, text: string) => void {
  return (group, text) => {
    app.publish(group, text);
    slow.published(text);
  };
}

function upgrade(auth: Authenticator, admission: Admission, res: HttpResponse, req: HttpRequest, context: us_socket_context_t): void {
  const exchange = new Exchange(res, req);
  const header = (name: string): string => exchange.header(name) ?? '';
  const open = (): void => {
    // An upgrade is a GET, yet a page of another site could open one: it counts as a state change.
    const principal = auth.requireScope(exchange, 'channel:read', true);
    if (exchange.gone) return;
    // Not corked: after the callback of cork, uWebSockets.js takes a socket whose memory could grow where it lies for the
    // HTTP one that it was, and now and then closes it at once.
    res.upgrade<Connection>(
      { principal, whenDrained: [] },
      header('sec-websocket-key'),
      header('sec-websocket-protocol'),
      header('sec-websocket-extensions'),
      context,
    );
  };
  exchange.guard(() => admission.admit(exchange, exchange.peer, () => exchange.guard(open)));
}

function receive(ws: WebSocket<Connection>, text: string): void {
  const subscriptions = ws.getUserData().subscriptions!;
  const message = parse(text);
  if ('error' in message) {
    ws.send(JSON.stringify({ type: 'error', ...message }));
    return;
  }
  switch (message.type) {
    case 'subscribe': {
      const { id, scope, agent, topic, filter, after } = message;
      return subscriptions.subscribe({ id, target: agent === undefined ? { scope } : { scope, agent }, selectors: [{ topic, filter }], after });
    }
    case 'unsubscribe':
      return subscriptions.unsubscribe(message.id);
    case 'ping':
      return void ws.send('{"type":"pong"}');
  }
}

function parse(text: string): z.output<typeof request> | { id?: unknown; code: string; error: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { code: 'bad_request', error: `not JSON: ${(error as Error).message}` };
  }
  const parsed = request.safeParse(value);
  if (parsed.success) return parsed.data;
  const { id } = (value ?? {}) as { id?: unknown };
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  return { ...(id === undefined ? {} : { id }), code: 'bad_request', error: issues };
}
