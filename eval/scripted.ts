import type { Turn, TurnRequest, TurnTaker } from '../src/models/model.js';

/** What a scripted model answers: the input of the tool that hands a text in, or a text without a call. */
export type Answer = Readonly<Record<string, unknown>> | string;

/** A model that gives these answers one after the other, and keeps what it was asked. */
export class ScriptedModel implements TurnTaker {
  readonly requests: TurnRequest[] = [];

  constructor(private readonly answers: readonly Answer[]) {}

  /** What came back to the model about its answers. */
  get told(): string {
    const last = this.requests.at(-1)?.messages.slice(1) ?? [];
    return last
      .flatMap((message) => (message.role === 'tool' ? message.content.map(({ output }) => output) : message.role === 'user' ? message.content.map(({ text }) => text) : []))
      .join('\n');
  }

  turn(request: TurnRequest): Promise<Turn> {
    const answer = this.answers[this.requests.length];
    // The messages go on being added to: what was asked is kept as it was.
    this.requests.push({ ...request, messages: [...request.messages] });
    if (answer === undefined) return Promise.reject(new Error(`the script has ${this.answers.length} answers, and was asked for one more`));
    const call = typeof answer === 'string' ? undefined : { type: 'tool_call' as const, id: `call-${this.requests.length}`, name: request.tools[0]!.name, input: answer };
    return Promise.resolve({
      content: [call ?? { type: 'text', text: String(answer) }],
      stop_reason: call ? 'tool_use' : 'end_turn',
      usage: { input_tokens: 100, output_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
      provider: 'scripted',
      model: 'script',
      cost_usd: 0.001,
    });
  }
}
