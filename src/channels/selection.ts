import { z } from 'zod';
import { compileFilter, filterKey, filterSchema } from './filter.js';
import type { LogEvent } from './hub.js';
import { topicMatcher, topicPattern } from './pattern.js';

export const selectorSchema = z.strictObject({
  topic: topicPattern,
  filter: filterSchema.optional(),
});

/** A selector within what its reader may see. */
export const boundedSelector = selectorSchema.extend({ hidden: z.array(z.string()).optional().describe('First segments of topics that it never takes') });

/** Events that somebody asks for: a topic or pattern, and what must hold of the payload. */
export type Selector = z.output<typeof boundedSelector>;

/** Several selectors, ready to be asked: an event is taken once, by however many of them. */
export interface Selection {
  /** Whether events of the topic may be taken; where `filtered` is false, all of them are. */
  readonly hears: (topic: string) => boolean;
  readonly takes: (event: Pick<LogEvent, 'topic' | 'payload'>) => boolean;
  /** Whether payloads have to be looked at. */
  readonly filtered: boolean;
}

export function selectionOf(selectors: readonly Selector[]): Selection {
  const named = topicMatcher(selectors.map(({ topic }) => topic));
  // The selectors of a selection have one reader: what is hidden from it in one is hidden from it.
  const hidden = new Set(hiddenOf(selectors));
  const hears = hidden.size === 0 ? named : (topic: string) => !hidden.has(topic.split('/', 1)[0]!) && named(topic);
  const filters = selectors.flatMap(({ topic, filter }) => (filter ? [{ matches: topicMatcher([topic]), holds: compileFilter(filter) }] : []));
  const unfiltered = selectors.filter(({ filter }) => !filter).map(({ topic }) => topic);
  if (filters.length === 0) return { hears, takes: ({ topic }) => hears(topic), filtered: false };
  const all = unfiltered.length === 0 ? () => false : topicMatcher(unfiltered);
  return {
    hears,
    takes: ({ topic, payload }) => (hidden.size === 0 || hears(topic)) && (all(topic) || filters.some(({ matches, holds }) => matches(topic) && holds(payload))),
    filtered: true,
  };
}

/** One text for all lists of selectors that ask for the same in the same way. */
export function selectionKey(selectors: readonly Selector[]): string {
  const names = selectors.map(({ topic, filter }) => (filter ? `${topic} ${filterKey(filter)}` : topic));
  const hidden = hiddenOf(selectors).map((segment) => ` !${segment}`);
  return [...new Set([...names, ...hidden])].sort().join('\n');
}

function hiddenOf(selectors: readonly Selector[]): string[] {
  return selectors.flatMap(({ hidden = [] }) => hidden);
}
