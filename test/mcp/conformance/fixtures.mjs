// What the conformance suite asks of a server under test: tools, resources and prompts with these very names and
// answers. They stand around the runtime's own, which answers everything else.
import { setTimeout as pause } from 'node:timers/promises';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';

const text = (words) => ({ type: 'text', text: words });
const image = { type: 'image', data: PNG, mimeType: 'image/png' };
const embedded = (uri, mimeType, words) => ({ type: 'resource', resource: { uri, mimeType, text: words } });
const strings = (...names) => ({ type: 'object', properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])), required: names });
const NOTHING = { type: 'object', properties: {} };

const ofChoice = (...options) => options.map(([value, title]) => ({ const: value, title }));

const DEFAULTS = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
  required: [],
};

const ENUMS = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    titledSingle: { type: 'string', oneOf: ofChoice(['value1', 'First Option'], ['value2', 'Second Option'], ['value3', 'Third Option']) },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
    untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
    titledMulti: { type: 'array', items: { anyOf: ofChoice(['value1', 'First Choice'], ['value2', 'Second Choice'], ['value3', 'Third Choice']) } },
  },
  required: [],
};

const SCHEMA_2020 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: { address: { type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
  properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
  additionalProperties: false,
};

/** Puts a question to the client's person, and tells what came of it. */
async function elicited(context, message, requestedSchema, words) {
  const { asking } = context.session;
  if (!asking.canElicit) throw new Error('the client takes no questions');
  const { action, content } = await asking.elicit(context, { message, requestedSchema });
  return [text(`${words}: action=${action}, content=${JSON.stringify(content ?? {})}`)];
}

async function logged({ sendNotification }) {
  const say = (data) => sendNotification({ method: 'notifications/message', params: { level: 'info', logger: 'conformance', data } });
  await say('Tool execution started');
  await pause(50);
  await say('Tool processing data');
  await pause(50);
  await say('Tool execution completed');
  return [text('Said three things')];
}

async function progressed({ progressToken, sendNotification }) {
  for (const progress of [0, 50, 100]) {
    if (progressToken !== undefined) await sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
    if (progress < 100) await pause(50);
  }
  return [text('Done')];
}

/** Ends the connection before the answer, and answers when asked to. */
async function reconnected({ closeStream }) {
  closeStream();
  await pause(100);
  return [text('Answered after the connection was ended')];
}

async function sampled(context, { prompt }) {
  const { asking } = context.session;
  if (!asking.canSample) throw new Error('the client has no model for others');
  const { content } = await asking.sample(context, { messages: [{ role: 'user', content: text(prompt) }], maxTokens: 100 });
  return [text(`LLM response: ${content.text}`)];
}

const fail = () => Promise.reject(new Error('This tool intentionally returns an error for testing'));
const says = (...content) => async () => content;

/** By name: what it does, and the schema of what it takes. */
const TOOLS = {
  test_simple_text: [says(text('This is a simple text response for testing.'))],
  test_image_content: [says(image)],
  test_audio_content: [says({ type: 'audio', data: WAV, mimeType: 'audio/wav' })],
  test_embedded_resource: [says(embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'))],
  test_multiple_content_types: [
    says(text('Multiple content types test:'), image, embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}')),
  ],
  test_tool_with_logging: [logged],
  test_tool_with_progress: [progressed],
  test_error_handling: [fail],
  test_sampling: [sampled, strings('prompt')],
  test_elicitation: [(context, { message }) => elicited(context, message, strings('username', 'email'), 'User response'), strings('message')],
  test_elicitation_sep1034_defaults: [(context) => elicited(context, 'Who are you?', DEFAULTS, 'Elicitation completed')],
  test_elicitation_sep1330_enums: [(context) => elicited(context, 'Choose', ENUMS, 'Elicitation completed')],
  test_reconnection: [reconnected],
  json_schema_2020_12_tool: [says(text('Taken')), SCHEMA_2020],
};

const RESOURCES = {
  'test://static-text': { mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
  'test://static-binary': { mimeType: 'image/png', blob: PNG },
  'test://watched-resource': { mimeType: 'text/plain', text: 'Nobody changes this.' },
};

function readTemplate(uri) {
  const [, id] = /^test:\/\/template\/([^/]+)\/data$/.exec(uri) ?? [];
  if (id === undefined) return undefined;
  return { mimeType: 'application/json', text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) };
}

const user = (content) => ({ role: 'user', content });
const PROMPTS = {
  test_simple_prompt: [[], () => [user(text('This is a simple prompt for testing.'))]],
  test_prompt_with_arguments: [['arg1', 'arg2'], ({ arg1, arg2 }) => [user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))]],
  test_prompt_with_embedded_resource: [
    ['resourceUri'],
    ({ resourceUri }) => [
      user(embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.')),
      user(text('Please process the embedded resource above.')),
    ],
  ],
  test_prompt_with_image: [[], () => [user(image), user(text('Please analyze the image above.'))]],
};

const isOurs = (uri) => uri.startsWith('test://');

/** Each method: answers what is of the suite, leaves the rest to the runtime. */
const METHODS = {
  'tools/list': async (_params, next) => {
    const { tools } = await next();
    const ours = Object.entries(TOOLS).map(([name, [, inputSchema = NOTHING]]) => ({ name, description: `Of the conformance suite: ${name}`, inputSchema }));
    return { tools: [...tools, ...ours] };
  },
  'tools/call': async ({ name, arguments: input = {} }, next, context) => {
    if (!Object.hasOwn(TOOLS, name)) return next();
    try {
      return { content: await TOOLS[name][0](context, input) };
    } catch (error) {
      return { isError: true, content: [text(error.message)] };
    }
  },
  'resources/list': async (_params, next) => {
    const { resources, ...rest } = await next();
    const ours = Object.entries(RESOURCES).map(([uri, { mimeType }]) => ({ uri, name: uri, description: 'Of the conformance suite', mimeType }));
    return { resources: [...resources, ...ours], ...rest };
  },
  'resources/templates/list': async (_params, next) => {
    const { resourceTemplates } = await next();
    return { resourceTemplates: [...resourceTemplates, { uriTemplate: 'test://template/{id}/data', name: 'template', description: 'Of the conformance suite' }] };
  },
  'resources/read': async ({ uri }, next) => {
    const content = RESOURCES[uri] ?? readTemplate(uri);
    return content ? { contents: [{ uri, ...content }] } : next();
  },
  'resources/subscribe': async ({ uri }, next) => (isOurs(uri) ? {} : next()),
  'resources/unsubscribe': async ({ uri }, next) => (isOurs(uri) ? {} : next()),
  'prompts/list': async (_params, next) => {
    const { prompts } = await next();
    const ours = Object.entries(PROMPTS).map(([name, [names]]) => ({
      name,
      description: 'Of the conformance suite',
      arguments: names.map((each) => ({ name: each, description: each, required: true })),
    }));
    return { prompts: [...prompts, ...ours] };
  },
  'prompts/get': async ({ name, arguments: values = {} }, next) => (Object.hasOwn(PROMPTS, name) ? { messages: PROMPTS[name][1](values) } : next()),
  'completion/complete': async ({ ref }, next) =>
    ref.type === 'ref/prompt' && Object.hasOwn(PROMPTS, ref.name) ? { completion: { values: [], total: 0, hasMore: false } } : next(),
};

/** Puts the suite's tools, resources and prompts around what answers requests. */
export function withFixtures(handler) {
  return (request, context) => {
    const ours = METHODS[request.method];
    const next = async () => handler(request, context);
    return ours ? ours(request.params ?? {}, next, context) : next();
  };
}
