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

/** The writer that the settings ask for: a model where they name one, else the offline one. @throws SettingsError */
export async function openWriter(context: ResidentContext, settings: DrafterSettings): Promise<WriteDraft> {
  const { model: choice } = settings;
  if (!choice) return (request) => Promise.resolve(writeOffline(request));
  const taker = await openTurns(context, choice);
  const skill = openSkills(settings.skills);
  return async (request) =>
    writeWithModel(request, {
      taker,
      choice,
      skill,
      voice: await readVoice(context, settings.voice),
      onTurn: (turn) => recordUsage(context, turn),
      signal: context.signal,
    });
}
