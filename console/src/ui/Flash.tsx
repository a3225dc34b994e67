import { useState } from 'react';
import type { Change } from '../live/changes.js';

const FRESH_MS = 2500;

/** Lights its container up once when a change arrives, but not when an older change comes into view. */
export function Flash({ change }: { change: Change | undefined }) {
  return change ? <Once key={change.at} at={change.at} /> : null;
}

function Once({ at }: { at: number }) {
  const [fresh] = useState(() => Date.now() - at < FRESH_MS);
  return fresh ? <span className="flash" aria-hidden="true" /> : null;
}
