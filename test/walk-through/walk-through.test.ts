import path from 'node:path';
import Database from 'better-sqlite3';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkDraft, type Platform } from '../../agents/drafter/platforms.js';
import { McpClient } from '../support/mcp.js';
import { ROOT, TestServer, TOKEN, type RefusalBody } from '../support/server.js';
import { Subscriber } from '../support/socket.js';
import { day, dueSlots, planMarkdown, PUBLICATION_FIELDS, publicationInput, SLOTS } from './launch-plan.js';

// The walk-through of the vision with real parts: one person in a browser, one MCP client, two agents,
// one launch plan, one SQLite file.

interface Chunk {
  id: string;
  revision: number;
  title: string;
  status?: string;
  body: string;
  fields?: Record<string, unknown>;
}

interface Rows {
  rows: (string | number | null)[][];
}

const resident = (code: string, settings: Record<string, unknown>): Record<string, unknown> => ({
  resident: true,
  code,
  principal: 'denn',
  subscribe: [{ scope: 'user', topic: 'documents/*/chunks' }],
  settings,
});

const times: string[] = [];
let began = 0;
function mark(what: string): void {
  times.push(`${(performance.now() - began).toFixed(0).padStart(6)} ms  ${what}`);
}

let server: TestServer;
let mcp: McpClient;
let subscriber: Subscriber;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  server = await TestServer.start({
    config: {
      agents: {
        drafter: resident('drafter', {
          posts: { folder: path.join(ROOT, 'bundles/social-drafter/posts') },
          link: 'https://loomcycle.dev/blog/{slug}',
        }),
        reporter: resident('reporter', {}),
      },
    },
  });
  mcp = await McpClient.connect(server);
  subscriber = await Subscriber.open(server);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  began = performance.now();
});
afterAll(async () => {
  await browser.close();
  await subscriber.close();
  await mcp.close();
  await server.stop();
  console.log(times.join('\n'));
});

async function sql(statement: string, args: unknown[] = []): Promise<Rows['rows']> {
  return (await server.document<Rows>('query_chunks', { sql: statement, args })).rows;
}

let documentId: string;
let publications: Chunk[] = [];

test('scaffold: the plan is imported, the type defined, 18 publications added', async () => {
  await subscriber.subscribe('plan', 'documents/*/chunks', 0);
  const imported = await server.document<{ document_id: string; chunks_created: number }>('import_md', { markdown: planMarkdown() });
  documentId = imported.document_id;
  expect(imported.chunks_created).toBeGreaterThanOrEqual(40);
  mark(`imported the plan: ${imported.chunks_created} chunks`);
  await mcp.document('define_type', { name: 'publication', fields: PUBLICATION_FIELDS });
  for (const [index, slot] of SLOTS.entries()) {
    publications.push(await mcp.document<Chunk>('create_chunk', { document_id: documentId, ...publicationInput(slot, index) }));
  }
  expect(publications).toHaveLength(18);
  mark('defined the type and added 18 publications by MCP');
});

test('draft: the drafter drafts those due within 72 hours, by the rules of their platforms, and no other', async () => {
  const due = dueSlots().length;
  const drafted = (): number => subscriber.events.filter((event) => event.payload.previous_status === 'scheduled' && event.payload.status === 'drafted').length;
  await subscriber.until(() => drafted() >= due);
  mark(`the drafter drafted ${due} publications`);
  await subscriber.settle();
  expect(drafted()).toBe(due);
  expect(await sql("SELECT status, count(*) FROM chunks WHERE type = 'publication' GROUP BY 1 ORDER BY 1")).toEqual([
    ['done', 2],
    ['drafted', due],
    ['scheduled', 16 - due],
  ]);
  publications = await Promise.all(publications.map(({ id }) => server.document<Chunk>('get_chunk', { id })));
  for (const { status, body, fields } of publications) {
    if (status !== 'drafted') continue;
    expect(checkDraft(fields!.platform as Platform, body)).toEqual([]);
    expect(body).toContain(`https://loomcycle.dev/blog/${fields!.blog_slug as string}`);
    expect(body).toContain('Angle: say what changed for the reader.');
  }
  expect(subscriber.events.filter((event) => event.payload.status === 'drafted').every((event) => event.payload.agent === 'drafter')).toBe(true);
});

test("query: the vision's SQL returns the right rows", async () => {
  const until = day(14);
  const statement =
    "SELECT id, title, fields->>'platform', fields->>'date' FROM chunks WHERE type = 'publication' AND status = 'scheduled' " +
    `AND fields->>'date' <= '${until}' ORDER BY fields->>'date'`;
  const expected = publications
    .filter((chunk) => chunk.status === 'scheduled')
    .map((chunk) => [chunk.id, chunk.title, chunk.fields!.platform, chunk.fields!.date as string])
    .toSorted(([, , , a], [, , , b]) => ((a as string) < (b as string) ? -1 : 1));
  const { rows } = await mcp.document<Rows>('query_chunks', { sql: statement });
  expect(rows.map((row) => row[3])).toEqual(expected.map((row) => row[3]));
  expect(rows.toSorted()).toEqual(expected.toSorted());
  expect(expected.length).toBeGreaterThan(5);
});

test('review: a person edits and approves one in the browser while an agent writes another', async () => {
  const [mine, theirs] = publications.filter((chunk) => chunk.status === 'drafted');
  await page.goto(`${server.url}/ui/documents/${documentId}?chunk=${mine!.id}`);
  await page.getByLabel('Access token').fill(TOKEN);
  await page.keyboard.press('Enter');
  const node = (id: string): ReturnType<Page['locator']> => page.locator(`[data-testid=tree-node][data-chunk-id="${id}"]`);
  await node(mine!.id).click();
  await page.locator('[data-testid=chunk-body]').click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('A word from Denn. ');
  const written = mcp.document<Chunk>('update_chunk', { id: theirs!.id, revision: theirs!.revision, title: 'Retitled by the agent' });
  await page.locator('[data-testid=status-select]').selectOption('approved');
  await page.locator('[data-testid=save-chunk]').click();
  await written;
  await page.locator(`[data-testid=tree-node][data-chunk-id="${mine!.id}"][data-status="approved"]`).waitFor();
  await node(theirs!.id).getByText('Retitled by the agent').waitFor();
  const saved = await server.document<Chunk>('get_chunk', { id: mine!.id });
  expect(saved).toMatchObject({ status: 'approved', revision: mine!.revision + 1 });
  expect(saved.body).toContain('A word from Denn. ');
  mark('a person edited and approved one in the browser, the agent’s write to another showed up live');
});

test('collision: one winner, one conflict that shows both sides, nothing lost', async () => {
  const chunk = publications.filter((each) => each.status === 'drafted')[2]!;
  const current = await server.document<Chunk>('get_chunk', { id: chunk.id });
  await page.locator(`[data-testid=tree-node][data-chunk-id="${chunk.id}"]`).click();
  await page.locator(`[data-testid=chunk-editor][data-chunk-id="${chunk.id}"]`).waitFor();
  await page.locator('[data-testid=chunk-body]').click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('Mine. ');
  const winner = await mcp.document<Chunk>('update_chunk', { id: chunk.id, revision: current.revision, body: `Theirs. ${current.body}` });
  const loser = await server.call<RefusalBody>('update_chunk', { id: chunk.id, revision: current.revision, body: 'stale' });
  expect([loser.status, loser.body.reason]).toEqual([422, 'revision_conflict']);
  expect(loser.body.data).toEqual({ current_revision: winner.revision, current: winner });
  await page.keyboard.press('Control+s');
  const dialog = page.locator('[data-testid=conflict-dialog]');
  await dialog.waitFor();
  expect(await dialog.locator('[data-testid=conflict-theirs]').innerText()).toContain('Theirs. ');
  expect(await dialog.locator('[data-testid=conflict-mine]').innerText()).toContain('Mine. ');
  expect(await server.document('get_chunk', { id: chunk.id })).toEqual(winner);
  await dialog.locator('[data-testid=conflict-keep-mine]').click();
  await dialog.waitFor({ state: 'detached' });
  const merged = await server.document<Chunk>('get_chunk', { id: chunk.id });
  expect(merged.revision).toBe(winner.revision + 1);
  expect(merged.body).toContain('Mine. ');
  mark('an intended collision: one winner, one conflict, resolved in the dialog');
});

test('post and report: posted is set, the digest equals the query of the same moment', async () => {
  const [approved] = await sql("SELECT id, revision FROM chunks WHERE type = 'publication' AND status = 'approved'");
  await server.document('update_chunk', {
    id: approved![0],
    revision: approved![1],
    status: 'posted',
    fields: { posted_at: new Date().toISOString() },
  });
  const digest = async (): Promise<Record<string, unknown> | undefined> => {
    const [row] = await sql("SELECT fields FROM chunks WHERE type = 'digest'");
    return row && (JSON.parse(row[0] as string) as Record<string, unknown>);
  };
  const moved = 'approved → posted';
  const isDigest = (): number => subscriber.events.filter((event) => event.payload.type === 'digest').length;
  let seen = -1;
  let fields: Record<string, unknown> | undefined;
  while (!(fields?.moves as Record<string, number> | undefined)?.[moved]) {
    await subscriber.until(() => isDigest() > seen);
    seen = isDigest();
    fields = await digest();
  }
  mark('posted, and the reporter’s digest knows');
  const [counts] = await sql(
    `SELECT count(*) FILTER (WHERE status IN ('posted', 'done')),
       count(*) FILTER (WHERE status IN ('scheduled', 'drafted', 'approved') AND fields->>'date' >= ?1),
       count(*) FILTER (WHERE status IN ('scheduled', 'drafted', 'approved') AND fields->>'date' < ?1)
     FROM chunks WHERE type = 'publication'`.replaceAll('?1', `'${day(0)}'`),
  );
  expect([fields!.shipped, fields!.queued, fields!.late]).toEqual(counts);
  expect(fields!.moves).toMatchObject({ 'scheduled → drafted': dueSlots().length, 'drafted → approved': 1, [moved]: 1 });
  const [parent] = await sql("SELECT p.title FROM chunks c JOIN chunks p ON p.id = c.parent_id WHERE c.type = 'digest'");
  expect(parent).toEqual(['§6 Weekly digest']);
});

test('audit: one row per write, in the one file that everybody wrote to', () => {
  const db = new Database(path.join(server.dataDir, 'sqlmem/default/user/denn.db'), { readonly: true });
  // One snapshot: the agents go on working.
  db.exec('BEGIN');
  const one = <Value>(statement: string): Value => db.prepare(statement).pluck().get() as Value;
  const perOp = db.prepare("SELECT op, count(*) AS n FROM loom_audit GROUP BY op").all() as { op: string; n: number }[];
  const events = db.prepare("SELECT json_extract(payload, '$.op') AS op, count(*) AS n FROM loom_channel_log GROUP BY 1").all() as { op: string; n: number }[];
  const count = (rows: { op: string; n: number }[], op: string): number => rows.find((row) => row.op === op)?.n ?? 0;
  for (const op of ['create_chunk', 'update_chunk', 'define_type']) expect([op, count(perOp, op)]).toEqual([op, count(events, op)]);
  expect(count(perOp, 'import_md')).toBe(1);
  // Every revision but the first of a chunk is one update, and one row of the audit.
  expect(count(perOp, 'update_chunk')).toBe(one<number>('SELECT sum(revision - 1) FROM chunks'));
  expect(one<number>("SELECT count(*) FROM loom_audit WHERE agent = 'drafter' AND op = 'update_chunk'")).toBe(dueSlots().length);
  expect(db.prepare('SELECT DISTINCT actor FROM loom_audit').pluck().all()).toEqual(['denn']);
  expect((db.prepare('SELECT DISTINCT transport FROM loom_audit').pluck().all() as string[]).toSorted()).toEqual(['agent', 'http', 'mcp']);
  db.close();
  mark('the audit has one row per write');
});
