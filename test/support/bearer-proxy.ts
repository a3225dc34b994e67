import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TOKEN, type TestServer } from './server.js';

/** In front of a server, for a client that cannot send a bearer: hands everything on, with the bearer of `denn`. */
export class BearerProxy {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start({ url }: TestServer): Promise<BearerProxy> {
    const server = createServer((from, to) => {
      const { method = 'GET', url: path = '/', headers } = from;
      const onward = request(url + path, { method, headers: { ...headers, authorization: `Bearer ${TOKEN}` } }, (answer) => {
        to.writeHead(answer.statusCode!, answer.headers);
        // An event stream is open before its first event.
        to.flushHeaders();
        answer.pipe(to);
      });
      onward.on('error', () => to.destroy());
      to.on('close', () => onward.destroy());
      from.pipe(onward);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new BearerProxy(server, `http://localhost:${(server.address() as AddressInfo).port}`);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
