import type { TurnTaker } from '../../src/models/model.js';
import type { ResidentContext } from '../../src/residents/protocol.js';
import { openTurns } from '../writing/turns.js';
import { recordUsage } from '../writing/usage.js';
import type { Draft } from './layout.js';
import { writeWithModel } from './model-writer.js';
import { writeOffline, type WriteRequest } from './offline-writer.js';
import type { DrafterSettings } from './settings.js';
import { openSkills } from './skills.js';
import { readVoice } from './voice.js';

/** Writes the draft of a publication. @throws DraftError */
export type WriteDraft = (request: WriteRequest) => Promise<Draft>;

/** The writer that the settings and the environment allow: a model where there is one, else the offline one. */
export function openWriter(context: ResidentContext, settings: DrafterSettings, taker?: TurnTaker): WriteDraft {
  const skill = openSkills(settings.skills);
  let opened: Promise<TurnTaker | undefined> | undefined;
  return async (request) => {
    opened ??= taker ? Promise.resolve(taker) : openTurns(settings.model, context.env);
    const turns = await opened;
    if (!turns) return writeOffline(request);
    const { provider, model } = settings.model ?? {};
    return writeWithModel(request, {
      taker: turns,
      choice: { provider, model },
      skill,
      voice: await readVoice(context, settings.voice),
      onTurn: (turn) => recordUsage(context, turn),
      signal: context.signal,
    });
  };
}
