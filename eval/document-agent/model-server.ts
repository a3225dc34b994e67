import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a scripted model does in one turn. */
export interface ScriptedTurn {
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly input: Readonly<Record<string, unknown>> }[];
}

export interface PromptMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
}

/** What a model is sent for one turn, as it goes over the wire: nothing more than this does it know. */
export interface Prompt {
  readonly messages: readonly PromptMessage[];
  /** Names of the tools that it is offered. */
  readonly tools: readonly string[];
}

export type Script = (prompt: Prompt) => Promise<ScriptedTurn>;

interface Asked {
  readonly messages: readonly { readonly role: PromptMessage['role']; readonly content?: string | readonly { readonly text?: string }[] | null }[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

/** A model that is a script, behind the API that OpenAI-compatible servers have, on this machine alone. */
export class ModelServer {
  private script: Script = () => Promise.reject(new Error('nobody plays a script'));
  private readonly server = createServer((request, response) => void this.answer(request, response));

  static async start(): Promise<ModelServer> {
    const models = new ModelServer();
    models.server.listen(0, '127.0.0.1');
    await once(models.server, 'listening');
    return models;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  /** Takes turns by this script from now on. */
  play(script: Script): void {
    this.script = script;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const asked = JSON.parse(await text(request)) as Asked;
      const turn = await this.script({
        messages: asked.messages.map(({ role, content }) => ({ role, content: typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('\n') })),
        tools: (asked.tools ?? []).map((tool) => tool.function.name),
      });
      stream(response, turn, asked.messages.length);
    } catch (error) {
      // As a server refuses what it cannot answer: the run ends, and is not asked again.
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: String(error) } }));
    }
  }
}

/** Sends a turn. Ids of calls follow from the length of the conversation, so that no two are the same. */
function stream(response: ServerResponse, { text: said = '', calls = [] }: ScriptedTurn, length: number): void {
  const toolCalls = calls.map(({ name, input }, index) => ({ index, id: `call_${length}_${index}`, type: 'function', function: { name, arguments: JSON.stringify(input) } }));
  const delta = { role: 'assistant', ...(said === '' ? {} : { content: said }), ...(calls.length === 0 ? {} : { tool_calls: toolCalls }) };
  const head = { id: 'answer', object: 'chat.completion.chunk', created: 1, model: 'script' };
  const chunks = [
    { ...head, choices: [{ index: 0, delta, finish_reason: null }] },
    { ...head, choices: [{ index: 0, delta: {}, finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' }] },
    { ...head, choices: [], usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } },
  ];
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end([...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'].join(''));
}
