import { Component, type ReactNode } from 'react';
import { messageOf } from '../api/client.js';
import { EmptyState } from '../ui/EmptyState.js';

/** Says what broke, and offers a reload, instead of a blank page. Unsaved edits survive the reload. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <EmptyState title="The console stopped" tone="error">
        <p>{messageOf(this.state.error)}</p>
        <button type="button" className="button primary" onClick={() => window.location.reload()}>
          Reload
        </button>
      </EmptyState>
    );
  }
}
