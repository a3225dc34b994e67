import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openPosts } from '../../agents/drafter/posts.js';
import type { Post } from '../../agents/drafter/posts.js';

export const POSTS_FOLDER = fileURLToPath(new URL('../../bundles/social-drafter/posts/', import.meta.url));
export const PLAN_FILE = new URL('../../bundles/social-drafter/examples/launch-plan.md', import.meta.url);
export const BRIEF = 'Angle: what it costs and what it saves.\n\nHashtags: #opensource #sqlite #agents #selfhosted';

/** The posts of the bundle. */
export async function samplePosts(): Promise<Post[]> {
  const posts = openPosts({ folder: POSTS_FOLDER }, 'https://example.org/blog/{slug}');
  const files = (await readdir(POSTS_FOLDER)).filter((name) => name.endsWith('.md')).sort();
  return Promise.all(files.map((name) => posts.get(name.slice(0, -'.md'.length))));
}

/** A post that was written for a test. */
export function makePost(text: string, title = 'A title'): Post {
  return { slug: 'made-up', title, link: 'https://example.org/blog/made-up', text };
}
