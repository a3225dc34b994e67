import type { HttpRequest, HttpResponse, TemplatedApp, us_socket_context_t, WebSocket, WebSocketBehavior } from 'uWebSockets.js';
import { z } from 'zod';
import { isPattern } from '../channels/pattern.js';
import { Subscriptions, type ChannelAccess } from '../channels/subscriptions.js';
import { hasScope, type Principal } from '../identity/principal.js';
import type { Authenticator, RequestHead } from './authenticate.js';
import { HttpError } from './http-error.js';

interface Connection {
  principal: Principal;
  subscriptions?: Subscriptions;
  whenDrained: (() => void)[];
}

const request = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    id: z.string().min(1).max(64),
    scope: z.string().default('user'),
    topic: z.string().refine(isPattern, 'is not a topic or pattern'),
    after: z.int().min(0).optional(),
  }),
  z.strictObject({ type: z.literal('unsubscribe'), id: z.string().min(1).max(64) }),
  z.strictObject({ type: z.literal('ping') }),
]);

/** Bytes that may wait for a slow reader before a backlog pauses. */
const PAUSE_ABOVE = 1024 * 1024;
/** Bytes at which a slow reader is cut off, to come back with its cursor; nothing is dropped silently. */
const MAX_WAITING = 16 * 1024 * 1024;

/** `GET /v1/_channels/ws`: subscriptions over a WebSocket. */
export function channelSocket(
  auth: Authenticator,
  accessFor: (principal: Principal) => ChannelAccess,
): WebSocketBehavior<Connection> {
  return {
    maxPayloadLength: 64 * 1024,
    maxBackpressure: MAX_WAITING,
    closeOnBackpressureLimit: 1,
    idleTimeout: 120,
    sendPingsAutomatically: true,
    upgrade: (res, req, context) => upgrade(auth, res, req, context),
    open(ws) {
      const connection = ws.getUserData();
      connection.subscriptions = new Subscriptions(
        {
          send: (text) => void ws.send(text),
          whenDrained: (then) => {
            if (ws.getBufferedAmount() < PAUSE_ABOVE) then();
            else connection.whenDrained.push(then);
          },
          enter: (group) => void ws.subscribe(group),
          exit: (group) => void ws.unsubscribe(group),
        },
        accessFor(connection.principal),
      );
    },
    message: (ws, message) => receive(ws, Buffer.from(message).toString('utf8')),
    drain(ws) {
      if (ws.getBufferedAmount() >= PAUSE_ABOVE) return;
      for (const then of ws.getUserData().whenDrained.splice(0)) then();
    },
    close: (ws) => ws.getUserData().subscriptions?.close(),
  };
}

/** Publishes to everyone who entered a group. */
export function publisher(app: TemplatedApp): (group: string, text: string) => void {
  return (group, text) => void app.publish(group, text);
}

function upgrade(auth: Authenticator, res: HttpResponse, req: HttpRequest, context: us_socket_context_t): void {
  const head: RequestHead = { method: 'GET', header: (name) => req.getHeader(name) || undefined };
  try {
    // An upgrade is a GET, yet a page of another site could open one: it counts as a state change.
    const principal = auth.require(head, true);
    if (!hasScope(principal, 'channel:read')) {
      throw new HttpError(403, 'forbidden', 'subscriptions need the scope channel:read');
    }
    res.upgrade<Connection>(
      { principal, whenDrained: [] },
      req.getHeader('sec-websocket-key'),
      req.getHeader('sec-websocket-protocol'),
      req.getHeader('sec-websocket-extensions'),
      context,
    );
  } catch (error) {
    const { status, code, message } =
      error instanceof HttpError ? error : new HttpError(500, 'internal', 'internal server error');
    res.cork(() => {
      res.writeStatus(String(status)).writeHeader('content-type', 'application/json');
      res.end(JSON.stringify({ code, error: message }));
    });
  }
}

function receive(ws: WebSocket<Connection>, text: string): void {
  const subscriptions = ws.getUserData().subscriptions!;
  const message = parse(text);
  if ('error' in message) {
    ws.send(JSON.stringify({ type: 'error', ...message }));
    return;
  }
  switch (message.type) {
    case 'subscribe':
      return subscriptions.subscribe(message.id, message.scope, message.topic, message.after);
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
