import type { LanguageModelV3 } from '@ai-sdk/provider';
import type { Message, TextBlock, TurnRequest } from '../model.js';
import { replyingModel } from '../replying-model.js';
import type { Reply } from '../replying-model.js';
import { documentCommand, documentStep } from './document-command.js';
import { keySentences } from './extract.js';

const SIGNED = 'This is the offline writer: no model was asked.';
const HELP =
  'It lists documents and shows the outline or text of one, where the agent has the tool Document ("list documents", "outline /documents/plan"), ' +
  'and picks the key sentences of a text that you give. For anything else configure a model: see docs/MODELS.md.';
const KEY_SENTENCES = 5;
/** A text of fewer characters is a question or command, nothing to pick sentences from. */
const MIN_TEXT = 240;

/** A writer that needs no network: it quotes and lists, and makes nothing up. The same request gives the same answer. */
export function offlineModel(request: TurnRequest): LanguageModelV3 {
  return replyingModel({ provider: 'offline', model: 'offline' }, request, () => answer(request));
}

function answer({ system, messages, tools }: Pick<TurnRequest, 'system' | 'messages' | 'tools'>): Reply {
  const asked = messages.findLastIndex(({ role }) => role === 'user');
  const blocks = asked < 0 ? [] : (messages[asked] as Extract<Message, { role: 'user' }>).content;
  const results = messages.slice(asked + 1).flatMap((message) => (message.role === 'tool' ? message.content : []));
  const prompt = blocks.filter(({ untrusted }) => !untrusted).map(({ text }) => text).join('\n');
  const command = tools.some(({ name }) => name === 'Document') ? documentCommand(prompt, openDocument(system)) : undefined;
  if (command) {
    const reply = documentStep(command, results.filter(({ name }) => name === 'Document'));
    return reply.text === undefined ? reply : { text: `${reply.text}\n\n${SIGNED}` };
  }
  return { text: summary(blocks) };
}

/** Id of the document that whoever began the run has open, as what is told of the run names it. */
function openDocument(system: readonly TextBlock[]): string | undefined {
  const told = system.filter(({ untrusted }) => !untrusted).map(({ text }) => /"document_id":"([A-Za-z0-9_-]+)"/.exec(text)?.[1]);
  return told.findLast((id) => id !== undefined);
}

function summary(blocks: readonly TextBlock[]): string {
  const given = blocks.filter(({ untrusted }) => untrusted);
  const material = (given.length > 0 ? given : blocks).map(({ text }) => text).join('\n\n');
  const sentences = material.length < MIN_TEXT && given.length === 0 ? [] : keySentences(material, KEY_SENTENCES);
  if (sentences.length === 0) return `${SIGNED} ${HELP}`;
  return [`Key sentences of the text, quoted:`, sentences.map((sentence) => `- ${sentence}`).join('\n'), SIGNED].join('\n\n');
}
