import { isDeepStrictEqual } from 'node:util';
import type { Setup } from '../bundles/setup.js';
import type { Config } from '../config/schema.js';
import { pathText } from '../config/tree.js';

/** What a reload did. */
export interface ReloadReport {
  /** What took effect, as `+ agents.drafter`, `- channels.jobs`, `~ principals.anna`. */
  readonly changed: readonly string[];
  /** What differs from the configuration of the start and waits for the next one, as `storage.workers`. */
  readonly needs_restart: readonly string[];
  /** Whether both are empty. */
  readonly unchanged: boolean;
}

/** Mappings of names that follow a reload, by where they stand. */
const LIVE: readonly (readonly [path: readonly string[], entries: (setup: Setup) => Readonly<Record<string, unknown>>])[] = [
  [['principals'], ({ config }) => config.principals],
  [['agents'], ({ config }) => config.agents],
  [['mcp_servers'], ({ config }) => config.mcp_servers],
  [['channels'], ({ config }) => Object.fromEntries(config.channels)],
  [['outgoing_webhooks', 'endpoints'], ({ config }) => config.outgoing_webhooks.endpoints],
  [['skills'], ({ skills }) => Object.fromEntries(skills.map((skill) => [skill.name, skill]))],
];

/** Blocks that no restart brings into effect either: what an empty data directory starts with. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['seed']);

/**
 * What of a configuration took effect, and what could not.
 * @param started the configuration of the start, which is what all other blocks still are.
 * @param rebound names of principals that have another secret.
 */
export function reportOf(started: Config, before: Setup, after: Setup, rebound: readonly string[]): ReloadReport {
  const changed = LIVE.flatMap(([path, entries]) => changesOf(entries(before), entries(after)).map(([sign, name]) => `${sign} ${pathText([...path, name])}`));
  const secrets = rebound.map((name) => `~ ${pathText(['principals', name])}`).filter((line) => !changed.includes(line));
  const needs_restart = restartPaths(started, after.config);
  const all = [...changed, ...secrets];
  return { changed: all, needs_restart, unchanged: all.length === 0 && needs_restart.length === 0 };
}

function changesOf(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): [sign: '+' | '-' | '~', name: string][] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name): [sign: '+' | '-' | '~', name: string][] => {
    if (!Object.hasOwn(before, name)) return [['+', name]];
    if (!Object.hasOwn(after, name)) return [['-', name]];
    return isDeepStrictEqual(before[name], after[name]) ? [] : [['~', name]];
  });
}

function restartPaths(started: Config, after: Config): string[] {
  const live = new Set(LIVE.map(([path]) => path.join('.')));
  const blocks = Object.keys(after).filter((block) => !live.has(block) && !WITHOUT_EFFECT.has(block));
  return blocks.flatMap((block) => {
    const [old, now] = [started, after].map((config) => config[block as keyof Config] as unknown) as [unknown, unknown];
    if (!isMapping(old) || !isMapping(now)) return isDeepStrictEqual(old, now) ? [] : [block];
    return changesOf(old, now)
      .map(([, key]) => `${block}.${key}`)
      .filter((path) => !live.has(path));
  });
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
