import type { MessagePort } from 'node:worker_threads';
import type { ToolSettings } from '../src/config/tool-settings.js';
import { fromRefusalWire, toRefusalWire } from '../src/errors.js';
import { Models } from '../src/models/models.js';
import type { ModelSettings } from '../src/models/settings.js';
import { CodeTurns } from '../src/run-engine/code/code-turns.js';
import { RunEngine } from '../src/run-engine/engine.js';
import { toolsOf } from '../src/run-engine/tools/index.js';
import type { InterruptionSettings } from '../src/run-engine/tools/interruption-tool.js';
import { discoverTools } from '../src/run-engine/tools/mcp/discovery.js';
import { McpTools } from '../src/run-engine/tools/mcp/mcp-tools.js';
import { WebFetch } from '../src/run-engine/tools/web/web-fetch.js';
import type { DayBudgets } from '../src/runs/limits.js';
import type { FromRunWorker, RunHost, ToRunWorker } from '../src/runs/protocol.js';
import { builtFile, VERSION } from '../src/package.js';

export interface RunTaskData extends ToolSettings {
  port: MessagePort;
  models: ModelSettings;
  day: DayBudgets;
  interruption: InterruptionSettings;
}

/** Resident task of a thread of runs: holds them until it is told to stop. */
export default async function runWorker({ port, models, day, interruption, web, mcp, code }: RunTaskData): Promise<void> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  const post = (message: FromRunWorker): void => port.postMessage(message);
  const host: RunHost = {
    call: <Result>(run_id: string, call: Parameters<RunHost['call']>[1]) =>
      new Promise<Result>((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve: resolve as (value: unknown) => void, reject });
        post({ type: 'call', id: lastId, run_id, call });
      }),
  };
  const pages = new WebFetch(web, builtFile('workers/page-worker.js'), `loomcycle/${VERSION}`);
  const servers = new McpTools(mcp);
  const engine = new RunEngine({
    turns: new Models(models, process.env),
    host,
    day,
    post,
    tools: (seeker) => toolsOf(seeker, interruption, [pages.source, servers.source]),
    code: (loaded) => new CodeTurns(loaded, { ...code, workerFile: builtFile('workers/code-worker.js') }),
  });
  const discover = ({ id, server, secrets }: Extract<ToRunWorker, { type: 'discover' }>): void => {
    discoverTools(server, secrets, mcp).then(
      (result) => post({ type: 'asked', id, ok: true, result }),
      (error: unknown) => post({ type: 'asked', id, ok: false, refusal: toRefusalWire(error) }),
    );
  };
  await new Promise<void>((stopped) => {
    port.on('message', (message: ToRunWorker) => {
      if (message.type === 'answer') {
        const caller = waiting.get(message.id);
        waiting.delete(message.id);
        if (message.ok) caller?.resolve(JSON.parse(message.json));
        else caller?.reject(fromRefusalWire(message.refusal));
        return;
      }
      if (message.type === 'discover') return discover(message);
      if (message.type === 'relist') return servers.relist(message.server);
      engine.receive(message);
      if (message.type === 'stop') engine.idle().then(stopped, stopped);
    });
  });
  await Promise.all([pages.close(), servers.close()]);
  port.close();
}
