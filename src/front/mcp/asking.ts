import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type {
  ClientCapabilities,
  CreateMessageRequestParamsBase,
  CreateMessageResult,
  ElicitRequestFormParams,
  ElicitResult,
} from '@modelcontextprotocol/sdk/types.js';
import type { CallContext } from './methods.js';

/** A person may take days: how long to wait is up to the signal. The longest time that a timer takes. */
const NO_TIMEOUT = 2 ** 31 - 1;

/** A question to the person at the client: a text, and a flat form for the answer. */
export type Question = Pick<ElicitRequestFormParams, 'message' | 'requestedSchema'>;

/** The call on whose answer the question goes out, ahead of the answer itself. */
export type Asker = Pick<CallContext, 'requestId' | 'whenGone'>;

/**
 * What the server asks of a client, each where the client said at the beginning that it can.
 *
 * A question belongs to a call: it goes out on the event stream that answers the call, and the client sends its answer
 * in a request of its own. It is taken back (`notifications/cancelled`) when the call is cancelled, when the client is
 * gone for good, and when the caller's own signal says so, for example because somebody else has answered meanwhile.
 */
export class Asking {
  constructor(private readonly server: Server) {}

  /** Whether the client can put a question to a person. */
  get canElicit(): boolean {
    return this.capabilities?.elicitation?.form !== undefined;
  }

  /** Whether the client has a model that it lets others use. */
  get canSample(): boolean {
    return this.capabilities?.sampling !== undefined;
  }

  /**
   * Puts a question to the person at the client.
   *
   * @returns what the person did: `accept` with content that fits the schema, `decline`, or `cancel`.
   * Rejects with an `McpError` for an answer that does not fit, and when the question is taken back; with an `Error`
   * where `canElicit` is false.
   */
  elicit(asker: Asker, question: Question, signal?: AbortSignal): Promise<ElicitResult> {
    return this.server.elicitInput({ ...question, mode: 'form' }, optionsFor(asker, signal));
  }

  /** Has the model of the client go on with messages. Rejects as `elicit` does. */
  sample(asker: Asker, messages: CreateMessageRequestParamsBase, signal?: AbortSignal): Promise<CreateMessageResult> {
    return this.server.createMessage(messages, optionsFor(asker, signal));
  }

  private get capabilities(): ClientCapabilities | undefined {
    return this.server.getClientCapabilities();
  }
}

function optionsFor({ requestId, whenGone }: Asker, own: AbortSignal | undefined): RequestOptions {
  const over = new AbortController();
  whenGone(() => over.abort(new Error('nobody waits for the call any more')));
  const signal = own === undefined ? over.signal : AbortSignal.any([over.signal, own]);
  return { relatedRequestId: requestId, signal, timeout: NO_TIMEOUT };
}
