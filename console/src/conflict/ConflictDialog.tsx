import { useMemo, useState } from 'react';
import type { Chunk } from '../api/types.js';
import { differingParts, partName, partValue, same, valuesOf, withPart, type Part, type Values } from '../editor/values.js';
import type { Change } from '../live/changes.js';
import { Dialog } from '../ui/Dialog.js';
import { BodyMerge } from './BodyMerge.js';
import { PartChoice, type Side } from './PartChoice.js';

interface ConflictDialogProps {
  /** What my edits began from. */
  base: Values;
  mine: Values;
  /** The current version on the server; a newer one updates the dialog. */
  theirs: Chunk;
  change: Change | undefined;
  /** Why the last save was refused, when it was for another reason than the revision. */
  refused: string | undefined;
  saving: boolean;
  /** Gets my side of the text as it is edited here, so that closing loses none of it. */
  onEditBody: (body: string) => void;
  onSave: (merged: Values) => Promise<void>;
  onKeepMine: () => Promise<void>;
  onTakeTheirs: () => void;
  onClose: () => void;
}

/** Both sides of a collision on one chunk, and the ways out of it. Closing it changes nothing. */
export default function ConflictDialog(props: ConflictDialogProps) {
  const { base, mine, theirs, change, refused, saving, onEditBody, onSave, onKeepMine, onTakeTheirs, onClose } = props;
  const their = useMemo(() => valuesOf(theirs), [theirs]);
  const differing = differingParts(their, mine);
  const [chosen, setChosen] = useState<Readonly<Record<string, Side>>>({});
  const [typedBody, setTypedBody] = useState<string>();

  const sideOf = (part: Part): Side => chosen[partName(part)] ?? defaultSide(base, mine, part);
  const bodyStart = sideOf(BODY) === 'mine' ? mine.body : their.body;
  const merged = differing
    .filter((part) => !isBody(part))
    .reduce((values, part) => withPart(values, part, partValue(sideOf(part) === 'mine' ? mine : their, part)), {
      ...their,
      body: typedBody ?? bodyStart,
    });
  const parts = differing.filter((part) => !isBody(part));
  const bodyDiffers = differing.some(isBody);

  return (
    <Dialog title="This chunk was changed while you edited it" className="conflict" testId="conflict-dialog" onClose={onClose}>
      <p className="dialog-lead">
        {change?.revision === theirs.revision ? change.by : 'Someone else'} saved revision {theirs.revision}. Nothing is lost:
        choose what to keep, or edit the text on your side. Closing this keeps your text in the editor, unsaved.
      </p>
      <div className="conflict-body">
        {parts.length > 0 && (
          <div className="choices">
            {parts.map((part) => (
              <PartChoice
                key={partName(part)}
                part={part}
                theirs={partValue(their, part)}
                mine={partValue(mine, part)}
                side={sideOf(part)}
                onChoose={(side) => setChosen({ ...chosen, [partName(part)]: side })}
              />
            ))}
          </div>
        )}
        {!bodyDiffers && <p className="muted">The text is the same on both sides.</p>}
        <BodyMerge
          theirs={their.body}
          mine={bodyStart}
          untouched={bodyDiffers && sideOf(BODY) === 'theirs'}
          onChange={(body) => {
            setTypedBody(body);
            onEditBody(body);
          }}
        />
      </div>
      {refused && (
        <p className="field-error" role="alert">
          Not saved: {refused}
        </p>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <span className="spacer" />
        <button type="button" className="button" data-testid="conflict-take-theirs" disabled={saving} onClick={onTakeTheirs}>
          Take theirs
        </button>
        <button
          type="button"
          className="button"
          data-testid="conflict-keep-mine"
          disabled={saving}
          title="My edits win; what I did not touch stays theirs"
          onClick={onKeepMine}
        >
          Keep mine
        </button>
        <button
          type="button"
          className="button primary"
          data-testid="conflict-save-merged"
          disabled={saving}
          onClick={() => onSave(merged)}
        >
          {saving ? 'Saving…' : 'Save merged'}
        </button>
      </div>
    </Dialog>
  );
}

const BODY: Part = { kind: 'scalar', key: 'body' };

const isBody = (part: Part): boolean => part.kind === 'scalar' && part.key === 'body';

/** A part that I did not touch is theirs, any other is mine until chosen otherwise. */
function defaultSide(base: Values, mine: Values, part: Part): Side {
  return same(partValue(base, part), partValue(mine, part)) ? 'theirs' : 'mine';
}
