import { setTimeout as delay } from 'node:timers/promises';
import type { LanguageModelV3 } from '@ai-sdk/provider';
import { Refusal } from '../errors.js';
import { attempt } from './attempt.js';
import { nameOf, planOf } from './candidates.js';
import type { Candidate, Plan } from './candidates.js';
import { Circuit } from './circuit.js';
import type { CircuitState } from './circuit.js';
import { failureOf, ModelFailure } from './failure.js';
import { networkModel } from './language-model.js';
import { MockProvider } from './mock/mock-provider.js';
import type { ModelChoice, Turn, TurnEvent, TurnRequest, TurnTaker } from './model.js';
import { offlineModel } from './offline/offline-model.js';
import { costOf, listPrice } from './prices.js';
import { NOT_SPOKEN, providerNames, providerOf } from './providers.js';
import type { Env, Provider } from './providers.js';
import type { ModelSettings } from './settings.js';

/** Time and chance, for tests. Times are milliseconds. */
export interface ModelHooks {
  readonly now?: () => number;
  /** 0 to below 1. */
  readonly random?: () => number;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** How a provider does. */
export interface ProviderStatus {
  readonly kind: string;
  readonly circuit: CircuitState;
  /** Milliseconds until its next call may be made; 0 for now. */
  readonly wait_ms: number;
  /** Turns that are under way. */
  readonly in_flight: number;
  /** Why it cannot be used, and what to do. */
  readonly missing?: string;
  readonly last_error?: { readonly at: string; readonly message: string };
}

interface Used {
  readonly provider: Provider;
  readonly circuit: Circuit;
  inFlight: number;
  lastError?: { at: string; message: string };
}

const BACKOFF = { firstMs: 500, mostMs: 30_000 };
/** A candidate that must be waited for longer is given up for this turn; sooner where another may take it. */
const MAX_WAIT_MS = { alone: 60_000, withOthers: 5000 };

/** Takes turns by the models of the configuration: with retries, one circuit per provider and fallback to other candidates. */
export class Models implements TurnTaker {
  private readonly used = new Map<string, Used>();
  private readonly models = new Map<string, Promise<LanguageModelV3>>();
  private readonly mock: MockProvider;
  private readonly now: () => number;
  private readonly random: () => number;
  private readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;

  constructor(
    private readonly settings: ModelSettings,
    private readonly env: Env,
    hooks: ModelHooks = {},
  ) {
    this.mock = new MockProvider(settings.mock.scripts);
    this.now = hooks.now ?? Date.now;
    this.random = hooks.random ?? Math.random;
    this.wait = hooks.wait ?? (async (ms, signal) => void (await delay(ms, undefined, { signal })));
  }

  /**
   * Whether a run may begin with a choice.
   *
   * @throws Refusal `invalid_input` for a provider, model or tier that is not there; `unavailable` where no candidate
   *   has a key, or every circuit is open: `data.retry_after` then says after how many seconds it is worth trying
   */
  check(choice: ModelChoice): void {
    const plan = planOf(choice, this.settings);
    const waits = this.usable(plan).map((candidate) => this.of(candidate).circuit.waitMs());
    const least = Math.min(...waits);
    if (least > 0) throw this.allOpen(plan, least);
  }

  async turn(request: TurnRequest, emit: (event: TurnEvent) => void, signal: AbortSignal): Promise<Turn> {
    signal.throwIfAborted();
    const plan = planOf(request.choice, this.settings);
    const usable = this.usable(plan);
    const order = [...usable].sort((a, b) => Number(this.isOpen(a)) - Number(this.isOpen(b)));
    if (order[0] !== usable[0]) emit(fallback(usable[0]!, order[0]!, 'its circuit is open'));
    const failed: [Candidate, ModelFailure][] = [];
    for (const candidate of order.slice(0, 1 + plan.fallbacks)) {
      const next = failed.length < plan.fallbacks ? order[failed.length + 1] : undefined;
      const outcome = await this.take(candidate, { request, plan, emit, signal, canMoveOn: next !== undefined });
      if (!('failure' in outcome)) return outcome;
      failed.push([candidate, outcome.failure]);
      if (!outcome.failure.mayMoveOn) break;
      if (next) emit(fallback(candidate, next, outcome.failure.message));
    }
    throw refusalOf(failed);
  }

  /** Of every provider that was used or that the configuration names. */
  status(): Record<string, ProviderStatus> {
    const names = new Set([...this.used.keys(), ...Object.keys(this.settings.providers), ...this.configured()]);
    const known = providerNames(this.settings).filter((name) => names.has(name) && !NOT_SPOKEN.includes(name));
    return Object.fromEntries(known.map((name) => [name, this.statusOf(name)]));
  }

  private configured(): string[] {
    const { models, tiers, defaults } = this.settings;
    const ofTiers = Object.values(tiers).flat().flatMap((entry) => (typeof entry === 'string' ? [] : [entry.provider]));
    return [...Object.values(models).map(({ provider }) => provider), ...ofTiers, ...(defaults.provider === undefined ? [] : [defaults.provider])];
  }

  private statusOf(name: string): ProviderStatus {
    const { provider, circuit, inFlight, lastError } = this.of({ provider: name });
    return {
      kind: provider.kind,
      circuit: circuit.state,
      wait_ms: circuit.waitMs(),
      in_flight: inFlight,
      ...(provider.missing === undefined ? {} : { missing: provider.missing }),
      ...(lastError === undefined ? {} : { last_error: lastError }),
    };
  }

  private usable({ candidates }: Plan): Candidate[] {
    const missing = new Set<string>();
    const usable = candidates.filter(({ provider: name }) => {
      const lacks = NOT_SPOKEN.includes(name) && !this.settings.providers[name] ? `this runtime does not speak to ${name}` : this.of({ provider: name }).provider.missing;
      if (lacks !== undefined) missing.add(lacks);
      return lacks === undefined;
    });
    if (usable.length === 0) throw new Refusal('unavailable', `no model can be used: ${[...missing].join('; ')}`);
    return usable;
  }

  private isOpen(candidate: Candidate): boolean {
    return this.of(candidate).circuit.waitMs() > 0;
  }

  private of({ provider: name }: Pick<Candidate, 'provider'>): Used {
    let used = this.used.get(name);
    if (!used) {
      const provider = providerOf(name, this.settings, this.env);
      if (!provider) throw new Refusal('invalid_input', `provider: say what kind ${name} is in providers.${name}.kind`);
      const circuit = new Circuit({ failures: provider.circuit_failures, openMs: provider.circuit_open }, this.now);
      this.used.set(name, (used = { provider, circuit, inFlight: 0 }));
    }
    return used;
  }

  /** A turn by one candidate, with its retries. */
  private async take(candidate: Candidate, { request, plan, emit, signal, canMoveOn }: Taking): Promise<Turn | { failure: ModelFailure }> {
    const used = this.of(candidate);
    const retries = plan.retry_attempts ?? used.provider.retry_attempts;
    for (let at = 0; ; at += 1) {
      const outcome = used.circuit.waitMs() > 0 ? { failure: openFailure(used) } : await this.once(candidate, used, request, emit, signal);
      if (!('failure' in outcome)) return outcome;
      const { failure } = outcome;
      const wait = this.waitAfter(failure, at, used);
      const isLast = at >= retries || wait > (canMoveOn ? MAX_WAIT_MS.withOthers : MAX_WAIT_MS.alone);
      if (!failure.isPassing || isLast) {
        if (failure.kind === 'rate_limit') this.leaveAlone(used, failure, plan);
        return { failure };
      }
      emit({ type: 'retry', retry: { provider: used.provider.name, attempt: at + 1, wait_ms: wait, reason: failure.message } });
      await this.pause(wait, signal);
    }
  }

  private async pause(ms: number, signal: AbortSignal): Promise<void> {
    try {
      await this.wait(ms, signal);
    } finally {
      signal.throwIfAborted();
    }
  }

  private async once(candidate: Candidate, used: Used, request: TurnRequest, emit: (event: TurnEvent) => void, signal: AbortSignal): Promise<Turn | { failure: ModelFailure }> {
    const { provider, circuit } = used;
    const ended = circuit.begin();
    used.inFlight += 1;
    try {
      const language = await this.languageModel(provider, candidate.model, request);
      const answer = await attempt(request, { language, provider, model: candidate.model }, emit, signal);
      ended('success');
      return this.finished(answer, candidate, provider);
    } catch (error) {
      if (signal.aborted || error instanceof Refusal) {
        ended('none');
        throw signal.aborted ? signal.reason : error;
      }
      const failure = failureOf(error, this.now(), provider.api_key === undefined ? [] : [provider.api_key]);
      // A limit says that the provider works; only turns that it starves of count, below.
      ended(failure.isPassing && failure.kind !== 'rate_limit' ? 'failure' : 'none');
      used.lastError = { at: new Date(this.now()).toISOString(), message: failure.message };
      return { failure };
    } finally {
      used.inFlight -= 1;
    }
  }

  private finished(answer: Pick<Turn, 'content' | 'stop_reason' | 'usage'>, candidate: Candidate, provider: Provider): Turn {
    const price = candidate.price ?? (provider.base_url === undefined ? listPrice(provider.kind, candidate.model) : undefined);
    return {
      ...answer,
      provider: provider.name,
      model: candidate.model,
      cost_usd: price === undefined ? null : costOf(answer.usage, price),
      ...(candidate.max_context_tokens === undefined ? {} : { max_context_tokens: candidate.max_context_tokens }),
    };
  }

  private waitAfter({ details }: ModelFailure, at: number, { circuit }: Used): number {
    const most = Math.min(BACKOFF.mostMs, BACKOFF.firstMs * 2 ** at);
    const backoff = Math.round(most / 2 + (most / 2) * this.random());
    return Math.max(backoff, Math.ceil(details.retryAfterMs ?? 0), circuit.waitMs());
  }

  private leaveAlone({ circuit }: Used, { details }: ModelFailure, plan: Plan): void {
    const ms = Math.max(details.retryAfterMs ?? 0, plan.rate_limit_cooldown_ms);
    if (ms > 0) circuit.holdUntil(this.now() + ms);
    else circuit.begin()('failure');
  }

  private languageModel(provider: Provider, model: string, request: TurnRequest): Promise<LanguageModelV3> {
    if (provider.kind === 'mock') return Promise.resolve(this.mock.model(model, request));
    if (provider.kind === 'offline') return Promise.resolve(offlineModel(request));
    const key = nameOf({ provider: provider.name, model });
    let loaded = this.models.get(key);
    if (!loaded) this.models.set(key, (loaded = networkModel(provider, model)));
    return loaded;
  }

  private allOpen({ candidates }: Plan, waitMs: number): Refusal {
    const errors = [...new Set(candidates.map(({ provider }) => provider))].flatMap((name) => {
      const message = this.used.get(name)?.lastError?.message;
      return message === undefined ? [] : [`${name} failed last with ${message}`];
    });
    const seconds = Math.ceil(waitMs / 1000);
    return new Refusal('unavailable', `no model can be used now: ${errors.join('; ')}: try again in ${seconds} s`, { retry_after: seconds });
  }
}

interface Taking {
  request: TurnRequest;
  plan: Plan;
  emit: (event: TurnEvent) => void;
  signal: AbortSignal;
  /** Another candidate takes the turn if this one fails. */
  canMoveOn: boolean;
}

function openFailure({ circuit, lastError }: Used): ModelFailure {
  const since = lastError === undefined ? '' : ` since it failed with ${lastError.message}`;
  return new ModelFailure(`its circuit is open${since}`, 'server', { retryAfterMs: circuit.waitMs() });
}

function fallback(from: Candidate, to: Candidate, reason: string): TurnEvent {
  return { type: 'provider_fallback', fallback: { from: nameOf(from), to: nameOf(to), reason } };
}

function refusalOf(failed: readonly [Candidate, ModelFailure][]): Refusal {
  const texts = failed.map(([candidate, failure]) => `${nameOf(candidate)} failed: ${failure.message}`);
  const [candidate, failure] = failed.at(-1)!;
  const { status, retryAfterMs } = failure.details;
  return new Refusal(failure.isPassing ? 'unavailable' : 'model_refused', texts.join('; '), {
    provider: candidate.provider,
    model: candidate.model,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retry_after: Math.ceil(retryAfterMs / 1000) }),
  });
}
