import { TOKEN, type Answer, type RefusalBody, type TestServer } from './server.js';

/** Calls any tool over HTTP. */
export async function callTool<Body = Record<string, unknown>>(
  server: TestServer,
  tool: string,
  input: Record<string, unknown>,
  { token = TOKEN, headers = {} }: { token?: string; headers?: Record<string, string> } = {},
): Promise<Answer<Body>> {
  const response = await fetch(`${server.url}/v1/_${tool}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify(input),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

/** The tool `memory` of a server, as one principal. */
export function memoryOf(server: TestServer, token = TOKEN) {
  return {
    /** A call that must succeed. */
    async ok<Body = Record<string, unknown>>(op: string, input: Record<string, unknown> = {}): Promise<Body> {
      const { status, body } = await callTool<Body>(server, 'memory', { op, ...input }, { token });
      if (status !== 200) throw new Error(`${op}: ${status} ${JSON.stringify(body)}`);
      return body;
    },
    /** A call that must be refused. */
    async refused(op: string, input: Record<string, unknown> = {}): Promise<RefusalBody & { status: number }> {
      const { status, body } = await callTool<RefusalBody>(server, 'memory', { op, ...input }, { token });
      if (status === 200) throw new Error(`${op} was not refused: ${JSON.stringify(body)}`);
      return { status, ...body };
    },
  };
}
