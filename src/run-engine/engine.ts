import { coversHost, within } from '../definitions/narrowing.js';
import { Refusal, toRefusalWire } from '../errors.js';
import { log } from '../log.js';
import type { TurnTaker } from '../models/model.js';
import { unlessAborted } from './abort.js';
import type { Interrupt, NewInterrupt } from '../runs/interrupts.js';
import type { DayBudgets } from '../runs/limits.js';
import type { ChildRequest, Compacted, FromRunWorker, RunHost, RunSkill, ToRunWorker } from '../runs/protocol.js';
import { Run, type RunOptions } from './run.js';
import type { CodeTurns } from './code/code-turns.js';
import type { ToolSeeker } from './tools/index.js';
import type { RunTool, ToolRun } from './tools/tool.js';
import type { LoadedRun, RunRow } from '../runs/types.js';

export interface EngineOptions {
  readonly turns: TurnTaker;
  readonly host: RunHost;
  readonly day: DayBudgets;
  /** The tools that a run has. */
  tools(seeker: ToolSeeker): Promise<ReadonlyMap<string, RunTool>>;
  /** What takes the turns of a run whose agent is code. */
  code(loaded: LoadedRun): CodeTurns;
  post(message: FromRunWorker): void;
}

type Start = Extract<ToRunWorker, { type: 'start' }>;

/** All runs of one thread, from their start to their end. */
export class RunEngine {
  private readonly runs = new Map<string, Run>();
  private readonly ends = new Map<string, Promise<RunRow | undefined>>();
  /** Runs that are being loaded: what comes for them meanwhile. */
  private readonly early = new Map<string, ((run: Run) => void)[]>();
  /** Questions of runs that wait for their answer, by id. */
  private readonly asked = new Map<string, () => void>();
  private stopping = false;

  constructor(private readonly options: EngineOptions) {}

  receive(message: Exclude<ToRunWorker, { type: 'answer' | 'discover' | 'relist' }>): void {
    switch (message.type) {
      case 'start':
        return this.start(message);
      case 'cancel':
        return this.with(message.run_id, (run) => run.cancel(message.reason));
      case 'input':
        return this.with(message.run_id, (run) => run.hear());
      case 'interrupt':
        return this.asked.get(message.interrupt_id)?.();
      case 'compact':
        return this.answer(message, async (run) => {
          const result = await run.compact();
          return { run_id: message.run_id, ...result, applied: result.compacted ? 'live' : 'noop' };
        });
      case 'stop':
        this.stopping = true;
        for (const run of this.runs.values()) run.suspend();
    }
  }

  /** Ends when no run is under way any more. */
  async idle(): Promise<void> {
    while (this.ends.size > 0) await Promise.allSettled(this.ends.values());
  }

  private start(start: Start): void {
    const { run_id: id } = start;
    if (this.ends.has(id) || this.stopping) return;
    this.early.set(id, []);
    const ended = this.execute(start);
    this.ends.set(id, ended);
    ended
      .then(
        (row) => row && this.options.post({ type: 'ended', run: row }),
        (error: unknown) => {
          log('error', 'a run was lost: it goes on with the next start', { run: id, error: error instanceof Error ? error.stack : String(error) });
          this.options.post({ type: 'lost', run_id: id, error: String(error) });
        },
      )
      .finally(() => {
        this.ends.delete(id);
        this.runs.delete(id);
        this.early.delete(id);
      })
      .catch(() => undefined);
  }

  private async execute({ run_id: id, has_slot: hasSlot, resumed, secrets }: Start): Promise<RunRow | undefined> {
    const { host, day, tools } = this.options;
    const loaded = await host.call<RunOptions['loaded']>(id, { to: 'store', op: 'load', input: { run_id: id } });
    if (loaded.run.status !== 'running') return loaded.run;
    const skills = loaded.run.definition.skills.length === 0 ? [] : await host.call<RunSkill[]>(id, { to: 'skills' });
    const parent = loaded.run.parent_run_id === null ? undefined : this.runs.get(loaded.run.parent_run_id);
    const code = loaded.run.definition.code_module === undefined ? undefined : this.options.code(loaded);
    const run = new Run({
      loaded,
      secrets,
      resumed,
      hasSlot,
      parent,
      turns: code ?? this.options.turns,
      day,
      skills,
      tools: (row, signal) => tools({ row, secrets, signal, call: (call) => host.call(id, call) }),
      call: (call) => host.call(id, call),
      toolRun: (each) => this.toolRun(each, skills),
    });
    this.runs.set(id, run);
    for (const then of this.early.get(id) ?? []) then(run);
    this.early.delete(id);
    if (this.stopping) run.suspend();
    try {
      return await run.execute();
    } finally {
      await code?.close();
    }
  }

  /** Tells what came of what is asked of a run. One that has ended, or stops before it is loaded, answers too. */
  private answer({ id, run_id }: { id: number; run_id: string }, work: (run: Run) => Promise<Compacted>): void {
    const refuse = (error: unknown): void => this.options.post({ type: 'asked', id, ok: false, refusal: toRefusalWire(error) });
    if (!this.ends.has(run_id)) return refuse(new Refusal('run_ended', `the run ${run_id} has ended`, { run_id }));
    this.with(run_id, (run) => {
      Promise.resolve(run)
        .then(work)
        .then((result) => this.options.post({ type: 'asked', id, ok: true, result }), refuse);
    });
  }

  /** Runs `then` with the run, as soon as it is loaded; never where it has ended. */
  private with(id: string, then: (run: Run) => unknown): void {
    const run = this.runs.get(id);
    if (run) then(run);
    else this.early.get(id)?.push(then);
  }

  private toolRun(run: Run, skills: readonly RunSkill[]): ToolRun {
    const { host } = this.options;
    const { row, signal, secrets } = run;
    const { run_id: id, definition, request } = row;
    const { allowed_hosts: narrowed } = request;
    return {
      row,
      signal,
      secrets,
      skills,
      toolNames: [...run.tools.keys()],
      hosts: narrowed ? within(definition.allowed_hosts, narrowed, coversHost) : definition.allowed_hosts,
      now: () => Date.now(),
      tookUntrusted: () => run.trifecta.all.includes('untrusted'),
      operation: (tool, input, callId) =>
        host.call(id, { to: 'tool', tool, input, key: `${id}:${callId}`, channels: definition.channels ?? { publish: [], subscribe: [] } }),
      store: (op, input) => host.call(id, { to: 'store', op, input }),
      agents: () => host.call(id, { to: 'agents' }),
      child: (request, index) => this.child(run, request, index),
      ask: (asked) => this.ask(run, asked),
    };
  }

  private async child(parent: Run, spawn: ChildRequest, index: number): Promise<RunRow> {
    const { host } = this.options;
    const child = await host.call<RunRow>(parent.row.run_id, { to: 'spawn', spawn });
    const { run_id, agent } = child;
    const about = { tool_use_id: spawn.call, index, agent, run_id };
    parent.tell({ type: 'spawn_child_started', spawn_child: about });
    // Where it ended before a restart its row says how.
    const ended = child.status === 'running' ? await parent.place.whileWaiting(() => unlessAborted(this.endOf(run_id), parent.signal)) : child;
    parent.trifecta.add(ended.legs);
    const ok = ended.status === 'completed';
    parent.tell({
      type: 'spawn_child_result',
      spawn_child: { ...about, ok, ...(ended.final_text === null ? {} : { output: ended.final_text }), ...(ended.error === null ? {} : { error: ended.error }) },
    });
    return ended;
  }

  private async endOf(id: string): Promise<RunRow> {
    const ended = await this.ends.get(id);
    if (!ended) throw new Refusal('unavailable', `the run ${id} was lost`);
    return ended;
  }

  /** The waiter is there before the question: an answer that comes at once is not missed (weakness R7 of the original). */
  private async ask(run: Run, asked: NewInterrupt): Promise<Interrupt> {
    const { host } = this.options;
    const { run_id: id } = run.row;
    const store = (op: string, input: Record<string, unknown>): Promise<Interrupt> => host.call(id, { to: 'store', op, input });
    let wake: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.asked.set(asked.interrupt_id, wake);
    await run.keepTold();
    let question = await store('ask', { run_id: id, asked });
    // The call asked before a restart: its question has another id.
    const { interrupt_id: questionId } = question;
    this.asked.set(questionId, wake);
    let timer: NodeJS.Timeout | undefined;
    try {
      if (question.status !== 'pending') return question;
      await run.setAwaited({ state: 'interrupted', on: questionId });
      const { expires_at: expires } = question;
      if (expires !== null) timer = setTimeout(wake, Math.max(0, expires / 1e6 - Date.now()));
      await run.place.whileWaiting(() => unlessAborted(answered, run.signal));
      question = await store('interrupt', { interrupt_id: questionId });
      return question.status === 'pending' ? await store('give_up', { interrupt_id: questionId, status: 'timed_out' }) : question;
    } finally {
      clearTimeout(timer);
      this.asked.delete(questionId);
      this.asked.delete(asked.interrupt_id);
      if (!run.signal.aborted) await run.setAwaited(null);
    }
  }
}
