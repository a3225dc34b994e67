import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestServer, TOKEN, type Answer } from './server.js';

/** A resident as `GET /v1/_residents` shows it. */
export interface Report {
  name: string;
  state: string;
  thread: string;
  cursor: number;
  wakes: number;
  failures: number;
  restarts: number;
  last_crash: string | null;
  last_error: string | null;
  in_flight: number;
  dead_letters: number;
}

/** One line of what a probe did. */
export interface Line {
  agent: string;
  at: 'begin' | 'end';
  reason: string;
  titles: string[];
}

/**
 * Code of a resident that writes down what it is woken for, and does what the titles of the chunks say:
 * `fail` throws, `complain` throws with many lines, `crash` throws where nobody waits for it, `exit` ends the thread, `hold` waits until the file
 * `release` is there.
 */
const CODE = `
import { appendFileSync, existsSync, watch } from 'node:fs';
import path from 'node:path';
export default (context) => {
  const { folder } = context.settings;
  const say = (line) => appendFileSync(path.join(folder, 'lines'), JSON.stringify({ agent: context.name, ...line }) + '\\n');
  const released = () => new Promise((resolve) => {
    const seen = () => existsSync(path.join(folder, 'release')) && (watcher.close(), resolve());
    const watcher = watch(folder, seen);
    seen();
  });
  return {
    async wake({ reason, events, cursor }) {
      const titles = [];
      for (const { payload } of events) {
        const { title } = await context.call('document', { op: 'get_chunk', scope: context.scope, id: payload.chunk_id });
        titles.push(title);
      }
      say({ at: 'begin', reason, titles });
      const mended = existsSync(path.join(folder, 'mended'));
      if (titles.some((title) => title.startsWith('hold'))) await released();
      if (!mended && titles.some((title) => title.startsWith('fail'))) throw new Error('it was told to fail');
      if (!mended && titles.some((title) => title.startsWith('complain'))) throw new Error(Array.from({ length: 60 }, (_, line) => 'complaint ' + line).join('\\n'));
      if (!mended && titles.some((title) => title.startsWith('crash'))) { setTimeout(() => { throw new Error('it was told to crash'); }); await new Promise(() => undefined); }
      if (!mended && titles.some((title) => title.startsWith('exit'))) { process.exit(3); }
      if (titles.some((title) => title.startsWith('note')))
        await context.call('document', { op: 'create_document', scope: context.scope, title: 'Note by ' + context.name }, cursor);
      say({ at: 'end', reason, titles });
    },
  };
};
`;

/** A server with agents that run the code above. */
export class Probes {
  private constructor(
    readonly server: TestServer,
    readonly folder: string,
    private readonly config: Record<string, unknown>,
  ) {}

  /** @param agents by name, what they have beside the code, the principal and subscriptions to all chunks with a document. */
  static async start(agents: Record<string, Record<string, unknown>>): Promise<Probes> {
    const folder = mkdtempSync(path.join(tmpdir(), 'loomcycle-probe-'));
    mkdirSync(path.join(folder, 'code', 'probe'), { recursive: true });
    writeFileSync(path.join(folder, 'code', 'probe', 'index.mjs'), CODE);
    writeFileSync(path.join(folder, 'lines'), '');
    const config = { residents: { threads: 1, folder: path.join(folder, 'code') }, agents: Object.fromEntries(Object.entries(agents).map(([name, rest]) => [name, agentOf(folder, rest)])) };
    return new Probes(await TestServer.start({ config, dataDir: path.join(folder, 'data') }), folder, config);
  }

  /** The same on the same data, after whatever ended the first. */
  async again(): Promise<Probes> {
    return new Probes(await TestServer.start({ config: this.config, dataDir: path.join(this.folder, 'data') }), this.folder, this.config);
  }

  lines(agent?: string): Line[] {
    const all = readFileSync(path.join(this.folder, 'lines'), 'utf8').split('\n').filter((line) => line !== '');
    return all.map((line) => JSON.parse(line) as Line).filter((line) => !agent || line.agent === agent);
  }

  say(file: 'release' | 'mended'): void {
    appendFileSync(path.join(this.folder, file), '');
  }

  async chunk(documentId: string, title: string, status?: string): Promise<string> {
    return (await this.server.document<{ id: string }>('create_chunk', { document_id: documentId, title, type: 'probe', ...(status === undefined ? {} : { status }) })).id;
  }

  async document(): Promise<string> {
    return (await this.server.document<{ document_id: string }>('create_document', { title: 'Probes' })).document_id;
  }

  async report(name: string): Promise<Report> {
    const { body } = await this.server.get<{ residents: Report[] }>('/v1/_residents');
    return body.residents.find((each) => each.name === name)!;
  }

  /** Asks until the report of an agent is as wanted. */
  async until(name: string, wanted: (report: Report) => boolean): Promise<Report> {
    for (;;) {
      const report = await this.report(name);
      if (wanted(report)) return report;
    }
  }

  async post<Body = Record<string, unknown>>(route: string, body: object = {}): Promise<Answer<Body>> {
    const response = await fetch(`${this.server.url}${route}`, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` }, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Body };
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function agentOf(folder: string, rest: Record<string, unknown>): Record<string, unknown> {
  const subscribe = [{ topic: 'documents/*/chunks', filter: { type: 'probe' } }];
  return { resident: true, code: 'probe', principal: 'denn', subscribe, settings: { folder }, ...rest };
}
