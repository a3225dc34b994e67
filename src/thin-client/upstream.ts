import {
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  JSONRPCMessageSchema,
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  type JSONRPCResultResponse,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { networkFailure, statusFailure, UpstreamFailure } from './failure.js';
import { eventsOf } from './sse.js';

/** How long the goodbye may take. */
const DELETE_MS = 2000;

/** What a request is answered with. */
export type RpcAnswer = JSONRPCResultResponse | JSONRPCErrorResponse;

/** What a session adds to each exchange. */
export interface SessionHeaders {
  readonly id: string | undefined;
  readonly version: string | undefined;
}

export interface Posted {
  /** Undefined for what is no request. */
  readonly answer: RpcAnswer | undefined;
  readonly sessionId: string | undefined;
}

export interface PostOptions {
  readonly session: SessionHeaders;
  /** So that a repeat is applied once. */
  readonly key?: string | undefined;
  readonly signal: AbortSignal;
  /** Gets what comes beside the answer: notifications, and requests of the server. */
  readonly beside: (message: JSONRPCMessage) => void;
}

/** The upstream's MCP endpoint: single exchanges, none of which is repeated here. */
export class Upstream {
  private readonly endpoint: URL;

  /** @param profile name of the profile of its sessions; without it they have every tool. */
  constructor(
    readonly url: string,
    private readonly token: string,
    profile?: string,
  ) {
    this.endpoint = new URL(`${url.replace(/\/+$/, '')}/v1/_mcp`);
    if (profile !== undefined) this.endpoint.searchParams.set('profile', profile);
  }

  /** @throws UpstreamFailure */
  async post(message: JSONRPCMessage, { session, key, signal, beside }: PostOptions): Promise<Posted> {
    const headers = {
      ...this.headers(session),
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    };
    try {
      const response = await fetch(this.endpoint, { method: 'POST', headers, body: JSON.stringify(message), signal });
      if (!response.ok) throw await statusFailure(response, session.id !== undefined);
      const sessionId = response.headers.get('mcp-session-id') ?? undefined;
      if (!isJSONRPCRequest(message)) {
        await response.body?.cancel();
        return { answer: undefined, sessionId };
      }
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') && response.body;
      const answer = isStream ? await answerOn(isStream, message.id, beside) : parseMessage(await response.text());
      if (!isAnswer(answer) || answer.id !== message.id) throw new UpstreamFailure('refused', 'answered with something that does not answer this: check that the URL is that of a loomcycle', true);
      return { answer, sessionId };
    } catch (error) {
      throw networkFailure(error);
    }
  }

  /** Comes back for the answer to a request, after the last event of a stream that broke off. @throws UpstreamFailure */
  async resume(id: RequestId, lastEventId: string, { session, signal, beside }: PostOptions): Promise<RpcAnswer> {
    const body = await this.open(session, lastEventId, signal);
    return answerOn(body, id, beside, lastEventId);
  }

  /** Opens the session's stream. @throws UpstreamFailure */
  async open(session: SessionHeaders, lastEventId: string | undefined, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const headers = {
      ...this.headers(session),
      accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    };
    const response = await fetch(this.endpoint, { headers, signal }).catch((error: unknown) => {
      throw networkFailure(error);
    });
    if (!response.ok || !response.body) throw await statusFailure(response, true);
    return response.body;
  }

  /** Says that the session is over. That is a courtesy: it would end by itself. */
  async end(session: SessionHeaders): Promise<void> {
    const signal = AbortSignal.timeout(DELETE_MS);
    await fetch(this.endpoint, { method: 'DELETE', headers: this.headers(session), signal }).catch(() => undefined);
  }

  private headers({ id, version }: SessionHeaders): Record<string, string> {
    return {
      ...(this.token === '' ? {} : { authorization: `Bearer ${this.token}` }),
      ...(id === undefined ? {} : { 'mcp-session-id': id }),
      ...(version === undefined ? {} : { 'mcp-protocol-version': version }),
    };
  }
}

function isAnswer(message: JSONRPCMessage): message is RpcAnswer {
  return isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message);
}

/** Reads a stream up to the answer to a request. @throws UpstreamFailure, where there was an event with its id */
async function answerOn(body: ReadableStream<Uint8Array>, id: RequestId, beside: PostOptions['beside'], after?: string): Promise<RpcAnswer> {
  let lastEventId = after;
  let retryMs = 0;
  let failure = new UpstreamFailure('broken', 'ended its stream before the answer: check that it runs and read its log', true);
  try {
    for await (const event of eventsOf(body)) {
      lastEventId = event.id || lastEventId;
      retryMs = event.retry ?? retryMs;
      if (event.data === '') continue;
      const said = parseMessage(event.data);
      if (isAnswer(said) && said.id === id) return said;
      beside(said);
    }
  } catch (error) {
    failure = networkFailure(error);
  }
  throw new UpstreamFailure(failure.kind, failure.message, failure.mayHaveRun, retryMs, lastEventId);
}

/** @throws UpstreamFailure for what is no JSON-RPC message. */
export function parseMessage(text: string): JSONRPCMessage {
  try {
    return JSONRPCMessageSchema.parse(JSON.parse(text));
  } catch {
    throw new UpstreamFailure('refused', 'answered with something that is no JSON-RPC message: check that the URL is that of a loomcycle', true);
  }
}
