import { EventEmitter, once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Stands between a client and a server, remembers what passes, and breaks connections when it is told to. */
export class BreakingProxy {
  readonly seen: SeenRequest[] = [];
  /** For each request that it holds of: the server is asked, but the client's connection is cut instead of an answer. */
  cuts: (request: SeenRequest) => boolean = () => false;
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
        const cut = proxy.cuts(seen);
        const onward = request(new URL(url, target), { method, headers, agent: false }, (answer) => {
          if (cut) {
            answer.resume().once('end', () => outgoing.destroy());
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

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
