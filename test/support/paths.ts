import { TOKEN, type Answer, type TestServer } from './server.js';

export interface Entry {
  name: string;
  kind: string;
  full_path: string;
  resource_ref?: Record<string, unknown>;
}

/** Calls an op of the tool `path`. */
export async function callPath<Body = Record<string, unknown>>(
  server: TestServer,
  op: string,
  input: Record<string, unknown> = {},
  token = TOKEN,
): Promise<Answer<Body>> {
  const response = await fetch(`${server.url}/v1/_path`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ op, ...input }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

/** Calls one that must succeed. */
export async function path<Body = Record<string, unknown>>(server: TestServer, op: string, input: Record<string, unknown> = {}): Promise<Body> {
  const { status, body } = await callPath<Body>(server, op, input);
  if (status !== 200) throw new Error(`${op}: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** What `ls` shows, a line an entry: full path and kind. */
export async function ls(server: TestServer, input: Record<string, unknown> = {}): Promise<string[]> {
  const { entries } = await path<{ entries: Entry[] }>(server, 'ls', input);
  return entries.map(({ full_path, kind }) => `${full_path} ${kind}`);
}

/** Creates a document at a path. @returns its id. */
export async function documentAt(server: TestServer, at: string): Promise<string> {
  return (await server.document<{ document_id: string }>('create_document', { title: 'Plan', path: at })).document_id;
}
