import { post } from './client.js';
import { everyPage } from './documents.js';
import type { PathEntry } from './types.js';

function op<T>(name: string, args: object, signal?: AbortSignal): Promise<T> {
  return post<T>('/v1/_path', { op: name, scope: 'user', ...args }, signal);
}

/** Every name of the scope, a directory before what is in it. */
export function listPaths(signal?: AbortSignal): Promise<PathEntry[]> {
  return everyPage(async (cursor) => {
    const page = await op<{ entries: PathEntry[]; next_cursor?: string }>('ls', { path: '/', recursive: true, cursor }, signal);
    return { items: page.entries, next: page.next_cursor };
  });
}

export const makeDirectory = (path: string) => op<unknown>('mkdir', { path });

export const movePath = (path: string, to: string) => op<unknown>('mv', { path, to });

export const removePath = (path: string) => op<unknown>('rm', { path, recursive: true });
