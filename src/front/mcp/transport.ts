import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type MessageExtraInfo,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { Exchange } from '../exchange.js';

/**
 * Streamable HTTP of one session, on exchanges of our front: a request is answered on the exchange that
 * brought it, everything else that the server says goes to the session's GET stream.
 */
export class SessionTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;

  private readonly waiting = new Map<RequestId, Exchange>();
  private stream: { readonly exchange: Exchange; readonly closed: () => void } | undefined;
  private nextEvent = 1;

  constructor(readonly sessionId: string) {}

  async start(): Promise<void> {
    // Exchanges are handed in; there is nothing to open.
  }

  /** @returns false where a request with this id is still being answered. */
  receive(exchange: Exchange, message: JSONRPCMessage, extra: MessageExtraInfo): boolean {
    if (isJSONRPCRequest(message)) {
      const { id } = message;
      if (this.waiting.has(id)) return false;
      this.waiting.set(id, exchange);
      exchange.whenGone(() => this.waiting.delete(id));
      this.onmessage?.(message, extra);
    } else {
      this.onmessage?.(message, extra);
      exchange.send(202, {});
    }
    return true;
  }

  /** Takes an exchange as the session's stream, in place of an earlier one. @param closed called once when it is that no more. */
  openStream(exchange: Exchange, closed: () => void): void {
    if (this.stream) this.closeStream(this.stream.exchange);
    this.stream = { exchange, closed };
    exchange.whenGone(() => this.closeStream(exchange));
    // Headers leave with the first bytes: a comment makes the stream open at once.
    exchange.stream(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }, ': open\n\n');
  }

  /** Ends a stream; nothing where another one has taken its place. */
  closeStream(exchange: Exchange): void {
    if (this.stream?.exchange !== exchange) return;
    const { closed } = this.stream;
    this.stream = undefined;
    closed();
    exchange.end();
  }

  keepAlive(): void {
    this.stream?.exchange.write(': keep-alive\n\n');
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const isAnswer = isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message);
    if (!isAnswer || message.id === undefined) {
      this.stream?.exchange.write(sse(this.nextEvent++, message));
      return;
    }
    const exchange = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (!exchange) return;
    const headers = { 'mcp-session-id': this.sessionId };
    if (acceptsJson(exchange)) exchange.json(200, JSON.stringify(message), headers);
    else exchange.send(200, { 'content-type': 'text/event-stream', ...headers }, sse(this.nextEvent++, message));
  }

  async close(): Promise<void> {
    if (this.stream) this.closeStream(this.stream.exchange);
    for (const exchange of this.waiting.values()) exchange.json(404, '{"code":"not_found","error":"the session has ended"}');
    this.waiting.clear();
    this.onclose?.();
  }
}

function sse(id: number, message: JSONRPCMessage): string {
  return `id: ${id}\ndata: ${JSON.stringify(message)}\n\n`;
}

function acceptsJson(exchange: Exchange): boolean {
  const accept = exchange.header('accept');
  return accept === undefined || /application\/json|\*\/\*|application\/\*/.test(accept);
}
