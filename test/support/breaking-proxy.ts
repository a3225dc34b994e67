import { EventEmitter, once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * What becomes of a request:
 *
 *   pass   the client gets the server's answer
 *   cut    the server is asked; instead of its answer the client's connection is cut
 *   lose   the server is asked; its answer stays here, and the client waits until `breakOff`
 *   hold   the server is not asked, and the client waits until `breakOff`
 */
export type Fate = 'pass' | 'cut' | 'lose' | 'hold';

/** Stands between a client and a server, remembers what passes, and breaks connections when it is told to. */
export class BreakingProxy {
  readonly seen: SeenRequest[] = [];
  fate: (request: SeenRequest) => Fate = () => 'pass';
  private readonly waiting: ServerResponse[] = [];
  private readonly changes = new EventEmitter();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(target: string): Promise<BreakingProxy> {
    const server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { method = '', headers, url = '' } = incoming;
        const seen = { method, headers, body: Buffer.concat(chunks).toString() };
        proxy.seen.push(seen);
        proxy.changes.emit('change');
        const fate = proxy.fate(seen);
        if (fate === 'hold') return proxy.keep(outgoing);
        const onward = request(new URL(url, target), { method, headers, agent: false }, (answer) => {
          if (fate !== 'pass') {
            answer.resume().once('end', () => (fate === 'cut' ? outgoing.destroy() : proxy.keep(outgoing)));
            return;
          }
          outgoing.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(outgoing);
        });
        outgoing.once('close', () => onward.destroy());
        onward.once('error', () => outgoing.destroy());
        onward.end(seen.body);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new BreakingProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return proxy;
  }

  /** Waits until such a request has come. */
  async saw(which: (request: SeenRequest) => boolean): Promise<SeenRequest> {
    for (;;) {
      const found = this.seen.find(which);
      if (found) return found;
      await once(this.changes, 'change');
    }
  }

  /** Waits until so many clients wait for what does not come. */
  async keeps(count: number): Promise<void> {
    while (this.waiting.length < count) await once(this.changes, 'change');
  }

  /** Cuts the connections of those who wait. */
  breakOff(): void {
    for (const response of this.waiting.splice(0)) response.destroy();
  }

  /** Cuts every connection, those too that pass. */
  cutAll(): void {
    this.server.closeAllConnections();
  }

  private keep(response: ServerResponse): void {
    this.waiting.push(response);
    this.changes.emit('change');
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
