import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delta, openai, OVERLOADED, usage } from '../models/fake-provider.js';

/** A server with OpenAI's interface that hands in what it is told to. */
export class ModelServer {
  /** The bodies of the requests, as JSON text. */
  readonly requests: string[] = [];
  /** What it hands in for the request with this number; what throws is answered with 500. */
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
        const handIn = async (): Promise<void> => {
          const call = { index: 0, id: `call-${turn}`, type: 'function', function: { name: tools[0]!.function.name, arguments: JSON.stringify(await model.answer(turn)) } };
          openai([delta({ role: 'assistant', tool_calls: [call] }), delta({}, 'tool_calls'), usage(100, 10)])(response);
        };
        handIn().catch(() => OVERLOADED(response));
      });
    });
    const model = new ModelServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return model;
  }

  /** The configuration's block `providers`: this server is `desk`. */
  get providers(): Record<string, unknown> {
    const { port } = this.server.address() as AddressInfo;
    return { desk: { kind: 'openai-compatible', base_url: `http://127.0.0.1:${port}/v1` } };
  }

  /** Its model, as agents name it. */
  readonly choice = { provider: 'desk', model: 'scripted' };

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
