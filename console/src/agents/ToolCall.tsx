import { Icon } from '../ui/Icon.js';
import type { ToolEntry } from './entries.js';

const SHOWN = 20_000;

/** One call of a tool, folded: what was asked, and what came back. */
export function ToolCall({ entry }: { entry: ToolEntry }) {
  const { name, input, output, failed } = entry;
  const state = output === undefined ? 'running' : failed ? 'failed' : 'done';
  return (
    <details className="tool-call" data-testid="tool-call" data-state={state}>
      <summary>
        <Icon name="chevron" className="tool-call-twisty" />
        <span className="tool-call-name">{name}</span>
        <span className="tool-call-gist">{gistOf(input)}</span>
        <span className="tool-call-state">{answerOf(entry) ?? STATES[state]}</span>
      </summary>
      <div className="tool-call-body">
        <span className="field-label">Input</span>
        <pre>{shown(input)}</pre>
        {output !== undefined && (
          <>
            <span className="field-label">{failed ? 'Refused' : 'Result'}</span>
            <pre>{shown(parsed(output))}</pre>
          </>
        )}
      </div>
    </details>
  );
}

/** What a person answered to a question. */
function answerOf({ name, output }: ToolEntry): string | undefined {
  if (name !== 'Interruption' || output === undefined) return undefined;
  const said = parsed(output);
  const answer = typeof said === 'object' && said !== null ? (said as { answer?: unknown }).answer : undefined;
  return typeof answer === 'string' ? `answered: ${answer}` : undefined;
}

const STATES = { running: 'running…', done: '', failed: 'refused' } as const;

/** The op, and the first short text of the input. */
function gistOf(input: unknown): string {
  if (typeof input !== 'object' || input === null) return '';
  const { op, ...rest } = input as Record<string, unknown>;
  const [first] = Object.values(rest).filter((value): value is string => typeof value === 'string' && value !== '');
  return [op, first].filter((part): part is string => typeof part === 'string').join(' · ');
}

function parsed(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return output;
  }
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}\n… (${(text.length - SHOWN).toLocaleString()} more characters)` : text;
}
