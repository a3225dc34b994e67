import { Icon } from '../ui/Icon.js';
import { Conversation } from './Conversation.js';
import { NewConversation } from './NewConversation.js';
import type { InView } from './useRuns.js';

interface AskPanelProps {
  /** The run that is open, or `new`. */
  ask: string;
  inView: InView;
  onAsk: (ask: string | undefined) => void;
}

/** A conversation next to the document that it is about. */
export function AskPanel({ ask, inView, onAsk }: AskPanelProps) {
  const close = (
    <button type="button" className="icon-button" aria-label="Close the conversation" onClick={() => onAsk(undefined)}>
      <Icon name="close" />
    </button>
  );
  return (
    <aside className="ask-panel" data-testid="ask-panel">
      {ask === 'new' ? (
        <NewConversation inView={inView} onRun={onAsk}>
          {close}
        </NewConversation>
      ) : (
        <Conversation runId={ask} inView={inView} onRun={onAsk}>
          <button type="button" className="icon-button" aria-label="New conversation" title="New conversation" onClick={() => onAsk('new')}>
            <Icon name="plus" />
          </button>
          {close}
        </Conversation>
      )}
    </aside>
  );
}
