import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { slugOf } from '../../paths/slug.js';
import { request, targetOf, type Target } from '../api.js';
import { print, Progress, wantsJson } from '../output.js';
import { UsageError } from '../usage-error.js';
import { asking, type Common } from './asking.js';

interface Source {
  readonly file: string;
  /** Below the folder that was named; for a file that was named, its name. Without `.md`, `/` between segments. */
  readonly name: string;
}

/** `import` and `export`: documents from and to Markdown. */
export function addDocumentCommands(program: Command): void {
  asking(program, 'import', 'Imports Markdown: each file as a document')
    .argument('<file...>', 'files, or folders of files *.md')
    .option('--path <path>', 'a name for the document, like /plans/launch; of several files or a folder, the directory for their names')
    .action((files: string[], { path: at, ...options }: Common & { path?: string }) => importFiles(targetOf(options), files, at));

  asking(program, 'export', 'Writes documents as Markdown')
    .argument('[document...]', 'ids, or paths')
    .option('--all', 'all documents')
    .option('--out <file>', 'where to write it (default: standard output); of several documents, the folder for their files')
    .action((documents: string[], { all, out, ...options }: Common & { all?: boolean; out?: string }) => exportDocuments(targetOf(options), documents, all ?? false, out));
}

async function importFiles(target: Target, named: readonly string[], at: string | undefined): Promise<void> {
  const sources = named.flatMap(sourcesOf);
  const [only] = sources;
  if (!only) throw new Error(`there is no file *.md in ${named.join(', ')}`);
  const single = named.length === 1 && !statSync(named[0]!).isDirectory();
  if (single) return print(await importOne(target, only.file, at));

  const imported: unknown[] = [];
  const failed: { file: string; error: string }[] = [];
  const progress = new Progress('importing', sources.length);
  for (const { file, name } of sources) {
    progress.next(file);
    try {
      const answer = await importOne(target, file, at === undefined ? undefined : `${at.replace(/\/+$/, '')}/${name}`);
      imported.push({ file, ...(answer as object) });
    } catch (error) {
      failed.push({ file, error: (error as Error).message });
    }
  }
  progress.end();
  print({ imported, failed });
  if (failed.length > 0) process.exitCode = 1;
}

function importOne(target: Target, file: string, at: string | undefined): Promise<unknown> {
  const markdown = readFileSync(file, 'utf8');
  return request(target, 'POST', '/v1/_document', { op: 'import_md', markdown, ...(at === undefined ? {} : { path: at }) });
}

/** @throws where there is no such file. */
function sourcesOf(named: string): Source[] {
  if (!existsSync(named)) throw new Error(`there is no file ${named}`);
  const nameOf = (file: string): string => file.replace(/\.md$/i, '').split(path.sep).join('/');
  if (!statSync(named).isDirectory()) return [{ file: named, name: nameOf(path.basename(named)) }];
  const inside = readdirSync(named, { recursive: true, encoding: 'utf8' }).filter((file) => /\.md$/i.test(file) && statSync(path.join(named, file)).isFile());
  return inside.sort().map((file) => ({ file: path.join(named, file), name: nameOf(file) }));
}

interface Exported {
  document_id: string;
  title: string;
  markdown: string;
}

async function exportDocuments(target: Target, named: readonly string[], all: boolean, out: string | undefined): Promise<void> {
  if (all === named.length > 0) throw new UsageError('say which documents, by id or path, or --all');
  const isFolder = all || named.length > 1 || (out !== undefined && existsSync(out) && statSync(out).isDirectory());
  if (!isFolder) {
    const { markdown, ...document } = await exportOne(target, named[0]!);
    if (out !== undefined) writeFileSync(out, markdown);
    else if (!wantsJson) process.stdout.write(markdown);
    if (wantsJson) print({ ...document, ...(out === undefined ? { markdown } : { file: out }) });
    return;
  }
  if (out === undefined) throw new UsageError('say with --out in which folder the files go');
  const documents = all ? await allDocuments(target) : named;
  mkdirSync(out, { recursive: true });
  const exported: unknown[] = [];
  const taken = new Set<string>();
  const progress = new Progress('exporting', documents.length);
  for (const which of documents) {
    progress.next(which);
    const { markdown, document_id, title } = await exportOne(target, which);
    const slug = slugOf(title);
    const name = taken.has(slug) ? `${slug}-${document_id}` : slug;
    taken.add(name);
    const file = path.join(out, `${name}.md`);
    writeFileSync(file, markdown);
    exported.push({ document_id, title, file });
  }
  progress.end();
  print({ exported });
}

async function exportOne(target: Target, which: string): Promise<Exported> {
  const input = which.startsWith('/') ? { path: which } : { document_id: which };
  return (await request(target, 'POST', '/v1/_document', { op: 'export_md', ...input })) as Exported;
}

async function allDocuments(target: Target): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = (await request(target, 'POST', '/v1/_document', { op: 'list_documents', ...(cursor === undefined ? {} : { cursor }) })) as {
      documents: { document_id: string }[];
      next_cursor?: string;
    };
    ids.push(...page.documents.map(({ document_id }) => document_id));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return ids;
}
