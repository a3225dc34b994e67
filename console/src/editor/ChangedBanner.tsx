import type { Chunk } from '../api/types.js';
import type { Change } from '../live/changes.js';

interface ChangedBannerProps {
  chunk: Chunk;
  change: Change | undefined;
  onReview: () => void;
}

/** Says that the chunk being edited has a newer revision on the server. */
export function ChangedBanner({ chunk, change, onReview }: ChangedBannerProps) {
  return (
    <div className="banner" role="status">
      <span>
        Changed by {change?.by ?? 'someone else'} (revision {chunk.revision}) while you were editing. Your edits are kept.
      </span>
      <button type="button" className="button small" data-testid="review-change" onClick={onReview}>
        Review
      </button>
    </div>
  );
}
