import { Piscina } from 'piscina';
import { z } from 'zod';
import { Refusal } from '../../../errors.js';
import type { ToolSource } from '../index.js';
import { ownTool } from '../own-tool.js';
import { json, type RunTool } from '../tool.js';
import { PageClient, type RawPage, type WebSettings } from './page-client.js';
import { decode, type ReadablePage } from './readable.js';

const NAME = 'WebFetch';
const DEFAULT_CHARS = 20_000;
const MAX_CHARS = 100_000;
/** Longest that the reading of a page takes, in milliseconds, and most memory of it, in MiB. */
const READ_MS = 5_000;
const READ_MB = 256;

const input = z.strictObject({
  url: z.string().min(1).describe('Of the page: http or https, of a host that this agent may reach'),
  max_chars: z.int().min(1).max(MAX_CHARS).default(DEFAULT_CHARS).describe('Longest text of the answer, in characters'),
  start: z.int().min(0).default(0).describe('Character of the text to begin with: next_start of the answer before'),
});

/** Pages of the web. HTML is read in a thread of its own: a page that cannot be parsed in time or memory harms no run. */
export class WebFetch {
  private readonly client: PageClient;
  private readonly readers: Piscina;
  readonly tool: RunTool;

  /** @param workerFile `page-worker`, as it was built. */
  constructor(settings: WebSettings, workerFile: string, userAgent: string) {
    this.client = new PageClient(settings, userAgent);
    this.readers = new Piscina({ filename: workerFile, minThreads: 0, maxThreads: 1, idleTimeout: 30_000, resourceLimits: { maxOldGenerationSizeMb: READ_MB } });
    this.tool = ownTool({
      name: NAME,
      description: 'Reads a page of the web: the text of its article as Markdown; plain text, Markdown and JSON as they are. A long text comes in parts: go on with start.',
      input,
      repeatable: true,
      // What is asked for can carry data away.
      legs: ['untrusted', 'outward'],
      run: async ({ url, max_chars: most, start }, _call, run) => {
        const page = await this.client.get(url, run.hosts, run.signal);
        const { text, ...about } = await this.read(page, run.signal);
        const part = text.slice(start, start + most);
        const end = start + part.length;
        const result = { url: page.url, content_type: page.contentType, ...about, text: part, start, total_chars: text.length, ...(end < text.length ? { next_start: end } : {}) };
        return { ...json(result), untrusted: true };
      },
    });
  }

  readonly source: ToolSource = (names) => Promise.resolve(names.includes(NAME) ? [this.tool] : []);

  close(): Promise<void> {
    return this.readers.destroy();
  }

  private async read({ url, contentType, body }: RawPage, ended: AbortSignal): Promise<Partial<ReadablePage> & { text: string }> {
    if (!/^(text\/html|application\/xhtml\+xml)/.test(contentType)) return { text: decode(body, contentType) };
    try {
      return (await this.readers.run({ body, contentType, url }, { signal: AbortSignal.any([ended, AbortSignal.timeout(READ_MS)]) })) as ReadablePage;
    } catch (error) {
      if (ended.aborted) throw error;
      throw new Refusal('unavailable', `the page could not be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
