import { decode, readablePage, type ReadablePage } from '../src/run-engine/tools/web/readable.js';

/** Reads one page, in a thread of its own that can be ended. */
export default function pageWorker({ body, contentType, url }: { body: Uint8Array; contentType: string; url: string }): ReadablePage {
  return readablePage(decode(body, contentType), url);
}
