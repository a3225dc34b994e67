import type { Budget } from '../definitions/agent-definition.js';
import { DEFAULT_MAX_ITERATIONS } from '../definitions/narrowing.js';
import { tokensOf, type Turn } from '../models/model.js';
import type { DayUse } from './store.js';
import type { RunRow, RunUsage, StopReason } from './types.js';

/** What principals and agents may use up in a day, from the configuration. */
export interface DayBudgets {
  readonly principal?: Budget | undefined;
  readonly agents: Readonly<Record<string, Budget>>;
}

/** A limit that a run has come to. */
export class LimitReached extends Error {
  constructor(
    readonly reason: StopReason,
    message: string,
  ) {
    super(message);
  }
}

/** What a run and all that it began have used, against what they may. */
export class Meter {
  private tokens: number;
  private cost: number;
  /** Of the run alone. */
  private usage: RunUsage;

  constructor(
    private readonly run: RunRow,
    private readonly parent: Meter | undefined,
    /** What its children used before it was taken up again. */
    ofChildren: { tokens: number; cost_usd: number },
    private readonly day: DayBudgets,
  ) {
    this.usage = run.usage;
    this.tokens = tokensOf(run.usage) + ofChildren.tokens;
    this.cost = run.usage.cost_usd + ofChildren.cost_usd;
  }

  /** The tightest of what the agent and the client say. */
  private get budgets(): Budget[] {
    return [this.run.definition.budget, this.run.request.budget].filter((each) => each !== undefined);
  }

  get maxIterations(): number {
    const { definition, request } = this.run;
    // Code that goes round in circles has a deadline.
    const usual = definition.code_module === undefined ? DEFAULT_MAX_ITERATIONS : Number.POSITIVE_INFINITY;
    const own = definition.unbounded_iterations ? Number.POSITIVE_INFINITY : (definition.max_iterations ?? usual);
    return Math.min(own, request.max_iterations ?? Number.POSITIVE_INFINITY);
  }

  /** When it has to be over, in unix milliseconds. */
  get deadline(): number {
    const { definition, request, created_at: created } = this.run;
    const seconds = [definition.run_timeout_seconds, request.run_timeout_seconds, ...this.budgets.map((each) => each.wall_seconds)];
    const own = created / 1e6 + Math.min(...seconds.map((each) => each ?? Number.POSITIVE_INFINITY)) * 1000;
    return Math.min(own, this.parent?.deadline ?? Number.POSITIVE_INFINITY);
  }

  add(turn: Turn): { total: RunUsage; tokens: number; cost_usd: number } {
    const tokens = tokensOf(turn.usage);
    const cost = turn.cost_usd ?? 0;
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- walks up the tree of runs
    for (let meter: Meter | undefined = this; meter; meter = meter.parent) {
      meter.tokens += tokens;
      meter.cost += cost;
    }
    this.usage = plus(this.usage, turn);
    return { total: this.usage, tokens, cost_usd: cost };
  }

  /** @throws LimitReached where a budget of this run or of one above it is used up. */
  check(today: readonly DayUse[] = []): void {
    for (const { tokens = Infinity, cost_usd: cost = Infinity } of this.budgets) {
      if (this.tokens >= tokens) throw new LimitReached('budget_tokens', `the run ${this.run.run_id} used ${this.tokens} tokens of its ${tokens}`);
      if (this.cost >= cost) throw new LimitReached('budget_cost', `the run ${this.run.run_id} cost ${this.cost.toFixed(4)} of its ${cost} US dollars`);
    }
    checkDay(this.day, this.run.agent, today);
    this.parent?.check();
  }
}

/** @throws LimitReached where the principal or the agent has used up what it may in a day. */
export function checkDay(budgets: DayBudgets, agent: string, today: readonly DayUse[]): void {
  if (today.length === 0) return;
  const sum = (uses: readonly DayUse[]): DayUse => ({
    agent,
    tokens: uses.reduce((all, { tokens }) => all + tokens, 0),
    cost_usd: uses.reduce((all, { cost_usd: cost }) => all + cost, 0),
  });
  require('you', budgets.principal, sum(today));
  require(`the agent ${agent}`, budgets.agents[agent], sum(today.filter((each) => each.agent === agent)));
}

function require(who: string, budget: Budget | undefined, { tokens, cost_usd: cost }: DayUse): void {
  if (tokens >= (budget?.tokens ?? Infinity)) throw new LimitReached('budget_tokens', `${who} used ${tokens} tokens today of ${budget!.tokens}: wait for the next day (UTC), or have the operator raise runs.budgets`);
  if (cost >= (budget?.cost_usd ?? Infinity)) throw new LimitReached('budget_cost', `${who} used ${cost.toFixed(4)} US dollars today of ${budget!.cost_usd}: wait for the next day (UTC), or have the operator raise runs.budgets`);
}

function plus(before: RunUsage, { usage, cost_usd: cost, provider, model }: Turn): RunUsage {
  return {
    input_tokens: before.input_tokens + usage.input_tokens,
    output_tokens: before.output_tokens + usage.output_tokens,
    cache_creation_input_tokens: before.cache_creation_input_tokens + usage.cache_creation_input_tokens,
    cache_read_input_tokens: before.cache_read_input_tokens + usage.cache_read_input_tokens,
    cost_usd: before.cost_usd + (cost ?? 0),
    turns: before.turns + 1,
    provider,
    model,
  };
}
