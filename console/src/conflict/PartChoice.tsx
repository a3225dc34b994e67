import type { Part } from '../editor/values.js';

export type Side = 'theirs' | 'mine';

interface PartChoiceProps {
  part: Part;
  theirs: unknown;
  mine: unknown;
  side: Side;
  onChoose: (side: Side) => void;
}

/** One differing value, as a choice between the two versions. */
export function PartChoice({ part, theirs, mine, side, onChoose }: PartChoiceProps) {
  const name = `conflict-${part.kind}-${part.key}`;
  const options: [Side, string, unknown][] = [
    ['theirs', 'Theirs', theirs],
    ['mine', 'Mine', mine],
  ];
  return (
    <fieldset className="choice">
      <legend>{part.key.replaceAll('_', ' ')}</legend>
      {options.map(([option, label, value]) => (
        <label key={option} className="choice-option">
          <input type="radio" name={name} checked={side === option} onChange={() => onChoose(option)} />
          <span className="choice-side">{label}</span>
          <span className="choice-value">{text(value)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function text(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
