import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { renderBody } from '../../agents/drafter/layout.js';
import { writeOffline } from '../../agents/drafter/offline-writer.js';
import { checkDraft, PLATFORMS } from '../../agents/drafter/platforms.js';
import { PLAN_FILE, samplePosts } from './samples.js';

const plan = await readFile(PLAN_FILE, 'utf8');
const posts = new Map((await samplePosts()).map((post) => [post.slug, post]));

const offset = z.string().regex(/^\{\{today([+-]\d+)?\}\}$/).transform((value) => Number(value.slice('{{today'.length, -2)));
const metadata = z.object({
  type: z.literal('publication'),
  status: z.string(),
  fields: z.object({
    platform: z.enum(PLATFORMS),
    date: offset,
    status: z.string(),
    blog_slug: z.string(),
    day_number: z.number().int(),
    t_offset: z.string(),
    posted_at: z.string().optional(),
  }),
});
const publications = [...plan.matchAll(/^(#+) (.+)\n<!-- loom: (\{.*\}) -->\n\n([\s\S]*?)(?=\n#|$(?![\s\S]))/gm)].map(([, , title = '', json = '', body = '']) => ({
  title,
  body,
  ...metadata.parse(JSON.parse(json)),
}));

describe('the sample plan', () => {
  it('has 40 or more headings, one title and no digest', () => {
    const prose = plan.replaceAll(/^```[\s\S]*?^```/gm, '');
    expect(prose.match(/^#{1,6} /gm)?.length).toBeGreaterThanOrEqual(40);
    expect(prose.match(/^# /gm)).toHaveLength(1);
    expect(plan.startsWith('# ')).toBe(true);
    expect(plan).not.toContain('§6');
  });

  it('has 18 publications, spread around today', () => {
    expect(publications).toHaveLength(18);
    expect(plan.match(/<!-- loom:/g)).toHaveLength(18);
    expect(new Set(publications.map((p) => p.fields.platform))).toEqual(new Set(['mastodon+bluesky', 'x', 'linkedin']));
    const scheduled = publications.filter((p) => p.status === 'scheduled').map((p) => p.fields.date);
    expect(publications.filter((p) => p.status === 'posted' && p.fields.posted_at && p.fields.date < 0)).toHaveLength(2);
    expect(scheduled.filter((date) => date < 0)).toHaveLength(1);
    expect(scheduled.filter((date) => date >= 0 && date < 3)).toHaveLength(6);
    expect(scheduled.filter((date) => date > 3 && date <= 14)).toHaveLength(9);
  });

  it('says the status once, and counts its days from one launch day', () => {
    for (const { status, fields } of publications) {
      expect(fields.status).toBe(status);
      expect(fields.t_offset).toBe(`T+${fields.day_number - 1}`);
      expect(fields.date - fields.day_number).toBe(-3);
    }
  });

  it.each(publications)('$title can be drafted from its post and brief', ({ title, body, fields }) => {
    const post = posts.get(fields.blog_slug);
    expect(post).toBeDefined();
    expect(body).toMatch(/^Angle: .+\n\nHashtags: #/);
    if (!post) return;
    const draft = writeOffline({ post, platform: fields.platform, brief: body, title });
    expect(checkDraft(fields.platform, renderBody(draft, body), post.link)).toEqual([]);
  });

  it('has a type that declares every field of its publications', async () => {
    const type: unknown = parse(await readFile(new URL('publication-type.yaml', PLAN_FILE), 'utf8'));
    const { name, fields } = z.object({ name: z.string(), fields: z.array(z.object({ name: z.string(), values: z.array(z.string()).optional() })) }).parse(type);
    const values = (field: string) => fields.find((f) => f.name === field)?.values;
    expect(name).toBe('publication');
    expect(values('platform')).toEqual(PLATFORMS);
    for (const publication of publications) {
      expect(fields.map((field) => field.name)).toEqual(expect.arrayContaining(Object.keys(publication.fields)));
      expect(values('status')).toContain(publication.status);
    }
  });
});
