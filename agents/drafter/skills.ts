import path from 'node:path';
import { bundleFolders, findBundle } from '../../src/bundles/directory.js';
import { loadSkillFolder } from '../../src/bundles/skills.js';
import { NETWORKS, PLATFORMS, type Platform } from './platforms.js';

const BUNDLE = 'social-drafter';
/** The skill that holds for every network, where there is one. */
const COMMON = 'draft-post';

/**
 * Opens the skills that tell a model how to write for each network: `draft-<network>`, and `draft-post` for all.
 *
 * @param folder those of the bundle social-drafter where it is missing
 * @returns the guidance for a platform, Markdown
 * @throws ConfigError for a skill that cannot be read; Error where a network has none
 */
export function openSkills(folder: string | undefined): (platform: Platform) => string {
  const at = folder ?? path.join(path.dirname(findBundle(BUNDLE, bundleFolders())), 'skills');
  const bodies = new Map(loadSkillFolder(at, BUNDLE).skills.map(({ name, body }) => [name, body]));
  const lacking = [...new Set(PLATFORMS.flatMap((platform) => NETWORKS[platform]))].map((network) => `draft-${network}`).filter((name) => !bodies.has(name));
  if (lacking.length > 0) throw new Error(`the folder of skills ${at} lacks ${lacking.join(', ')}: write <name>/SKILL.md for each`);
  return (platform) => [COMMON, ...NETWORKS[platform].map((network) => `draft-${network}`)].flatMap((name) => bodies.get(name) ?? []).join('\n\n');
}
