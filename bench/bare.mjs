// The same rows as an `update_chunk` by bare better-sqlite3: one thread, groups of 64, synchronous=FULL.
// Arguments: file, seconds. Prints a line of JSON.
import Database from 'better-sqlite3';
import { MIGRATIONS } from '../dist/modules/src/storage/schema/index.js';

const [file, seconds] = process.argv.slice(2);
const GROUP = 64;
const CHUNKS = 256;
const db = new Database(file);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.pragma('wal_autocheckpoint = 4000');
for (const sql of MIGRATIONS) db.exec(sql);
const now = () => BigInt(Date.now()) * 1_000_000n;
const id = (n) => n.toString(16).padStart(32, '0');
const body = 'The quick brown fox jumps over the lazy dog. '.repeat(18).slice(0, 800);

const insert = db.prepare(
  "INSERT INTO chunks (id, document_id, parent_id, position, title, created_at, updated_at, body) VALUES (?, 'd', 'r', ?, 'chunk', ?, ?, ?)",
);
db.transaction(() => {
  for (let n = 0; n < CHUNKS; n += 1) insert.run(id(n), n, now(), now(), body);
})();
const keep = db.prepare(`INSERT INTO loom_revisions
  (before, chunk_id, revision, audit, kept_at, document_id, parent_id, position, type, status, title, updated_at, fields, body)
  SELECT kept, id, revision, audit, ?, document_id, parent_id, position, type, status, title, updated_at, fields, body FROM chunks WHERE id = ?`);
const update = db.prepare('UPDATE chunks SET body = ?, updated_at = ?, revision = revision + 1, kept = last_insert_rowid(), audit = ? WHERE id = ? AND revision = ?');
const audit = db.prepare(
  `INSERT INTO loom_audit (ts, actor, transport, op, document_id, chunk_id, revision, changed, before)
   VALUES (?, 'denn', 'http', 'update_chunk', 'd', ?, ?, '["body"]', ?)`,
);
const log = db.prepare('INSERT INTO loom_channel_log (topic, ts, payload) VALUES (?, ?, ?)');

const revisions = new Map(Array.from({ length: CHUNKS }, (_, n) => [n, 1]));
let next = 0;
let written = 0;
const group = db.transaction(() => {
  const at = now();
  for (let i = 0; i < GROUP; i += 1) {
    const n = next++ % CHUNKS;
    const revision = revisions.get(n);
    keep.run(at, id(n));
    if (update.run(body, at, written + 1, id(n), revision).changes !== 1) throw new Error('conflict');
    audit.run(at, id(n), revision + 1, written);
    written += 1;
    log.run('documents/d/chunks', at, JSON.stringify({ op: 'update_chunk', document_id: 'd', chunk_id: id(n), revision: revision + 1, type: null, status: null, previous_status: null, actor: 'denn' }));
    revisions.set(n, revision + 1);
  }
});

const begun = process.hrtime.bigint();
const until = begun + BigInt(seconds) * 1_000_000_000n;
let rows = 0;
while (process.hrtime.bigint() < until) {
  group();
  rows += GROUP;
}
const took = Number(process.hrtime.bigint() - begun) / 1e9;
console.log(JSON.stringify({ rows, seconds: took, perSecond: Math.round(rows / took) }));
