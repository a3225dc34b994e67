import { isDeepStrictEqual } from 'node:util';
import type { ToolCallPart, ToolResultPart, Turn, TurnEvent, TurnRequest, TurnTaker } from '../../models/model.js';
import { NO_USAGE, type LoadedRun } from '../../runs/types.js';
import { Conversation } from '../conversation.js';
import { CodeFailure } from './code-failure.js';
import { codeStory, type CodeStory } from './code-story.js';
import { CodeThread, type CodeSettings } from './code-thread.js';
import type { CodeAnswer, CodeCall } from './messages.js';

/**
 * Takes the turns of a run whose agent is code: a turn ends where the code waits for tools, with its calls. The code
 * stays where it is meanwhile; after a restart it runs again from the start, and gets what its calls brought before.
 */
export class CodeTurns implements TurnTaker {
  private readonly firstOwn: number;
  private under: { readonly start: number; readonly thread: CodeThread; answered: number } | undefined;

  constructor(
    private readonly loaded: LoadedRun,
    private readonly settings: CodeSettings,
  ) {
    const { run, messages } = loaded;
    this.firstOwn = new Conversation(messages).messages.length - messages.filter(({ run_id: id }) => id === run.run_id).length;
  }

  /** @throws CodeFailure */
  async turn({ messages, tools }: TurnRequest, emit: (event: TurnEvent) => void, signal: AbortSignal): Promise<Turn> {
    const story = codeStory(messages, this.firstOwn);
    const names = tools.map(({ name }) => name);
    if (this.under?.start !== story.start) {
      await this.close();
      this.under = { start: story.start, thread: this.begin(story, names), answered: 0 };
    }
    const { under } = this;
    try {
      for (;;) {
        const said = await under.thread.next(signal, (this.loaded.run.definition.run_timeout_seconds ?? Infinity) * 1000);
        if (said.type === 'failed') throw new CodeFailure(said.kind, said.error);
        const before = story.turns[under.answered];
        const calls = said.type === 'calls' ? said.calls : [];
        if (before) {
          requireSame(before.calls, calls);
          under.thread.answer(before.results.map(answerOf));
          under.answered += 1;
          continue;
        }
        if (said.type === 'calls') return turnOf({ content: this.parts(calls, story), stop_reason: 'tool_use' });
        emit({ type: 'text', text: said.final_text });
        return turnOf({ content: [{ type: 'text', text: said.final_text }], stop_reason: 'end_turn' });
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Ends the code, wherever it is. */
  async close(): Promise<void> {
    const { under } = this;
    this.under = undefined;
    await under?.thread.close();
  }

  private begin({ prompt, before, start }: CodeStory, tools: readonly string[]): CodeThread {
    const { definition, request, run_id: id, created_at: created } = this.loaded.run;
    const input = { prompt, metadata: request.metadata ?? {}, messages: before };
    return new CodeThread({ module: definition.code_module!, input, tools, seed: `${id} ${start}`, now: Math.floor(created / 1e6) }, this.settings);
  }

  /** Ids say where in the session a call is, so that a turn that is taken again calls by the same ones. */
  private parts(calls: readonly CodeCall[], { start, turns }: CodeStory): ToolCallPart[] {
    return calls.map(({ name, input }, at) => ({ type: 'tool_call', id: `call_${start}_${turns.length}_${at}`, name, input }));
  }
}

/** @throws CodeFailure where code that runs again calls otherwise than before */
function requireSame(before: readonly ToolCallPart[], now: readonly CodeCall[]): void {
  const shown = (calls: readonly CodeCall[]): unknown => calls.map(({ name, input }) => ({ name, input }));
  if (isDeepStrictEqual(shown(before), shown(now))) return;
  const text = (calls: readonly CodeCall[]): string => (calls.length === 0 ? 'no call' : JSON.stringify(shown(calls)).slice(0, 500));
  throw new CodeFailure('replay_divergence', `after a restart the code did not do what it had done: it had made ${text(before)}, and now ${text(now)}. Code depends on its input and on what its tools bring alone; a module that was changed cannot take up runs of before`);
}

function answerOf({ output, is_error: failed }: ToolResultPart): CodeAnswer {
  const value = parsed(output);
  if (!failed) return { ok: true, value };
  const { error, reason, data } = (typeof value === 'object' && value !== null ? value : {}) as { error?: unknown; reason?: unknown; data?: Record<string, unknown> };
  return { ok: false, refusal: { reason: typeof reason === 'string' ? reason : 'failed', error: typeof error === 'string' ? error : output, ...(data === undefined ? {} : { data }) } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function turnOf(turn: Pick<Turn, 'content' | 'stop_reason'>): Turn {
  const { input_tokens, output_tokens, cache_creation_input_tokens, cache_read_input_tokens } = NO_USAGE;
  return { ...turn, usage: { input_tokens, output_tokens, cache_creation_input_tokens, cache_read_input_tokens }, provider: 'code', model: 'code', cost_usd: 0 };
}
