import { StreamReader } from './event-stream.js';
import { TOKEN, type Answer, type TestServer } from './server.js';

/** A runtime whose agents answer by these scripts of the mock provider; each agent's model is the script of its name. */
export function agentsConfig(agents: Record<string, { turns: Record<string, unknown>[]; script?: Record<string, unknown>; [key: string]: unknown }>, rest: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    agents: Object.fromEntries(
      Object.entries(agents).map(([name, { turns: _turns, script: _script, ...agent }]) => [
        name,
        { provider: 'mock', model: name, system_prompt: `You are ${name}.`, ...agent },
      ]),
    ),
    mock: { scripts: Object.fromEntries(Object.entries(agents).map(([name, { turns, script }]) => [name, { turns, ...script }])) },
    ...rest,
  };
}

export async function post<Body = Record<string, unknown>>(server: TestServer, route: string, body: unknown = {}, token = TOKEN): Promise<Answer<Body>> {
  const response = await fetch(`${server.url}${route}`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Body };
}

/** Begins a run and reads its events. */
export function startRun(server: TestServer, body: Record<string, unknown>, token = TOKEN): Promise<StreamReader> {
  return StreamReader.open(server, { path: '/v1/runs', body, token });
}

/** Types of the events of a run that came so far. */
export function typesOf(stream: StreamReader): string[] {
  return stream.messages.map(({ event }) => event);
}

/** Data of the events of one type. */
export function eventsOf<Data = Record<string, unknown>>(stream: StreamReader, type: string): Data[] {
  return stream.messages.filter(({ event }) => event === type).map(({ data }) => data as Data);
}

/** Waits for the end of a run, and tells how it ended. */
export async function ended(stream: StreamReader): Promise<{ status: string; stop_reason: string; usage: Record<string, number> }> {
  await stream.until(() => stream.ended);
  return eventsOf<{ status: string; stop_reason: string; usage: Record<string, number> }>(stream, 'done')[0]!;
}

/** What the tools of a run answered, in order. */
export function resultsOf(stream: StreamReader): { name: string; text: string; is_error: boolean; untrusted?: boolean }[] {
  return eventsOf<{ tool_use: { name: string }; text: string; is_error: boolean; untrusted?: boolean }>(stream, 'tool_result').map(({ tool_use, text, is_error, untrusted }) => ({
    name: tool_use.name,
    text,
    is_error,
    ...(untrusted === undefined ? {} : { untrusted }),
  }));
}

/** One turn of a script that makes a call. */
export function calls(name: string, input: Record<string, unknown> = {}): Record<string, unknown> {
  return { tool_calls: [{ name, input }] };
}
