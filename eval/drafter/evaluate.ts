import twitter from 'twitter-text';
import { composeChange } from '../../agents/drafter/compose.js';
import type { PublicationChunk } from '../../agents/drafter/due.js';
import { parseBody } from '../../agents/drafter/layout.js';
import { writeWithModel } from '../../agents/drafter/model-writer.js';
import { writeOffline } from '../../agents/drafter/offline-writer.js';
import { checkDraft } from '../../agents/drafter/platforms.js';
import { reviewDraft } from '../../agents/drafter/review.js';
import { openSkills } from '../../agents/drafter/skills.js';
import { countUp, type Evaluation, type Outcome } from '../counts.js';
import { ScriptedModel } from '../scripted.js';
import { CASES, type DrafterCase } from './cases.js';

/** Drafts every case, through the code that drafts in production up to the write. */
export async function evaluateDrafter(): Promise<Evaluation> {
  const skill = openSkills(undefined);
  return countUp('drafter', await Promise.all(CASES.map((each) => outcomeOf(each, skill))));
}

async function outcomeOf(each: DrafterCase, skill: ReturnType<typeof openSkills>): Promise<Outcome> {
  const { post, platform, brief = '', answers, never = [], problems = [] } = each;
  const taker = new ScriptedModel(answers ?? []);
  const chunk: PublicationChunk = { id: 'case', revision: 1, title: post.title, status: 'scheduled', type: 'publication', body: brief, fields: { platform, blog_slug: post.slug } };
  const posts = { get: () => Promise.resolve(post) };
  const change = await composeChange(chunk, posts, (request) =>
    answers ? writeWithModel(request, { taker, choice: {}, skill, signal: new AbortController().signal }) : Promise.resolve(writeOffline(request)),
  );
  const drafted = change !== undefined && 'status' in change ? change : undefined;
  const note = change?.fields.draft_note ?? '';
  const body = drafted?.body ?? brief;
  const told = `${taker.told}\n${note}`;
  const texts = parseBody(body).draft.posts.map(({ text }) => text);
  const broken = drafted ? checkDraft(platform, body, post.link) : [];
  const addresses = texts.flatMap((text) => twitter.extractUrls(text)).filter((address) => address.includes('/'));
  return {
    name: each.name,
    marks: {
      'ceilings kept': drafted && !broken.some(({ rule }) => rule === 'too_long' || rule === 'too_many_bytes'),
      'link present': drafted && addresses.length > 0 && addresses.every((address) => address === post.link),
      'nothing invented': drafted && !never.some((part) => texts.join('\n').includes(part)) && reviewDraft({ posts: parseBody(body).draft.posts }, { post, platform, brief, title: post.title }).length === 0,
      'status right': (drafted ? 'drafted' : 'scheduled') === each.status && (drafted !== undefined || note !== ''),
      'faults told': answers && problems.every((problem) => told.includes(problem)),
      'no needless repair': answers && taker.requests.length === answers.length,
      'brief kept': brief === '' ? undefined : body.endsWith(brief),
    },
    text: drafted ? `${platform}, drafted in ${answers ? `${taker.requests.length} turns` : 'no turn, offline'}\n\n${body}` : `${platform}, left scheduled: ${note}`,
  };
}
