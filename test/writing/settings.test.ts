import { expect, test } from 'vitest';
import { drafterSettings } from '../../agents/drafter/settings.js';
import { reporterSettings } from '../../agents/reporter/settings.js';
import { parseSettings } from '../../agents/writing/settings.js';

const GOOD = { posts: { folder: 'posts' }, link: 'https://example.org/{slug}' };

test('settings have defaults', () => {
  expect(parseSettings(drafterSettings, 'drafter', GOOD)).toEqual({ ...GOOD, type: 'publication', window_hours: 72 });
  expect(parseSettings(reporterSettings, 'reporter', {})).toMatchObject({ heading: '§6 Weekly digest', engagement: ['likes', 'reposts', 'comments', 'clicks', 'views'] });
});

test.each([
  [{ ...GOOD, link: 'https://example.org/' }, 'agents.drafter.settings.link: must have {slug} in it'],
  [{ ...GOOD, posts: {} }, 'agents.drafter.settings.posts: must be { folder: … } or { url: … } with {slug} in it'],
  [{ ...GOOD, voice: { file: 'x' } }, 'agents.drafter.settings.voice: must be { memory: <key> } or { chunk: <id> }'],
  [{ ...GOOD, draft_only_types: [] }, 'agents.drafter.settings.draft_only_types: '],
  [{ ...GOOD, window: 3 }, 'agents.drafter.settings: has no "window"; known are posts, link,'],
  [{ ...GOOD, model: {} }, 'agents.drafter.settings.model: needs a provider, a model or a tier; without `model` the agent writes by itself'],
  [{ ...GOOD, model: { provider: 'openai', base_url: 'http://127.0.0.1:1' } }, 'agents.drafter.settings.model: has no "base_url"'],
])('%j is refused, with the place and what to do', (settings, message) => {
  expect(() => parseSettings(drafterSettings, 'drafter', settings)).toThrow(message);
});
