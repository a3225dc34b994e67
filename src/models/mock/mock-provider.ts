import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { APICallError } from '@ai-sdk/provider';
import type { LanguageModelV3 } from '@ai-sdk/provider';
import type { TurnRequest } from '../model.js';
import { replyingModel } from '../replying-model.js';
import type { MockFailure, MockScript } from '../settings.js';
import { replyOf, ScriptError } from './script.js';

/** Turns whose failed attempts are remembered at most. */
const MAX_COUNTED = 10_000;

/** Models that say what their scripts say, and fail as often as those want. */
export class MockProvider {
  private readonly calls = new Map<string, number>();
  private readonly failures = new Map<string, number>();

  constructor(private readonly scripts: Readonly<Record<string, MockScript>>) {}

  /** The model of a script for one call. */
  model(name: string, request: TurnRequest): LanguageModelV3 {
    const script = Object.hasOwn(this.scripts, name) ? this.scripts[name]! : { turns: [] };
    const error = script.fail && this.fails(name, script.fail, request) ? errorOf(name, script.fail) : undefined;
    return replyingModel({ provider: 'mock', model: name }, request, () => answer(name, script, request), {
      before: async (signal) => {
        if (script.latency_ms !== undefined) await delay(script.latency_ms, undefined, { signal });
        if (error && !script.fail?.mid_stream) throw error;
      },
      breaksWith: script.fail?.mid_stream ? error : undefined,
    });
  }

  private fails(name: string, fail: MockFailure, request: TurnRequest): boolean {
    const call = (this.calls.get(name) ?? 0) + 1;
    this.calls.set(name, call);
    return this.isAmongFirst(name, fail.first ?? 0, request) || chance(`${fail.seed ?? 0}/${name}/${call}`) < (fail.rate ?? 0);
  }

  private isAmongFirst(name: string, first: number, { messages }: TurnRequest): boolean {
    if (first === 0) return false;
    const turn = createHash('sha256').update(name).update(JSON.stringify(messages)).digest('base64');
    const failed = this.failures.get(turn) ?? 0;
    this.failures.delete(turn);
    if (failed >= first) return false;
    if (this.failures.size >= MAX_COUNTED) this.failures.delete(this.failures.keys().next().value!);
    this.failures.set(turn, failed + 1);
    return true;
  }
}

/** 0 to below 1, evenly, always the same for a text. */
function chance(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}

function answer(name: string, script: MockScript, request: TurnRequest) {
  try {
    return replyOf(name, script, request);
  } catch (error) {
    // As a provider refuses a request that it cannot answer.
    if (error instanceof ScriptError) throw callError(name, 400, error.message);
    throw error;
  }
}

function errorOf(name: string, { status, retry_after_ms: wait }: MockFailure): Error {
  return callError(name, status, 'the script wants this attempt to fail', wait === undefined ? {} : { 'retry-after-ms': String(wait) });
}

function callError(name: string, statusCode: number, message: string, responseHeaders: Record<string, string> = {}): Error {
  return new APICallError({ message, url: `mock:${name}`, requestBodyValues: {}, statusCode, responseHeaders });
}
