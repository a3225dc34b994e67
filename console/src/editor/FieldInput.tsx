import { useId, type ReactNode } from 'react';
import type { FieldDef } from '../api/types.js';

interface ControlIds {
  readonly id: string;
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby': string | undefined;
}

interface FieldFrameProps {
  label: string;
  required?: boolean;
  error: string | undefined;
  children: (ids: ControlIds) => ReactNode;
}

/** A control with its label above and what is wrong with it below. */
export function FieldFrame({ label, required = false, error, children }: FieldFrameProps) {
  const id = useId();
  const errorId = `${id}-error`;
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label.replaceAll('_', ' ')}
        {required && <span className="required"> (required)</span>}
      </label>
      {children({ id, 'aria-invalid': error !== undefined, 'aria-describedby': error ? errorId : undefined })}
      {error && (
        <p id={errorId} className="field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

interface FieldInputProps {
  field: FieldDef;
  value: unknown;
  error: string | undefined;
  /** Gets null for an emptied field. */
  onChange: (value: unknown) => void;
}

const INPUT_TYPES = {
  string: 'text',
  url: 'url',
  int: 'number',
  number: 'number',
  date: 'date',
  datetime: 'datetime-local',
} as const;

export function FieldInput({ field, value, error, onChange }: FieldInputProps) {
  return (
    <FieldFrame label={field.name} required={field.required} error={error}>
      {(ids) => {
        switch (field.type) {
          case 'enum':
            return (
              <select {...ids} className="input" value={asText(value)} onChange={(event) => onChange(event.target.value || null)}>
                <option value="">–</option>
                {enumOptions(field, value).map((each) => (
                  <option key={each}>{each}</option>
                ))}
              </select>
            );
          case 'bool':
            return (
              <input
                {...ids}
                className="checkbox"
                type="checkbox"
                checked={value === true}
                onChange={(event) => onChange(event.target.checked)}
              />
            );
          default:
            return (
              <input
                {...ids}
                className="input"
                type={INPUT_TYPES[field.type]}
                step={field.type === 'int' ? 1 : field.type === 'number' ? 'any' : undefined}
                value={field.type === 'datetime' ? toLocal(asText(value)) : asText(value)}
                onChange={(event) => onChange(parse(field, event.target.value))}
              />
            );
        }
      }}
    </FieldFrame>
  );
}

function enumOptions(field: FieldDef, value: unknown): readonly string[] {
  const values = field.values ?? [];
  const current = asText(value);
  return current === '' || values.includes(current) ? values : [current, ...values];
}

const asText = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

function parse(field: FieldDef, text: string): unknown {
  if (text === '') return null;
  switch (field.type) {
    case 'int':
    case 'number':
      return Number(text);
    case 'datetime':
      return new Date(text).toISOString();
    default:
      return text;
  }
}

/** An instant as the local time that a datetime-local input shows. */
function toLocal(instant: string): string {
  const date = new Date(instant);
  if (instant === '' || Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
