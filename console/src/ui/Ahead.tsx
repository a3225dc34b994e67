import { ahead, useNow } from './time.js';

/** How long it is until `at` (unix milliseconds), kept up to date. */
export function Ahead({ at }: { at: number }) {
  const now = useNow(at - Date.now() < 90_000 ? 1000 : 30_000);
  return (
    <time dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>
      {ahead(at, now)}
    </time>
  );
}
