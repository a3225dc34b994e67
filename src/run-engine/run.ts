import { setMaxListeners } from 'node:events';
import { Refusal } from '../errors.js';
import { log } from '../log.js';
import { choiceOf } from '../models/choice.js';
import { tokensOf, type TextBlock, type TurnTaker } from '../models/model.js';
import { makeCalls } from './calls.js';
import { CodeFailure } from './code/code-failure.js';
import { Conversation } from './conversation.js';
import { LimitReached, Meter, type DayBudgets } from '../runs/limits.js';
import type { RunCall, RunSecrets, RunSkill } from '../runs/protocol.js';
import { Place } from './place.js';
import { Recorder, RunOver } from './recorder.js';
import { systemOf } from './system.js';
import type { Ending } from '../runs/store.js';
import { compactable, summarise, type Compaction } from './compaction.js';
import type { RunTool, ToolRun } from './tools/tool.js';
import { Trifecta } from './tools/trifecta.js';
import type { Awaited, CallRecord, LoadedRun, RunEvent, RunRow, StopReason } from '../runs/types.js';

/** What a run gets from the engine that holds it. */
export interface RunOptions {
  readonly loaded: LoadedRun;
  readonly secrets: RunSecrets;
  readonly resumed: boolean;
  /** It has a place among those at work already. */
  readonly hasSlot: boolean;
  readonly parent: Run | undefined;
  readonly turns: TurnTaker;
  readonly day: DayBudgets;
  readonly skills: readonly RunSkill[];
  tools(row: RunRow, signal: AbortSignal): Promise<ReadonlyMap<string, RunTool>>;
  call<Result>(call: RunCall): Promise<Result>;
  toolRun(run: Run): ToolRun;
}

/** The runtime stops: the run stays as it is, and goes on with the next start. */
class Suspended extends Error {}

/**
 * One run: the loop of turns and tool calls. What it does next follows from the messages that are kept, so that it
 * goes on after a restart where it was.
 *
 *             ┌────────────── calls ◀── the last turn has calls without results
 *   loaded ─▶ ○ ─▶ turn      ◀── somebody spoke last: a person, or the results of calls
 *             └─▶ awaiting   ◀── the model spoke last, in an interactive run ──input──▶ turn
 *             └─▶ ended      ◀── the model spoke last │ a limit │ cancelled │ an error
 */
export class Run {
  readonly row: RunRow;
  readonly secrets: RunSecrets;
  readonly meter: Meter;
  readonly trifecta: Trifecta;
  readonly conversation: Conversation;
  tools: ReadonlyMap<string, RunTool> = new Map();
  /** Ends the run's turns and calls. */
  private readonly stop = new AbortController();
  readonly place: Place;
  private readonly recorder: Recorder;
  /** Whether something may have been said to the run that it has not heard. */
  private hasInput: boolean;
  private awaken: (() => void) | undefined;
  private hasBegun = false;
  private stopReason: StopReason = 'end_turn';
  private contextTokens = 0;
  private maxContext: number | undefined;
  /** Calls that were under way when the run was taken up. */
  private unfinished: readonly CallRecord[];
  private readonly compactions: { done(result: Compaction): void; failed(error: unknown): void }[] = [];
  /** Whether nothing is under way but to wait for input. */
  private isIdle = false;

  constructor(private readonly options: RunOptions) {
    const { loaded, parent } = options;
    this.row = loaded.run;
    this.secrets = options.secrets;
    this.hasInput = options.resumed;
    this.unfinished = loaded.calls;
    this.meter = new Meter(loaded.run, parent?.meter, loaded.before, options.day);
    this.conversation = new Conversation(loaded.messages);
    this.trifecta = new Trifecta(loaded.run.definition.allow_trifecta, [...loaded.before.legs, ...(parent?.trifecta.all ?? [])]);
    this.recorder = new Recorder(
      (progress) => options.call({ to: 'store', op: 'progress', input: { run_id: this.row.run_id, progress } }),
      (error) => this.stop.abort(error),
    );
    this.place = new Place(options.hasSlot, (want) => options.call({ to: 'slot', want }), this.stop.signal);
    // Each tool call, and each request of it, listens.
    setMaxListeners(0, this.stop.signal);
  }

  get signal(): AbortSignal {
    return this.stop.signal;
  }

  /** Something was said to the run: it listens before its next turn. */
  hear(): void {
    this.hasInput = true;
    this.awaken?.();
  }

  cancel(reason: string): void {
    this.stop.abort(new LimitReached('cancelled', reason));
  }

  suspend(): void {
    this.stop.abort(new Suspended());
  }

  /** Summarises the conversation between two turns. Rejects with a Refusal while a turn is under way. */
  compact(): Promise<Compaction> {
    if (this.row.definition.code_module !== undefined) return Promise.reject(new Refusal('invalid_input', 'the agent is code: it has no context that could be compacted', { run_id: this.row.run_id }));
    if (!this.isIdle) return Promise.reject(new Refusal('busy', 'the run is in the middle of a turn: it can be compacted while it waits for input', { run_id: this.row.run_id }));
    return new Promise((done, failed) => {
      this.compactions.push({ done, failed });
      this.awaken?.();
    });
  }

  tell(event: RunEvent): void {
    this.recorder.tell(event);
  }

  /** Keeps what was told so far, before something else is kept that follows from it. */
  async keepTold(): Promise<void> {
    await this.recorder.record({});
  }

  async setAwaited(awaited: Awaited | null): Promise<void> {
    await this.recorder.record({ awaited });
  }

  /** Runs to the end. @returns the row as it ended; undefined where the runtime stops first. */
  async execute(): Promise<RunRow | undefined> {
    const timer = this.limitTime();
    try {
      for (;;) {
        const ending = await this.work();
        if (!ending) return undefined;
        const row = await this.finish(ending);
        if (row.status !== 'running') return row;
        // Something was said to it in the moment of its end.
        this.hasInput = true;
      }
    } finally {
      clearTimeout(timer);
      this.isIdle = false;
      this.stop.abort(new RunOver('the run has ended'));
      for (const { failed } of this.compactions.splice(0)) failed(new Refusal('run_ended', 'the run has ended'));
    }
  }

  /** Takes turns until nothing is left to be done. @returns how the run ends; undefined where the runtime stops first. */
  private async work(): Promise<Omit<Ending, 'legs'> | undefined> {
    try {
      if (!this.hasBegun) await this.begin();
      const stopReason = await this.loop();
      await this.keepTold();
      return { status: 'completed', stop_reason: stopReason, final_text: this.conversation.lastText };
    } catch (error) {
      const cause: unknown = this.stop.signal.aborted ? this.stop.signal.reason : error;
      return cause instanceof Suspended ? undefined : this.endingOf(cause);
    }
  }

  private async finish(ending: Omit<Ending, 'legs'>): Promise<RunRow> {
    const { run_id } = this.row;
    if (ending.status !== 'completed') this.stop.abort(new RunOver('the run has ended'));
    const events = ending.status === 'completed' ? [] : await this.recorder.close();
    return this.options.call<RunRow>({ to: 'store', op: 'finish', input: { run_id, ending: { ...ending, legs: this.trifecta.all, events } } });
  }

  private async begin(): Promise<void> {
    const { options } = this;
    this.hasBegun = true;
    this.tools = await options.tools(this.row, this.signal);
    this.learnLegs();
    if (options.resumed) this.recorder.tell({ type: 'resumed' });
    await this.place.take();
  }

  private async loop(): Promise<StopReason> {
    for (;;) {
      this.signal.throwIfAborted();
      const calls = this.conversation.openCalls;
      if (calls.length > 0) await this.runCalls();
      await this.compactWhereFull();
      await this.takeInputs();
      if (this.conversation.isAnswered) {
        if (!this.row.request.interactive) return this.stopReason;
        await this.awaitInput();
        continue;
      }
      if (this.conversation.turnsOf(this.row.run_id) >= this.meter.maxIterations) return 'max_iterations';
      this.meter.check();
      await this.takeTurn();
    }
  }

  private async takeTurn(): Promise<void> {
    const { definition, request, run_id } = this.row;
    const sampling = { ...definition.sampling, ...request.sampling };
    const turn = await this.options.turns.turn(
      {
        choice: choiceOf(definition, request.user_tier),
        system: this.system,
        messages: this.conversation.messages,
        tools: [...this.tools.values()].map(({ spec }) => spec),
        sampling: Object.keys(sampling).length === 0 ? undefined : sampling,
        effort: definition.effort,
        max_tokens: definition.max_tokens,
      },
      (event) => this.recorder.tell(event),
      this.signal,
    );
    this.signal.throwIfAborted();
    const message = { role: 'assistant', content: turn.content } as const;
    const usage = { ...turn.usage, model: turn.model, provider: turn.provider, cost_usd: turn.cost_usd, ...(turn.max_context_tokens === undefined ? {} : { max_context_tokens: turn.max_context_tokens }) };
    this.recorder.tell({ type: 'usage', usage });
    this.conversation.add({ kind: 'message', message, run_id });
    this.contextTokens = tokensOf(turn.usage);
    this.maxContext = turn.max_context_tokens;
    if (turn.stop_reason !== 'tool_use') this.stopReason = turn.stop_reason;
    const today = await this.recorder.record({ messages: [{ kind: 'message', message }], usage: this.meter.add(turn) });
    // What the turn said stands; what it wants to do next may be too much.
    if (this.conversation.openCalls.length > 0) this.meter.check(today);
  }

  private async runCalls(): Promise<void> {
    const { run_id } = this.row;
    const context = {
      tools: this.tools,
      run: this.options.toolRun(this),
      trifecta: this.trifecta,
      recorder: this.recorder,
      turn: this.conversation.turnsOf(run_id),
      before: this.unfinished,
      atWork: (change: 1 | -1) => this.place.atWork(change),
    };
    this.unfinished = [];
    const message = { role: 'tool', content: await makeCalls(this.conversation.openCalls, context) } as const;
    await this.recorder.record({ messages: [{ kind: 'message', message }], turnOver: true });
    this.conversation.add({ kind: 'message', message, run_id });
  }

  private async takeInputs(): Promise<void> {
    if (!this.hasInput) return;
    const { run_id } = this.row;
    this.hasInput = false;
    await this.keepTold();
    const { running, texts } = await this.options.call<{ running: boolean; texts: string[] }>({ to: 'store', op: 'take_inputs', input: { run_id } });
    if (!running) throw new RunOver('the run has been ended');
    for (const text of texts) this.conversation.add({ kind: 'steer', message: { role: 'user', content: [{ type: 'text', text }] }, run_id });
  }

  private async awaitInput(): Promise<void> {
    const since = this.conversation.turnsOf(this.row.run_id);
    // Before anybody hears of it: who hears that the run waits may ask for something at once.
    this.isIdle = true;
    await this.recorder.record({ events: [{ type: 'awaiting_input', awaiting_input: { since_turn: since } }], awaited: { state: 'input' } });
    await this.place.whileWaiting(async () => {
      for (;;) {
        this.signal.throwIfAborted();
        if (this.compactions.length > 0) await this.compactNow('asked');
        else if (this.hasInput) break;
        else await this.woken();
      }
      this.isIdle = false;
    });
  }

  private woken(): Promise<void> {
    const { signal } = this;
    return new Promise((resolve) => {
      const wake = (): void => {
        this.awaken = undefined;
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.awaken = wake;
      signal.addEventListener('abort', wake);
      if (signal.aborted || this.hasInput || this.compactions.length > 0) wake();
    });
  }

  private async compactWhereFull(): Promise<void> {
    const { maxContext, contextTokens } = this;
    const isOver = this.conversation.isAnswered && !this.row.request.interactive;
    if (maxContext === undefined || isOver) return;
    if (contextTokens > maxContext * 0.8) await this.compactNow('context');
  }

  private async compactNow(trigger: string): Promise<void> {
    const askers = this.compactions.splice(0);
    try {
      if (!compactable(this.conversation.messages)) {
        for (const { done } of askers) done({ compacted: false, before_tokens: this.contextTokens, after_tokens: this.contextTokens });
        return;
      }
      const { definition, request, run_id } = this.row;
      const { message, turn, result } = await summarise(this.options.turns, definition, request.user_tier, this.conversation.messages, this.contextTokens, this.signal);
      const summary = message.content[0]!.text;
      const { before_tokens, after_tokens } = result;
      await this.recorder.record({
        events: [{ type: 'context_compaction', context_compaction: { summary, before_tokens, after_tokens, trigger } }],
        messages: [{ kind: 'summary', message }],
        usage: this.meter.add(turn),
      });
      this.conversation.add({ kind: 'summary', message, run_id });
      this.contextTokens = after_tokens;
      for (const { done } of askers) done(result);
    } catch (error) {
      for (const { failed } of askers) failed(error);
      if (askers.length === 0) throw error;
    }
  }

  private get system(): TextBlock[] {
    return systemOf(this.row, this.options.skills);
  }

  /** A run that is taken up again knows from its calls what it has done. */
  private learnLegs(): void {
    for (const { name, input } of this.conversation.calls) this.trifecta.add(this.tools.get(name)?.legs(input) ?? []);
    if (this.conversation.hasUntrusted) this.trifecta.add(['untrusted']);
  }

  private limitTime(): NodeJS.Timeout | undefined {
    const { deadline } = this.meter;
    if (!Number.isFinite(deadline)) return undefined;
    const end = (): void => this.stop.abort(new LimitReached('timeout', `the run was not through in its time, which ended ${new Date(deadline).toISOString()}`));
    return setTimeout(end, Math.min(Math.max(0, deadline - Date.now()), 2 ** 31 - 1));
  }

  private endingOf(cause: unknown): Omit<Ending, 'legs'> {
    if (cause instanceof LimitReached) {
      const status = cause.reason === 'cancelled' ? 'cancelled' : 'failed';
      return { status, stop_reason: cause.reason, error: cause.message, final_text: this.conversation.lastText };
    }
    if (!(cause instanceof Refusal) && !(cause instanceof RunOver) && !(cause instanceof CodeFailure)) {
      log('error', 'a run failed', { run: this.row.run_id, error: cause instanceof Error ? cause.stack : String(cause) });
    }
    return { status: 'failed', stop_reason: 'error', error: cause instanceof Error ? cause.message : String(cause), final_text: this.conversation.lastText };
  }
}
