/** A topic or pattern: segments separated by `/`; in a pattern `*` stands for exactly one segment. */
const PATTERN = /^[^/\s]+(\/[^/\s]+)*$/;

export const MAX_TOPIC = 512;

export function isPattern(text: string): boolean {
  return text.length <= MAX_TOPIC && PATTERN.test(text);
}

/** @returns a test that is true for topics that match any of the patterns. */
export function topicMatcher(patterns: readonly string[]): (topic: string) => boolean {
  const tests = patterns.map((pattern) => {
    if (!pattern.includes('*')) return (topic: string) => topic === pattern;
    const segments = pattern.split('/').map((segment) => (segment === '*' ? '[^/]+' : escape(segment)));
    const expression = new RegExp(`^${segments.join('/')}$`);
    return (topic: string) => expression.test(topic);
  });
  return (topic) => tests.some((test) => test(topic));
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
