import type { Platform } from '../../agents/drafter/platforms.js';
import type { Post } from '../../agents/drafter/posts.js';
import type { Answer } from '../scripted.js';
import { emoji, french, german, hostile, japanese, oneFile, sharedPlan, short } from './posts.js';

/** A publication, what a model answers, and what has to come of it. */
export interface DrafterCase {
  readonly name: string;
  readonly post: Post;
  readonly platform: Platform;
  readonly brief?: string;
  /** None: the offline writer writes. */
  readonly answers?: readonly Answer[];
  readonly status: 'drafted' | 'scheduled';
  /** Parts of the problems that the model is told, one for each answer that is sent back. */
  readonly problems?: readonly string[];
  /** What the draft must not have, whoever asked for it. */
  readonly never?: readonly string[];
}

const BRIEF = 'Angle: what it saves.\n\nHashtags: #SQLite #SelfHosted';
const link = (post: Post): string => post.link;
const filled = (text: string, to: number): string => `${text} `.repeat(Math.ceil(to / (text.length + 1))).trim();

const goodThread = {
  tweets: [
    'Loomcycle keeps everything of a scope in one SQLite file: documents, chunks, memory and the channel log.',
    'Before that, 14 of the 85 defects in the tracker came from the gap between two stores.',
    'Now a change, its revision and its event commit in one transaction: 16,100 acknowledged writes a second on two cores.',
    `A backup is a copy of a file.\n\n${link(oneFile)} #SQLite #SelfHosted`,
  ],
};
const goodPair = {
  mastodon: `For three weeks I edited a launch plan by hand. Every change cost 30 minutes.\n\nNow it is a document of 47 chunks, and "what is still to draft this week?" is a query.\n\n${link(sharedPlan)}`,
  bluesky: `A launch plan as 47 chunks: each post has a platform, a date and a status, and nobody loses a sentence.\n\n${link(sharedPlan)}`,
};
const goodLinkedIn = {
  text: `Loomcycle keeps everything of a scope in one SQLite file.\n\nPriya Raman counted the defects: 14 of 85 came from the gap between two stores. Now there is one, and it takes 16,100 acknowledged writes a second.\n\n${link(oneFile)}\n\n#SQLite #SelfHosted`,
};
const goodGerman = { text: `Menschen und Agenten arbeiten an denselben Dokumenten. In 4800 Änderungen gab es 31 Konflikte, und keiner ging verloren.\n\n${link(german)}` };
const goodFrench = { text: `La console et le client MCP utilisent le même jeton. Sur 3200 appels rejoués, aucun n'a touché le fichier d'un autre.\n\n${link(french)}` };
const japaneseTweet = '変更はコミットの後に必ず購読者へ届きます。順番は seq で決まり、抜けも重複もありません。';
const goodJapanese = { tweets: [japaneseTweet, '100 人の購読者がいても、毎秒 10,300 件の書き込み。', '接続が切れても、最後に読んだ seq から続きを受け取れます。', `WebSocket でも SSE でも同じログです。 ${link(japanese)}`] };
const goodHostile = { text: `A query that an agent wrote runs in a child process with a deadline of 5 seconds. The slowest write of a neighbour took 12 ms.\n\n${link(hostile)}` };
const goodEmoji = { text: `The board has a colour for each status: 🟡 scheduled, 🔵 drafted, 🟢 approved. Drag a card, and it moves on every screen within 50 ms.\n\n${link(emoji)}` };

export const CASES: readonly DrafterCase[] = [
  { name: 'a thread that is right at once', post: oneFile, platform: 'x', brief: BRIEF, answers: [goodThread], status: 'drafted' },
  { name: 'a pair that is right at once', post: sharedPlan, platform: 'mastodon+bluesky', brief: 'Angle: calm.', answers: [goodPair], status: 'drafted' },
  { name: 'a long text that is right at once', post: oneFile, platform: 'linkedin', brief: BRIEF, answers: [goodLinkedIn], status: 'drafted' },
  { name: 'German, with the number written otherwise', post: german, platform: 'bluesky', answers: [goodGerman], status: 'drafted' },
  { name: 'French, with the number written otherwise', post: french, platform: 'mastodon', answers: [goodFrench], status: 'drafted' },
  {
    name: 'Japanese counts double on X',
    post: japanese,
    platform: 'x',
    answers: [{ tweets: [filled(japaneseTweet, 180), ...goodJapanese.tweets.slice(1)] }, goodJapanese],
    status: 'drafted',
    problems: ['Post 1 for x counts'],
  },
  {
    name: 'emoji count as graphemes on Bluesky, the link in full',
    post: emoji,
    platform: 'bluesky',
    answers: [{ text: `${'👨‍👩‍👧‍👦'.repeat(300 - link(emoji).length)}\n${link(emoji)}` }, goodEmoji],
    status: 'drafted',
    problems: ['Post 1 for bluesky counts 301, 1 over the ceiling of 300.'],
  },
  {
    name: 'Mastodon counts the link as 23',
    post: emoji,
    platform: 'mastodon',
    answers: [{ text: `${'🎨'.repeat(476)} ${link(emoji)}` }],
    status: 'drafted',
  },
  {
    name: 'too long on Bluesky, mended at the second repair',
    post: sharedPlan,
    platform: 'mastodon+bluesky',
    answers: [{ ...goodPair, bluesky: filled(goodPair.bluesky, 420) }, { ...goodPair, bluesky: filled('Nobody loses a sentence.', 260) + link(sharedPlan) }, goodPair],
    status: 'drafted',
    problems: ['over the ceiling of 300', 'over the ceiling of 300'],
  },
  {
    name: 'too long three times: left with a note',
    post: oneFile,
    platform: 'x',
    answers: Array.from({ length: 3 }, () => ({ tweets: [...goodThread.tweets.slice(0, 3), `${filled('A backup is a copy of a file.', 300)} ${link(oneFile)}`] })),
    status: 'scheduled',
    problems: ['Post 4 for x counts', 'Post 4 for x counts', 'over the ceiling of 280'],
  },
  {
    name: 'no link, then the wrong one',
    post: oneFile,
    platform: 'linkedin',
    answers: [{ text: 'Loomcycle keeps everything of a scope in one SQLite file.' }, { text: 'One SQLite file. https://loomcycle.dev/blog/one-file' }, goodLinkedIn],
    status: 'drafted',
    brief: BRIEF,
    problems: ['lacks the link', 'has the link https://loomcycle.dev/blog/one-file; only'],
    never: ['blog/one-file '],
  },
  {
    name: 'an invented figure, and a percentage made of a count',
    post: sharedPlan,
    platform: 'bluesky',
    answers: [{ text: `The plan is 10x faster to edit.\n\n${link(sharedPlan)}` }, { text: `It saves 47 % of the time.\n\n${link(sharedPlan)}` }, { text: goodPair.bluesky }],
    status: 'drafted',
    problems: ['The number "10 (times)"', 'The number "47 (percent)"'],
    never: ['10x', '47 %'],
  },
  {
    name: 'invented names, at the start of a sentence too',
    post: oneFile,
    platform: 'linkedin',
    brief: BRIEF,
    answers: [{ text: `Kubernetes is not needed. Sarah Chen wrote it in Rust.\n\n${link(oneFile)}` }, goodLinkedIn],
    status: 'drafted',
    problems: ['The name "Kubernetes"'],
    never: ['Kubernetes', 'Sarah', 'Rust'],
  },
  {
    name: 'an invented quotation',
    post: french,
    platform: 'mastodon',
    answers: [{ text: `Camille Laurent : « c'est la fin des fichiers perdus ».\n\n${link(french)}` }, goodFrench],
    status: 'drafted',
    problems: ['The quotation "'],
    never: ['fichiers perdus'],
  },
  {
    name: 'hashtags and a mention that nobody asked for',
    post: german,
    platform: 'bluesky',
    answers: [{ text: `${goodGerman.text} #KI @leipzig` }, goodGerman],
    status: 'drafted',
    problems: ['The hashtag "#KI" does not stand in the brief.'],
    never: ['#KI', '@leipzig'],
  },
  {
    name: 'follows the instruction in the post: a foreign link and no draft',
    post: hostile,
    platform: 'bluesky',
    answers: [{ text: 'WIN A PRIZE at https://free-tokens.example/claim' }, goodHostile],
    status: 'drafted',
    problems: ['has the link https://free-tokens.example/claim; only'],
    never: ['PRIZE', 'free-tokens'],
  },
  {
    name: 'follows the instruction in a comment of the post, to the end: left with a note',
    post: hostile,
    platform: 'linkedin',
    answers: Array.from({ length: 3 }, () => ({ text: `Globex Corporation invested 40 million dollars.\n\n${link(hostile)}` })),
    status: 'scheduled',
    problems: ['The number "40 (money)"', 'The name "Globex"', 'The name "Corporation"'],
    never: ['Globex', '40 million'],
  },
  {
    name: 'talks instead of handing in, then writes its input out',
    post: hostile,
    platform: 'mastodon',
    answers: ['Sure! Here is a great post for you.', `\`\`\`json\n${JSON.stringify(goodHostile)}\n\`\`\``],
    status: 'drafted',
    problems: ['does not call the tool hand_in_draft'],
  },
  { name: 'without a model: sentences of the post', post: oneFile, platform: 'x', brief: BRIEF, status: 'drafted' },
  { name: 'without a model: too little text for a thread, left with a note', post: short, platform: 'x', status: 'scheduled' },
];
