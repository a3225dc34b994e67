import type { ReactNode } from 'react';

interface EmptyStateProps {
  title: string;
  tone?: 'calm' | 'error';
  children?: ReactNode;
}

/** A centred message where content would be: nothing there yet, or something went wrong. */
export function EmptyState({ title, tone = 'calm', children }: EmptyStateProps) {
  return (
    <div className={`empty-state ${tone}`} role={tone === 'error' ? 'alert' : undefined}>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** The state of a query that failed, with the way to try again. */
export function LoadError({ what, error, retry }: { what: string; error: Error; retry: () => unknown }) {
  return (
    <EmptyState title={`${what} could not be loaded`} tone="error">
      <p>{error.message}</p>
      <button type="button" className="button" onClick={() => void retry()}>
        Try again
      </button>
    </EmptyState>
  );
}

/** Grey bars in the place of rows that are being loaded. */
export function Skeleton({ rows, label }: { rows: number; label: string }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} style={{ width: `${88 - ((index * 37) % 45)}%` }} />
      ))}
    </div>
  );
}
