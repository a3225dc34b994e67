import type { Draft } from './layout.js';
import { writeWithModel } from './model-writer.js';
import { pickModel } from './models.js';
import { writeOffline, type WriteRequest } from './offline-writer.js';
import type { DrafterSettings } from './settings.js';

/** The writer that the settings and the environment allow: a model where there is a key, else the offline one. */
export function openWriter(
  settings: DrafterSettings['model'],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): (request: WriteRequest) => Promise<Draft> {
  let picked: ReturnType<typeof pickModel> | undefined;
  return async (request) => {
    picked ??= pickModel(settings, env);
    const chosen = await picked;
    return chosen ? writeWithModel({ ...request, model: chosen.model, signal }) : writeOffline(request);
  };
}
