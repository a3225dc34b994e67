// query_chunks and search on one scope of many chunks, in this process, without the network: what each
// takes. Build first. Arguments: chunks (100000), documents (20). Prints min, median and max in ms.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULT_SETTINGS } from '../dist/modules/src/scope/settings.js';
import { Transaction } from '../dist/modules/src/scope/transaction.js';
import { ScopeDatabase } from '../dist/modules/src/storage/scope-database.js';
import { insertChunk, updateChunk } from '../dist/modules/src/documents/chunks.js';
import { createDocument } from '../dist/modules/src/documents/documents.js';
import { publishChunk } from '../dist/modules/src/documents/events.js';
import { catchUp } from '../dist/modules/src/documents/search/keeper.js';
import { search } from '../dist/modules/src/documents/search/search.js';
import { queryChunks } from '../dist/modules/src/documents/query/query.js';
import { defineType } from '../dist/modules/src/documents/types.js';

const [chunks = 100_000, documents = 20] = process.argv.slice(2).map(Number);
const ROUNDS = 30;
const PLATFORMS = ['mastodon', 'x', 'linkedin', 'blog'];
const STATUSES = ['scheduled', 'drafted', 'approved', 'posted', 'done'];
const WORDS = 'launch plan week press draft review story market team build ship test note river stone cloud paper light green north'.split(' ');
const FIELDS = [
  { name: 'platform', type: 'enum', values: PLATFORMS },
  { name: 'date', type: 'date' },
  { name: 'day_number', type: 'int' },
  { name: 'slug', type: 'string' },
];

const home = mkdtempSync(path.join(tmpdir(), 'loomcycle-bench-'));
const db = ScopeDatabase.open(path.join(home, 'scope.db'), 'FULL');
const tx = new Transaction(db, DEFAULT_SETTINGS);
try {
  run();
} finally {
  db.close();
  rmSync(home, { recursive: true });
}

function run() {
  const ids = fill();
  const plain = { limit: 50 };
  const platform = { where: { 'fields.platform': 'x' } };
  const byDate = [{ by: 'fields.date', dir: 'desc' }];
  console.log(`${chunks} chunks in ${documents} documents, ms: min, median, max`);
  measure('no index: a field with 4 values, in order of documents', () => queryChunks(db, platform, plain));
  for (const field of FIELDS) once(`define_type, which makes the index of ${field.name}`, () => batch(() => defineType(tx, `has_${field.name}`, '', [field], undefined)));
  measure('a field with 4 values, in order of documents', () => queryChunks(db, platform, plain));
  measure('the same within a document', () => queryChunks(db, { ...platform, document_id: ids[0].document }, plain));
  measure('a field with one value for each chunk', (n) => queryChunks(db, { where: { 'fields.slug': `slug-${n * 97}` } }, plain));
  measure('a month of dates, in their order', () => queryChunks(db, { where: { 'fields.date': { gte: '2026-06-01', lt: '2026-07-01' } }, order: byDate }, plain));
  measure('a field with 4 values, newest date first', () => queryChunks(db, { ...platform, order: byDate }, plain));
  measure('the same with type and status', () => queryChunks(db, { ...platform, type: 'publication', status: 'done', order: byDate }, plain));
  measure('page 200 of the same', deepPage({ ...platform, order: byDate }));
  measure('status alone', () => queryChunks(db, { status: 'done' }, plain));
  measure('a field with 4 values, by updated_at (has no index)', () => queryChunks(db, { ...platform, order: [{ by: 'updated_at', dir: 'desc' }] }, plain));
  once('search: the whole index', () => {
    let slices = 1;
    for (; !batch(() => catchUp(tx, 400)); slices += 1);
    console.log(`${String(slices).padStart(9)}    slices of 400 chunks, one after the other:`);
  });
  const find = (query, filters = {}) => () => batch(() => search(tx, { query, ...filters }, 20));
  measure('search: a word in one title', (n) => find(`"${n * 97}"`)());
  measure('search: a word of every tenth chunk', find('green10'));
  measure('search: a phrase', find('"stone cloud paper"'));
  measure('search: a prefix of every tenth chunk', find('gree* green10'));
  measure('search: a word of every chunk', find('launch'));
  measure('search: the same in one document', find('launch', { document_id: ids[0].document }));
  measure('search: after 64 updates', (n) => {
    batch(() => ids.slice(n * 64, n * 64 + 64).forEach((chunk) => (chunk.revision = updateChunk(tx, chunk.id, chunk.revision, { body: text(120) }).revision)));
    const begun = performance.now();
    find('"stone cloud paper"')();
    return performance.now() - begun;
  });
  for (const [name, patch] of Object.entries({ body: () => ({ body: text(120) }), field: (n) => ({ fields: { day_number: n } }) })) {
    const rate = updates(ids, patch);
    console.log(`${String(rate).padStart(9)}/s  update of the ${name}, groups of 64, ${FIELDS.length} indexed fields`);
  }
}

function fill() {
  const all = [];
  for (let d = 0; d < documents; d += 1) {
    batch(() => {
      const { id: document, root_chunk_id: root } = createDocument(tx, `Document ${d}`);
      for (let n = 0; n < chunks / documents; n += 1) all.push(add(document, root, n, all.length));
    });
  }
  return all;
}

function add(document, root, position, n) {
  const id = n.toString(16).padStart(8, '0').split('').reverse().join('').padEnd(32, '0');
  const status = STATUSES[n % STATUSES.length];
  const fields = { platform: PLATFORMS[(n * 7) % 4], date: `2026-${pad(1 + (n % 12))}-${pad(1 + (n % 28))}`, day_number: n % 400, slug: `slug-${n}` };
  const row = insertChunk(tx, { id, document_id: document, parent_id: root, position, title: `${text(4)} ${n}`, type: 'publication', status, body: text(120) + (n % 10 === 0 ? ' green10' : ''), fields });
  publishChunk(tx, 'import_md', row, null);
  return { document, id, revision: 1 };
}

function updates(ids, patch) {
  const begun = performance.now();
  const count = 6400;
  for (let n = 0; n < count; n += 64) {
    batch(() => {
      for (let i = 0; i < 64; i += 1) {
        const chunk = ids[((n + i) * 7919) % ids.length];
        chunk.revision = updateChunk(tx, chunk.id, chunk.revision, patch(n + i)).revision;
      }
    });
  }
  return Math.round(count / ((performance.now() - begun) / 1000));
}

function deepPage(query) {
  let cursor;
  for (let n = 0; n < 199; n += 1) cursor = queryChunks(db, query, { limit: 50, cursor }).next_cursor;
  return () => queryChunks(db, query, { limit: 50, cursor });
}

function batch(work) {
  tx.start(Date.now());
  db.begin();
  const result = work();
  tx.flushTouched();
  db.commit();
  tx.takeFrame('bench');
  return result;
}

function measure(name, work) {
  const times = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    const begun = performance.now();
    const own = work(n);
    times.push(typeof own === 'number' ? own : performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  print(name, [times[0], times[ROUNDS >> 1], times.at(-1)]);
}

function once(name, work) {
  const begun = performance.now();
  work();
  print(name, [performance.now() - begun]);
}

function print(name, times) {
  console.log(`${times.map((time) => time.toFixed(2).padStart(9)).join('').padEnd(28)} ${name}`);
}

function text(words) {
  return Array.from({ length: words }, () => WORDS[Math.floor(Math.random() ** 2 * WORDS.length)]).join(' ');
}

function pad(n) {
  return String(n).padStart(2, '0');
}
