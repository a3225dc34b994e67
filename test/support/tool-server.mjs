// An MCP server as somebody else would write one: over stdio when it is started by itself.
import { appendFileSync } from 'node:fs';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const object = { type: 'object', properties: { text: { type: 'string' } } };
const TOOLS = [
  { name: 'echo', description: 'Says it again', inputSchema: object, annotations: { readOnlyHint: true } },
  { name: 'refuse', description: 'Refuses', inputSchema: object },
  { name: 'crash', description: 'Ends the server', inputSchema: object },
  { name: 'stall', description: 'Never answers', inputSchema: object },
  { name: 'long', description: 'Says much', inputSchema: object },
  { name: 'whoami', description: 'Tells headers and environment', inputSchema: object },
];

/** @param about what `whoami` tells. @param more tools that it lists and does not have. */
export function toolServer(about = {}, more = []) {
  const server = new Server({ name: 'fixture', version: '1' }, { capabilities: { tools: {} } });
  // Two tools a page.
  server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
    const from = Number(params?.cursor ?? 0);
    const all = [...TOOLS, ...more];
    return { tools: all.slice(from, from + 2), ...(from + 2 < all.length ? { nextCursor: String(from + 2) } : {}) };
  });
  server.setRequestHandler(CallToolRequestSchema, ({ params: { name, arguments: input = {} } }, { signal }) => {
    const note = (line) => process.env.CALLS_FILE && appendFileSync(process.env.CALLS_FILE, `${line}\n`);
    note(name);
    signal.addEventListener('abort', () => note(`${name} cancelled`));
    switch (name) {
      case 'echo':
        return text(`${process.pid} ${input.text}`);
      case 'refuse':
        return { ...text('not today'), isError: true };
      case 'crash':
        return process.exit(1);
      case 'stall':
        return new Promise(() => {});
      case 'long':
        return text('y'.repeat(300_000));
      case 'whoami':
        return text(JSON.stringify(about));
      default:
        throw new Error(`no tool ${name}`);
    }
  });
  return server;
}

function text(said) {
  return { content: [{ type: 'text', text: said }] };
}

if (process.argv[1] === import.meta.filename) {
  const { HOME, PATH, ...env } = process.env;
  await toolServer({ env: Object.keys(env) }).connect(new StdioServerTransport());
}
