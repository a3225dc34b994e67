import type { Run } from '../api/runs.js';
import { Ago } from '../ui/Ago.js';
import type { WatchState } from './runWatch.js';

const WAITS: Readonly<Record<string, string>> = { input: 'waits for you', interrupted: 'asks you', children: 'waits for others' };

/** What a run is at: running, or what it waits for, or how it ended. */
export function stateOf(run: Pick<Run, 'status' | 'awaited_state'>, watch?: WatchState): { text: string; tone: string } {
  const status = watch?.status ?? run.status;
  if (status === 'running') {
    const waits = watch?.awaitsInput ? WAITS.input : WAITS[run.awaited_state ?? ''];
    return waits === undefined ? { text: 'running', tone: 'blue' } : { text: waits, tone: 'amber' };
  }
  return { text: status, tone: TONES[status] };
}

const TONES = { completed: 'green', failed: 'red', cancelled: 'grey' } as const;

export function RunState({ run, watch }: { run: Run; watch?: WatchState | undefined }) {
  const { text, tone } = stateOf(run, watch);
  return (
    <span className="pill" data-tone={tone} data-testid="run-state">
      {text}
    </span>
  );
}

const REASONS: Readonly<Record<string, string>> = {
  max_tokens: 'its answer was cut: the model may say no more at once',
  max_iterations: 'it took as many turns as it may',
  budget_tokens: 'its budget of tokens is used up',
  budget_cost: 'its budget is used up',
  timeout: 'its time was over',
};

/** The line below a run that has ended: why, by which model, and what it used. */
export function RunEnd({ run, watch }: { run: Run; watch?: WatchState | undefined }) {
  const status = watch?.status ?? run.status;
  if (status === 'running') return null;
  const usage = watch?.usage ?? run.usage;
  const reason = watch?.stopReason ?? run.stop_reason;
  const { provider, model, turns, input_tokens, output_tokens, cost_usd } = usage;
  const tokensIn = usage.cache_read_input_tokens + usage.cache_creation_input_tokens + input_tokens;
  const parts = [
    status === 'completed' ? undefined : status,
    REASONS[reason ?? ''],
    provider === undefined ? undefined : provider === model ? provider : `${provider} ${model ?? ''}`,
    ...(turns === 0 ? [] : [turns === 1 ? '1 turn' : `${turns} turns`, `${tokensIn.toLocaleString()} tokens in`, `${output_tokens.toLocaleString()} out`]),
    cost_usd > 0 ? `$${cost_usd.toFixed(4)}` : undefined,
  ].filter((part) => part !== undefined && part !== '');
  return (
    <p className="run-end" data-testid="run-end" data-status={status} data-reason={reason}>
      <span>{parts.join(' · ')}</span>
      {run.completed_at !== undefined && <Ago at={Date.parse(run.completed_at)} />}
    </p>
  );
}
