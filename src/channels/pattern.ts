import { z } from 'zod';

// A topic is a list of segments separated by `/`. In a pattern `*` stands for exactly one segment, and `**`, as
// the last segment, for one or more.

const TOPIC = /^[^/\s]+(\/[^/\s]+)*$/;

export const MAX_TOPIC = 512;

/** Why a text is no pattern; undefined for one that is. */
export function patternProblem(text: string): string | undefined {
  if (text.length > MAX_TOPIC) return `a topic has at most ${MAX_TOPIC} characters`;
  if (!TOPIC.test(text)) return 'is not a topic or pattern: segments without spaces, separated by /';
  const segments = text.split('/');
  if (segments.slice(0, -1).includes('**')) return '** stands for the rest: it can only be the last segment';
  const mixed = segments.find((segment) => segment.includes('*') && segment !== '*' && segment !== '**');
  return mixed && `* stands for a whole segment, ${JSON.stringify(mixed)} is none: write * or ** alone between slashes`;
}

export function isPattern(text: string): boolean {
  return patternProblem(text) === undefined;
}

export const topicPattern = z.string().superRefine((text, ctx) => {
  const message = patternProblem(text);
  if (message) ctx.addIssue({ code: 'custom', message });
});

/** @returns a test that is true for topics that match any of the patterns; made once, called for every commit. */
export function topicMatcher(patterns: readonly string[]): (topic: string) => boolean {
  const [wild, plain] = [patterns.filter(hasWildcard), patterns.filter((pattern) => !hasWildcard(pattern))];
  const expression = new RegExp(`^(?:${wild.map(sourceOf).join('|')})$`);
  if (plain.length === 0) return (topic) => expression.test(topic);
  const topics = new Set(plain);
  if (wild.length === 0) return (topic) => topics.has(topic);
  return (topic) => topics.has(topic) || expression.test(topic);
}

function hasWildcard(pattern: string): boolean {
  return pattern.includes('*');
}

function sourceOf(pattern: string): string {
  return pattern
    .split('/')
    .map((segment) => (segment === '**' ? '.+' : segment === '*' ? '[^/]+' : segment.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)))
    .join('/');
}
