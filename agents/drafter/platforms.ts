import twitter from 'twitter-text';
import { parseBody } from './layout.js';

/** A network on which a text appears. */
export type Network = 'mastodon' | 'bluesky' | 'x' | 'linkedin';

/** A value of the field `platform` of a publication. */
export type Platform = 'mastodon+bluesky' | Network;

export const PLATFORMS: readonly Platform[] = ['mastodon+bluesky', 'mastodon', 'bluesky', 'x', 'linkedin'];

/** The networks that a platform value stands for, in the order of their texts. */
export const NETWORKS: Readonly<Record<Platform, readonly Network[]>> = {
  'mastodon+bluesky': ['mastodon', 'bluesky'],
  mastodon: ['mastodon'],
  bluesky: ['bluesky'],
  x: ['x'],
  linkedin: ['linkedin'],
};

/** The longest text that a network takes, in the units of `countText`. */
export const CEILINGS: Readonly<Record<Network, number>> = { mastodon: 500, bluesky: 300, x: 280, linkedin: 3000 };

/** Bluesky's second ceiling: the size of a text in UTF-8 bytes. */
export const BLUESKY_BYTES = 3000;

/** The number of tweets that make a thread. */
export const THREAD = { min: 4, max: 5 } as const;

const MASTODON_URL_LENGTH = 23;
const REMOTE_MENTION = /(^|[^/\w])(@[a-z0-9_]+)@[a-z0-9.-]+[a-z0-9]+/gi;
const graphemeSegmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

function countGraphemes(text: string): number {
  let count = 0;
  for (const _ of graphemeSegmenter.segment(text)) count += 1;
  return count;
}

/** Mastodon counts graphemes, every URL with a protocol as 23 and a mention without its server. */
function countMastodon(text: string): number {
  let count = 0;
  let end = 0;
  const countRest = (part: string) => countGraphemes(part.replace(REMOTE_MENTION, '$1$2'));
  for (const { indices } of twitter.extractUrlsWithIndices(text, { extractUrlsWithoutProtocol: false })) {
    count += countRest(text.slice(end, indices[0])) + MASTODON_URL_LENGTH;
    end = indices[1];
  }
  return count + countRest(text.slice(end));
}

/** The length of a text as the network itself counts it. */
export const countText: Readonly<Record<Network, (text: string) => number>> = {
  mastodon: countMastodon,
  bluesky: countGraphemes,
  x: (text) => twitter.parseTweet(text).weightedLength,
  // LinkedIn's editor counts UTF-16 units: an emoji takes two of its 3000.
  linkedin: (text) => text.length,
};

/** Whether a network takes the text as one post. */
export function fitsNetwork(network: Network, text: string): boolean {
  if (network === 'bluesky' && Buffer.byteLength(text) > BLUESKY_BYTES) return false;
  return countText[network](text) <= CEILINGS[network];
}

/** What is wrong with one post of a draft. */
export interface Problem {
  network: Network;
  /** Position among the posts for this network, from 1; 0 when the network's posts as a whole are meant. */
  post: number;
  rule: 'missing' | 'empty' | 'too_long' | 'too_many_bytes' | 'too_few_posts' | 'too_many_posts' | 'link_missing' | 'other_link';
  /** By how many units the ceiling is exceeded, or the thread too short or too long. */
  by?: number;
  /** A sentence that says what is wrong and by how much. */
  message: string;
}

/**
 * Checks the draft that stands in a chunk body (see layout.ts) against the rules of its platform.
 *
 * @param link the address that the draft must carry, and the only one that it may carry.
 *   Without it any http(s) address satisfies the rule.
 * @returns the broken rules, in the order of the posts; empty for a draft that can be posted
 */
export function checkDraft(platform: Platform, body: string, link?: string): Problem[] {
  const { posts } = parseBody(body).draft;
  const networks = NETWORKS[platform];
  return networks.flatMap((network) => {
    const texts = posts
      .filter((post) => (networks.length === 1 ? (post.network ?? network) : post.network) === network)
      .map((post) => post.text);
    return checkPosts(network, texts, link);
  });
}

function checkPosts(network: Network, texts: string[], link: string | undefined): Problem[] {
  if (texts.length === 0) return [{ network, post: 0, rule: 'missing', message: `There is no text for ${network}.` }];
  const problems = texts.flatMap((text, i) => checkText(network, text, i + 1, link));
  const last = texts.at(-1) ?? '';
  const linked = link === undefined ? /https?:\/\/\S/.test(last) : last.includes(link);
  if (!linked) {
    const where = texts.length > 1 ? `The last of the ${texts.length} posts for ${network}` : `The text for ${network}`;
    problems.push({ network, post: texts.length, rule: 'link_missing', message: `${where} lacks the link${link === undefined ? '' : ` ${link}`}.` });
  }
  const { min, max } = network === 'x' ? THREAD : { min: 1, max: 1 };
  const must = min === max ? `must be ${min}` : `must be ${min} to ${max}`;
  const count = `There are ${texts.length} posts for ${network}; it ${must}.`;
  if (texts.length < min) problems.push({ network, post: 0, rule: 'too_few_posts', by: min - texts.length, message: count });
  if (texts.length > max) problems.push({ network, post: 0, rule: 'too_many_posts', by: texts.length - max, message: count });
  return problems;
}

function checkText(network: Network, text: string, post: number, link: string | undefined): Problem[] {
  const name = `Post ${post} for ${network}`;
  if (text === '') return [{ network, post, rule: 'empty', message: `${name} is empty.` }];
  const problems: Problem[] = [];
  const length = countText[network](text);
  const ceiling = CEILINGS[network];
  if (length > ceiling) {
    problems.push({ network, post, rule: 'too_long', by: length - ceiling, message: `${name} counts ${length}, ${length - ceiling} over the ceiling of ${ceiling}.` });
  }
  const over = Buffer.byteLength(text) - BLUESKY_BYTES;
  if (network === 'bluesky' && over > 0) {
    problems.push({ network, post, rule: 'too_many_bytes', by: over, message: `${name} is ${over} bytes over the ceiling of ${BLUESKY_BYTES} bytes.` });
  }
  const others = link === undefined ? [] : otherAddresses(text, link);
  for (const other of others) {
    problems.push({ network, post, rule: 'other_link', message: `${name} has the link ${other}; only ${link} may stand in it.` });
  }
  return problems;
}

/** Ends of file names that are top-level domains too: `install.sh` is no address to readers. */
const FILE_NAME = /\.(md|sh|py|rs|pl|ps|so|zip|mov)$/i;

/** The addresses of a text besides its link, also those that networks make links of without a protocol. */
function otherAddresses(text: string, link: string): string[] {
  const rest = text.replaceAll(link, ' ');
  const { hostname } = new URL(link);
  const bare = twitter
    .extractUrls(rest.replaceAll(/https?:\/\/\S+/g, ' '))
    .filter((address) => !FILE_NAME.test(address) && address.toLowerCase() !== hostname);
  return [...(rest.match(/https?:\/\/\S+/g) ?? []), ...bare];
}
