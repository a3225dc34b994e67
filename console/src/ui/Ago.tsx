import { ago, useNow } from './time.js';

/** How long ago `at` (unix milliseconds) was, kept up to date. */
export function Ago({ at }: { at: number }) {
  const recent = Date.now() - at < 90_000;
  const now = useNow(recent ? 1000 : 30_000);
  return (
    <time dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>
      {ago(at, Math.max(now, at))}
    </time>
  );
}
