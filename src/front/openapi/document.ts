import { z } from 'zod';
import type { Operation } from '../../operations/operation.js';
import { operationsOf, TOOLS } from '../../operations/registry.js';
import { toolTitle } from '../http-error.js';
import { errorBody, refusalBody } from './errors.js';
import { CHANNEL_ROUTES } from './channel-routes.js';
import { ROUTES, type RouteDescription } from './routes.js';

type Json = Record<string, unknown>;

const JSON_TYPE = 'application/json';
const REF = '#/components';

/**
 * The OpenAPI 3.1 description of every route. The tools' part derives from the registry, so that it
 * cannot say anything else than what is checked; the rest stands in `ROUTES`.
 */
export function openApi(version: string): Json {
  const schemas: Json = { Error: schemaOf(errorBody, 'output'), Refusal: schemaOf(refusalBody, 'output') };
  const paths: Record<string, Json> = {};
  for (const tool of TOOLS) paths[`/v1/_${tool}`] = { post: toolOperation(tool, schemas) };
  for (const [path, methods] of Object.entries({ ...ROUTES, ...CHANNEL_ROUTES })) {
    for (const [method, route] of Object.entries(methods)) {
      paths[path] = { ...paths[path], [method.toLowerCase()]: routeOperation(path, method, route) };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'loomcycle',
      version,
      description:
        'A runtime in which people and agents co-author the same documents. Live events come over a WebSocket at `/v1/_channels/ws`, which is not described here.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This server' }],
    security: [{ bearer: [] }, { session: [] }],
    tags: [
      ...TOOLS.map((tool) => ({ name: tool, description: `The tool ${tool}: one operation for each value of \`op\`.` })),
      { name: 'runtime', description: 'The server itself, sessions and protocols.' },
    ],
    paths,
    components: {
      schemas,
      responses: RESPONSES,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'Secret of a principal of the configuration.' },
        session: { type: 'apiKey', in: 'cookie', name: 'loomcycle_session', description: 'Session of the console.' },
      },
    },
  };
}

/** Answers that every route has. */
const RESPONSES: Json = {
  BadRequest: answer('The body or a parameter cannot be read; nothing was changed.', 'Error'),
  Unauthorized: answer('No principal, or a wrong secret.', 'Error'),
  Forbidden: answer('The principal lacks a scope.', 'Refusal'),
  NotFound: answer('There is no such thing, or it is not yours.', 'Error'),
  MethodNotAllowed: answer('Another method; the header `allow` says which.', 'Error'),
  Conflict: answer('It does not fit what is there by now; nothing was changed.', 'Refusal'),
  TooMany: answer('Too much of yours waits already.', 'Refusal'),
  Gone: answer('Its time is over.', 'Refusal'),
  NotJson: answer('The body is not declared as JSON.', 'Error'),
  TooLarge: answer('The body is too long.', 'Error'),
  Refused: answer('Understood and refused; nothing was changed.', 'Refusal'),
  Unavailable: answer('Not now: the commit failed, a worker died, or too much waits. `data.effect` says whether it may have taken effect.', 'Refusal'),
};

const STATUS_RESPONSES: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'TooLarge',
  415: 'NotJson',
  422: 'Refused',
  429: 'TooMany',
  503: 'Unavailable',
};

function answer(description: string, schema: string): Json {
  return { description, content: { [JSON_TYPE]: { schema: { $ref: `${REF}/schemas/${schema}` } } } };
}

function refusals(...statuses: number[]): Json {
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `${REF}/responses/${STATUS_RESPONSES[status]}` }]));
}

/** One route with an input and an output for each op of the tool; both are named schemas. */
function toolOperation(tool: string, schemas: Json): Json {
  const operations = operationsOf(tool);
  const inputs: [string, string][] = [];
  const outputs: string[] = [];
  for (const operation of operations) {
    const name = schemaName(operation);
    schemas[`${name}Input`] = { ...schemaOf(operation.input, 'input'), description: `${operation.summary}. Needs the scope ${operation.requires}.` };
    schemas[`${name}Output`] = schemaOf(operation.output, 'output');
    inputs.push([operation.op, `${REF}/schemas/${name}Input`]);
    outputs.push(`${REF}/schemas/${name}Output`);
  }
  return {
    operationId: tool,
    tags: [tool],
    summary: `Call the tool ${toolTitle(tool)}`,
    description: operations.map(({ op, summary }) => `- \`${op}\`: ${summary}.`).join('\n'),
    parameters: [
      {
        name: 'Idempotency-Key',
        in: 'header',
        required: false,
        description: 'Your key of this write: a repeat with the same key returns the first answer, for 24 hours.',
        schema: { type: 'string', minLength: 1, maxLength: 255 },
      },
    ],
    requestBody: {
      required: true,
      content: {
        [JSON_TYPE]: {
          schema: {
            oneOf: inputs.map(([, $ref]) => ({ $ref })),
            discriminator: { propertyName: 'op', mapping: Object.fromEntries(inputs) },
          },
        },
      },
    },
    responses: {
      200: {
        description: 'The result of the op.',
        content: { [JSON_TYPE]: { schema: outputs.length === 1 ? { $ref: outputs[0] } : { anyOf: outputs.map(($ref) => ({ $ref })) } } },
      },
      ...refusals(400, 401, 403, 405, 413, 422, 503),
    },
  };
}

function routeOperation(path: string, method: string, route: RouteDescription): Json {
  const { summary, open, query = {}, body, responses, refused = [] } = route;
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const asked = Object.entries(query).map(([name, schema]) => {
    const { description, ...rest } = schemaOf(schema, 'input');
    return { name, in: 'query', required: !schema.safeParse(undefined).success, ...(description ? { description } : {}), schema: rest };
  });
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+(\w?)/g, (_all, next: string) => next.toUpperCase())}`,
    tags: [route.tag ?? 'runtime'],
    summary,
    ...(open ? { security: [] } : {}),
    ...(parameters.length + asked.length > 0 ? { parameters: [...parameters, ...asked] } : {}),
    ...(body ? { requestBody: { required: true, content: { [JSON_TYPE]: { schema: schemaOf(body, 'input') } } } } : {}),
    responses: { ...Object.fromEntries(Object.entries(responses).map(([status, each]) => [status, success(each)])), ...refusals(...(open ? [] : [401]), 405, ...refused) },
  };
}

function success({ description, schema, type = JSON_TYPE }: RouteDescription['responses'][number]): Json {
  return schema ? { description, content: { [type]: { schema: schemaOf(schema, 'output') } } } : { description };
}

/** `document create_chunk` is `DocumentCreateChunk`. */
function schemaName({ tool, op }: Operation): string {
  return [tool, ...op.split('_')].map(toolTitle).join('');
}

function schemaOf(type: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any', reused: 'inline' });
  return schema;
}
