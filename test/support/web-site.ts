import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Pages = Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => void>>;

/** A real web site of this machine: a page for each path. */
export class WebSite {
  /** Paths that were asked for. */
  readonly asked: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(pages: Pages): Promise<WebSite> {
    const server = createServer((request, response) => {
      site.asked.push(request.url!);
      const page = pages[request.url!];
      if (page) page(response, request);
      else response.writeHead(404).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const site = new WebSite(server, (server.address() as AddressInfo).port);
    return site;
  }

  url(path: string, host = '127.0.0.1'): string {
    return `http://${host}:${this.port}${path}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

export function page(type: string, body: string | Buffer, headers: Record<string, string> = {}): (response: ServerResponse) => void {
  return (response) => void response.writeHead(200, { 'content-type': type, ...headers }).end(body);
}

export function redirect(to: string): (response: ServerResponse) => void {
  return (response) => void response.writeHead(302, { location: to }).end();
}
