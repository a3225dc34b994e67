import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
  type JSONRPCRequest,
  type RequestId,
  type ServerNotification,
  type ServerResult,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { Principal } from '../../identity/principal.js';
import type { Dispatcher } from '../../operations/dispatcher.js';
import type { Exchange } from '../exchange.js';
import { complete } from './completions.js';
import { getPrompt, promptsFor, type Prompt } from './prompts.js';
import { templatesFor, type Resources } from './resources.js';
import type { Session } from './sessions.js';
import { callTool } from './tool-calls.js';
import { toolsFor } from './tools.js';

/** Who calls a method, and how. */
export interface CallContext {
  readonly principal: Principal;
  readonly exchange: Exchange;
  readonly session: Session;
  /** Id of the request, by which something is said or asked on its answer. */
  readonly requestId: RequestId;
  readonly progressToken: string | number | undefined;
  /** Runs `then` when nobody waits for the answer any more: the client cancelled the call or is gone for good, or the session ends. */
  whenGone(then: () => void): void;
  /** Ends the connection that answers the call, where the client comes back for the answer; the call goes on. */
  closeStream(): void;
  /** Says something that belongs to this call, before its answer. */
  sendNotification(notification: ServerNotification): Promise<void>;
}

/** Answers a request of a client. */
export type MethodHandler = (request: JSONRPCRequest, context: CallContext) => Promise<ServerResult>;

/** What the methods need of the runtime. */
export interface MethodsOptions {
  readonly dispatcher: Dispatcher;
  readonly resources: Resources;
  readonly prompts: () => readonly Prompt[];
}

/**
 * Every method beside those of the protocol itself (initialize, ping, logging/setLevel). One handler is shared by all
 * sessions: what differs comes with the call, so that an idle session costs no handlers.
 */
export function methods({ dispatcher, resources, prompts }: MethodsOptions): MethodHandler {
  const table = new Map<string, (request: JSONRPCRequest, context: CallContext) => Promise<ServerResult>>([
    method('tools/list', ListToolsRequestSchema, async (_request, { principal, session }) => ({ tools: [...toolsFor(principal, session.profile)] })),
    method('tools/call', CallToolRequestSchema, ({ params }, context) => callTool(dispatcher, params, context)),
    method('resources/list', ListResourcesRequestSchema, ({ params }, { principal }) => resources.list(principal, params?.cursor)),
    method('resources/templates/list', ListResourceTemplatesRequestSchema, async (_request, { principal }) => ({
      resourceTemplates: templatesFor(principal),
    })),
    method('resources/read', ReadResourceRequestSchema, async ({ params }, { principal }) => ({
      contents: [await resources.read(principal, params.uri)],
    })),
    method('resources/subscribe', SubscribeRequestSchema, async ({ params }, { principal, session }) => {
      await session.watching.subscribe(principal, params.uri);
      return {};
    }),
    method('resources/unsubscribe', UnsubscribeRequestSchema, async ({ params }, { session }) => {
      session.watching.unsubscribe(params.uri);
      return {};
    }),
    method('prompts/list', ListPromptsRequestSchema, async (_request, { principal }) => ({ prompts: promptsFor(principal, prompts()) })),
    method('prompts/get', GetPromptRequestSchema, ({ params }, { principal }) =>
      getPrompt(principal, prompts(), resources, params.name, params.arguments ?? {}),
    ),
    method('completion/complete', CompleteRequestSchema, ({ params }, { principal }) => complete(dispatcher, principal, prompts(), params)),
  ]);
  return async (request, context) => {
    const handler = table.get(request.method);
    if (!handler) throw new McpError(ErrorCode.MethodNotFound, `there is no method ${request.method}`);
    return handler(request, context);
  };
}

function method<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  run: (request: z.output<Schema>, context: CallContext) => Promise<ServerResult>,
): [string, (request: JSONRPCRequest, context: CallContext) => Promise<ServerResult>] {
  return [
    name,
    (request, context) => {
      const parsed = schema.safeParse(request);
      if (parsed.success) return run(parsed.data, context);
      throw new McpError(ErrorCode.InvalidParams, `${name}: ${z.prettifyError(parsed.error)}`);
    },
  ];
}
