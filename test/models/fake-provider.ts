import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Models, type ModelHooks } from '../../src/models/models.js';
import type { TurnEvent, TurnRequest } from '../../src/models/model.js';
import type { ModelSettings } from '../../src/models/settings.js';

/** One answer of the fake provider: what it does with a response. */
export type Answer = (response: ServerResponse) => void;

export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** A real HTTP server that answers as it is told, one answer for each request, and keeps what it was asked. */
export class FakeProvider {
  readonly asked: Asked[] = [];
  private readonly answers: Answer[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeProvider> {
    const server = createServer();
    const provider = new FakeProvider(server);
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(parts).toString() || '{}') as Record<string, unknown>;
        provider.asked.push({ path: request.url!, headers: request.headers, body });
        const answer = provider.answers.shift() ?? status(500, { error: { message: 'the test gave no answer' } });
        answer(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  will(...answers: Answer[]): void {
    this.answers.push(...answers);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export function status(code: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

export const OVERLOADED = status(500, { error: { message: 'overloaded', type: 'server_error' } });

/** Chunks of an OpenAI-compatible stream; `cut` breaks the connection in place of the end. */
export function openai(chunks: readonly unknown[], { cut = false } = {}): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    if (cut) response.write(': cut\n\n', () => response.destroy());
    else response.end('data: [DONE]\n\n');
  };
}

export function delta(part: Record<string, unknown>, finish: string | null = null) {
  return { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: part, finish_reason: finish }] };
}

export function usage(prompt: number, completion: number, cached = 0) {
  return {
    id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [],
    usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion, prompt_tokens_details: { cached_tokens: cached } },
  };
}

/** A whole answer of text. */
export function says(text: string): Answer {
  return openai([delta({ role: 'assistant', content: text }), delta({}, 'stop'), usage(10, 5)]);
}

/** Events of Anthropic's stream. */
export function anthropic(events: readonly { type: string; [key: string]: unknown }[]): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    response.end();
  };
}

/** It answers that it will answer, sends these chunks, and then nothing. */
export function falls_silent(chunks: readonly unknown[] = []): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
}

export const NO_SETTINGS: ModelSettings = {
  models: {}, providers: {}, tiers: {}, user_tiers: {}, provider_priority: [], fallback_on_error: true, defaults: {}, mock: { scripts: {} },
};

/** Models on a clock that only waiting moves, without chance. */
export class TestModels {
  time = Date.parse('2026-11-29T10:00:00Z');
  readonly waits: number[] = [];
  readonly models: Models;

  constructor(settings: Partial<ModelSettings>, env: Record<string, string> = {}, hooks: ModelHooks = {}) {
    const wait = (ms: number, signal: AbortSignal): Promise<void> => {
      signal.throwIfAborted();
      this.waits.push(ms);
      this.time += ms;
      return Promise.resolve();
    };
    this.models = new Models({ ...NO_SETTINGS, ...settings }, env, { now: () => this.time, random: () => 0, wait, ...hooks });
  }

  async turn(request: Partial<TurnRequest>, signal: AbortSignal = new AbortController().signal) {
    const events: TurnEvent[] = [];
    const turn = await this.models.turn({ choice: {}, system: [], messages: [said('Hello')], tools: [], ...request }, (event) => events.push(event), signal);
    return { turn, events };
  }

  /** The events up to the failure, and what it was. */
  async failing(request: Partial<TurnRequest>, signal: AbortSignal = new AbortController().signal) {
    const events: TurnEvent[] = [];
    try {
      await this.models.turn({ choice: {}, system: [], messages: [said('Hello')], tools: [], ...request }, (event) => events.push(event), signal);
    } catch (error) {
      return { error, events };
    }
    throw new Error('the turn succeeded');
  }
}

export function said(text: string) {
  return { role: 'user' as const, content: [{ type: 'text' as const, text }] };
}
