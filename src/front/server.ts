import uws from 'uWebSockets.js';
import type { HttpRequest, HttpResponse, TemplatedApp, us_listen_socket } from 'uWebSockets.js';
import { TOOLS } from '../operations/registry.js';
import type { Dispatcher } from '../operations/dispatcher.js';
import type { ChannelAccess } from '../channels/subscriptions.js';
import type { Principal } from '../identity/principal.js';
import type { ResidentSupervisor } from '../residents/supervisor.js';
import type { Admission } from './admission.js';
import type { Authenticator } from './authenticate.js';
import { ChannelRoutes } from './channel-routes.js';
import { ChannelStreams } from './channel-stream.js';
import { channelSocket, publisher } from './channel-socket.js';
import { ConsoleRoutes } from './console-routes.js';
import { definitionRoutes } from './definition-routes.js';
import { Exchange } from './exchange.js';
import { HttpError } from './http-error.js';
import { IdentityRoutes } from './identity-routes.js';
import { McpEndpoint } from './mcp/endpoint.js';
import { Hosts } from './mcp/hosts.js';
import type { MethodHandler } from './mcp/methods.js';
import type { Prompt } from './mcp/prompts.js';
import { openApi } from './openapi/document.js';
import { MemoryRoutes } from './memory-routes.js';
import { reloadRoute, type Reload } from './reload-route.js';
import type { RunService } from '../operations/run/run-service.js';
import { RunRoutes } from './run-routes.js';
import { EventStreams } from './event-streams.js';
import { RunStreams } from './run-streams.js';
import { ResidentRoutes } from './resident-routes.js';
import { SlowReaders } from './slow-readers.js';
import { callTool } from './tool-routes.js';

export interface ServerOptions {
  readonly auth: Authenticator;
  readonly admission: Admission;
  readonly dispatcher: Dispatcher;
  readonly runs: RunService;
  readonly consoleDir: string;
  readonly version: string;
  /** Bytes that may wait for a subscriber, and milliseconds after which an event stream shows that it lives. */
  readonly subscriptions: { readonly max_waiting_bytes: number; readonly keep_alive: number };
  readonly dataDir: string;
  /** Origin by which clients reach the server, where the configuration says. */
  readonly publicUrl?: string | undefined;
  /** The prompts that MCP clients see; without it those built in. */
  readonly prompts?: (() => readonly Prompt[]) | undefined;
  /** Puts something around what answers requests of MCP clients; without it nothing. */
  readonly aroundMcp?: ((handler: MethodHandler) => MethodHandler) | undefined;
  channelAccess(principal: Principal, publish: (group: string, text: string) => void): ChannelAccess;
  /** The log of the scope that the runs of a principal are in. */
  runAccess(principal: Principal, publish: (group: string, text: string) => void): ChannelAccess;
  readonly residents: ResidentSupervisor;
  /** Absent where the configuration cannot be read again. */
  readonly reload?: Reload | undefined;
}

/** Without it a second server could share the port unnoticed; the typings lack this form of `listen`. */
const EXCLUSIVE_PORT = 1;

type Handler = (exchange: Exchange) => void;
type Routes = Readonly<Record<string, Readonly<Record<string, Handler>>>>;

/** The HTTP front: every route of the runtime on one uWebSockets.js application. */
export class FrontServer {
  /** Every route that is served, as method and pattern. */
  readonly served: string[] = [];
  private readonly app: TemplatedApp = uws.App();
  private readonly hosts: Hosts;
  private readonly mcp: McpEndpoint;
  private readonly streams: EventStreams;
  private readonly channelStreams: ChannelStreams;
  private readonly runStreams: RunStreams;
  private readonly startedAt = Date.now();
  /** Made when first asked for. */
  private openApi: string | undefined;

  constructor(private readonly options: ServerOptions) {
    const { auth, dispatcher, version, consoleDir } = options;
    this.hosts = new Hosts(options.publicUrl);
    // Sessions hear of changes from the hub itself: nothing is published to groups of connections.
    const channelAccess = (principal: Principal): ChannelAccess => options.channelAccess(principal, () => undefined);
    const { prompts, aroundMcp: around } = options;
    this.mcp = new McpEndpoint({ auth, dispatcher, version, hosts: this.hosts, channelAccess, prompts, around });
    const slow = new SlowReaders(options.subscriptions.max_waiting_bytes);
    const publish = publisher(this.app, slow);
    this.app.ws('/v1/_channels/ws', channelSocket(auth, options.admission, slow, (principal) => options.channelAccess(principal, publish)));
    this.streams = new EventStreams(auth, slow, options.subscriptions.keep_alive);
    this.channelStreams = new ChannelStreams(auth, this.streams, (principal, toStreams) => options.channelAccess(principal, toStreams));
    this.runStreams = new RunStreams(this.streams, (principal, toStreams) => options.runAccess(principal, toStreams));
    this.mount(this.routes(new ConsoleRoutes(consoleDir, auth)));
  }

  /** @returns the port, which the system chose where 0 was asked for. @throws when the address is taken. */
  listen(host: string, port: number): Promise<number> {
    this.hosts.listening(host);
    return new Promise((resolve, reject) => {
      const listening = (socket: us_listen_socket | false): void => {
        if (socket) resolve(uws.us_socket_local_port(socket));
        else reject(new Error(`cannot listen on ${host}:${port}: the address is in use or not ours`));
      };
      Reflect.apply(this.app.listen, this.app, [host, port, EXCLUSIVE_PORT, listening]);
    });
  }

  /** Tells the clients of MCP that there are other prompts by now. */
  promptsChanged(): void {
    this.mcp.promptsChanged();
  }

  /** Takes no new connections and ends the open ones. */
  close(): void {
    this.mcp.close();
    this.streams.close();
    this.app.close();
  }

  private routes(console: ConsoleRoutes): Routes {
    const { auth, dispatcher } = this.options;
    const tools = TOOLS.map((tool) => [
      `/v1/_${tool}`,
      { POST: (exchange: Exchange) => callTool(exchange, tool, auth, dispatcher) },
    ]);
    const channels = new ChannelRoutes(auth, dispatcher);
    const ofTenant: Handler = (exchange) => channels.ofTenant(exchange);
    const ofUser: Handler = (exchange) => channels.ofUser(exchange);
    return {
      ...(Object.fromEntries(tools) as Routes),
      '/v1/_channels': { GET: ofTenant, POST: ofTenant },
      '/v1/_channels/stream': { GET: (exchange) => this.channelStreams.handle(exchange) },
      '/v1/_channels/*': { GET: ofTenant, POST: ofTenant, PATCH: ofTenant, DELETE: ofTenant },
      '/v1/users/:user/channels/*': { GET: ofUser, POST: ofUser },
      ...new RunRoutes(auth, dispatcher, this.options.runs, this.runStreams).routes,
      ...new MemoryRoutes(auth, dispatcher, this.options.dataDir).routes,
      '/healthz': { GET: (exchange) => this.health(exchange) },
      ...new IdentityRoutes(auth, dispatcher).routes,
      ...definitionRoutes(auth, dispatcher),
      '/v1/openapi.json': { GET: (exchange) => this.description(exchange) },
      ...new ResidentRoutes(auth, this.options.residents).routes,
      '/v1/_reload': { POST: (exchange) => reloadRoute(exchange, auth, this.options.reload) },
      '/v1/_mcp': {
        POST: (exchange) => this.mcp.handle(exchange),
        GET: (exchange) => this.mcp.handle(exchange),
        DELETE: (exchange) => this.mcp.handle(exchange),
      },
      '/ui/login': { GET: (exchange) => console.get(exchange), POST: (exchange) => console.logIn(exchange) },
      '/ui/logout': { POST: (exchange) => console.logOut(exchange) },
      '/ui': { GET: (exchange) => console.get(exchange) },
      '/ui/*': { GET: (exchange) => console.get(exchange) },
      '/': { GET: (exchange) => exchange.send(302, { location: '/ui' }) },
    };
  }

  private mount(routes: Routes): void {
    for (const [pattern, methods] of Object.entries(routes)) {
      const allow = Object.keys(methods).join(', ');
      this.served.push(...Object.keys(methods).map((method) => `${method} ${pattern}`));
      this.app.any(pattern, (res, req) =>
        this.handle(res, req, (exchange) => {
          const handler = methods[exchange.method === 'HEAD' ? 'GET' : exchange.method];
          if (!handler) throw new HttpError(405, 'method_not_allowed', `only ${allow} here`, { allow });
          handler(exchange);
        }),
      );
    }
    this.app.any('/*', (res, req) =>
      this.handle(res, req, (exchange) => {
        // Who is nobody does not learn which routes there are.
        this.options.auth.require(exchange, false);
        throw new HttpError(404, 'not_found', `no route ${exchange.method} ${exchange.path}`);
      }),
    );
  }

  private health(exchange: Exchange): void {
    const uptime = Math.floor((Date.now() - this.startedAt) / 1000);
    exchange.json(200, JSON.stringify({ ok: true, version: this.options.version, uptime_seconds: uptime }));
  }

  private description(exchange: Exchange): void {
    this.options.auth.require(exchange);
    this.openApi ??= JSON.stringify(openApi(this.options.version));
    exchange.json(200, this.openApi);
  }

  /** Wraps every handler: uWebSockets.js ends the process for one that throws. */
  private handle(res: HttpResponse, req: HttpRequest, handler: Handler): void {
    const exchange = new Exchange(res, req);
    exchange.guard(() => this.options.admission.admit(exchange, exchange.peer, () => exchange.guard(() => handler(exchange))));
  }
}
