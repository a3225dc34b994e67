import type { InvalidField, TypeDef } from '../api/types.js';
import { statusValues } from '../board/schedule.js';
import { toneOf } from '../ui/StatusPill.js';
import { FieldInput, FieldFrame } from './FieldInput.js';
import type { Values } from './values.js';

interface PropertiesProps {
  values: Values;
  types: readonly TypeDef[];
  /** The statuses to offer where the type has no list of its own. */
  statuses: readonly string[];
  fieldError: (InvalidField & { message: string }) | undefined;
  onChange: (patch: Partial<Values>) => void;
}

/** Type, status and the fields that the type defines, then any others that the chunk has. */
export function Properties({ values, types, statuses, fieldError, onChange }: PropertiesProps) {
  const type = types.find(({ name }) => name === values.type);
  const defined = type?.fields.filter(({ name }) => name !== 'status') ?? [];
  const names = new Set(defined.map(({ name }) => name));
  const others = Object.entries(values.fields).filter(([name, value]) => !names.has(name) && value !== null);
  const offered = statusValues(type) ?? statuses;
  const errorOf = (name: string): string | undefined => (fieldError?.field === name ? fieldError.message : undefined);
  const setField = (name: string, value: unknown): void => onChange({ fields: { ...values.fields, [name]: value } });

  return (
    <div className="properties">
      <FieldFrame label="Status" error={errorOf('status')}>
        {(ids) => (
          <select
            {...ids}
            className="input status-select"
            data-testid="status-select"
            data-tone={values.status ? toneOf(values.status) : undefined}
            value={values.status}
            onChange={(event) => onChange({ status: event.target.value })}
          >
            <option value="">No status</option>
            {withCurrent(offered, values.status).map((status) => (
              <option key={status}>{status}</option>
            ))}
          </select>
        )}
      </FieldFrame>
      <FieldFrame label="Type" error={errorOf('type')}>
        {(ids) => (
          <select
            {...ids}
            className="input"
            value={values.type}
            onChange={(event) => onChange({ type: event.target.value })}
          >
            <option value="">Plain text</option>
            {withCurrent(
              types.map(({ name }) => name),
              values.type,
            ).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </FieldFrame>
      {defined.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          value={values.fields[field.name]}
          error={errorOf(field.name)}
          onChange={(value) => setField(field.name, value)}
        />
      ))}
      {others.map(([name, value]) => (
        <FieldFrame key={name} label={name} error={errorOf(name)}>
          {(ids) => <output {...ids} className="input output" title={asText(value)}>{asText(value)}</output>}
        </FieldFrame>
      ))}
    </div>
  );
}

/** Any value as text; a flat record as "key: value" pairs. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  return Object.entries(value)
    .map(([key, each]) => `${key}: ${asText(each)}`)
    .join(', ');
}

/** A value that is no longer among those on offer stays visible. */
function withCurrent(offered: readonly string[], current: string): readonly string[] {
  return current === '' || offered.includes(current) ? offered : [current, ...offered];
}
