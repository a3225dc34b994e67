import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server with OpenAI's interface that hands in what it is told to. */
export class ModelServer {
  /** The bodies of the requests, as JSON text. */
  readonly requests: string[] = [];
  /** What it hands in for the request with this number. */
  answer: (turn: number) => Record<string, unknown> | Promise<Record<string, unknown>> = () => ({});

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ModelServer> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts).toString();
        const { tools } = JSON.parse(body) as { tools: { function: { name: string } }[] };
        const turn = model.requests.push(body) - 1;
        Promise.resolve(model.answer(turn)).then(
          (input) => {
            const call = { id: `call-${turn}`, type: 'function', function: { name: tools[0]!.function.name, arguments: JSON.stringify(input) } };
            const message = { role: 'assistant', content: null, tool_calls: [call] };
            const completion = { id: 'c', object: 'chat.completion', created: 0, model: 'scripted', choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } };
            response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(completion));
          },
          () => response.writeHead(500).end(),
        );
      });
    });
    const model = new ModelServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return model;
  }

  get settings(): Record<string, string> {
    const { port } = this.server.address() as AddressInfo;
    return { provider: 'openai-compatible', model: 'scripted', base_url: `http://127.0.0.1:${port}/v1` };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
