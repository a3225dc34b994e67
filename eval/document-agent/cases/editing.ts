import { document, read, say, type DocumentCase } from '../case.js';
import { ARCHIVE, CELLAR, CELLAR_OUTLINE, FEES, HANDBOOK, LINKS, OUTLINE, REFUNDS, STATUSES, VOUCHERS } from '../handbook.js';

const TASKS = `# Launch

## Write the post
<!-- loom: {"type":"task","status":"open","fields":{"owner":"ines"}} -->

Two pages.

## Post it
<!-- loom: {"type":"task","status":"open"} -->

At ten.
`;
const PART = '# Cash on delivery\n\nThe courier takes 4 euros.\n\n## A customer does not pay\n\nKeep the parcel for 7 days.\n';
const TONE = 'Short, warm, exact and honest. See [[On duty]] when a message makes you angry.';

/** Bodies, levels, links and statuses, by a model that does as the skills say. */
export const EDITING: readonly DocumentCase[] = [
  {
    name: 'splits a chunk into one for each case, and loses no word',
    documents: [HANDBOOK, CELLAR],
    request: 'Split Refunds into one chunk for each case.',
    steps: [
      () => ({ calls: [{ name: 'Skill', input: { name: 'semantic-chunking' } }] }),
      read,
      (seen) => {
        const { id, revision, body } = seen.chunk('Refunds');
        const [first, second, third] = body!.trim().split(/(?<=\.) /);
        const rest = [{ title: 'Gift cards', body: third }, { title: 'Refunds after 30 days', body: second }];
        return document({
          op: 'batch',
          ops: [{ op: 'update_chunk', id, revision, title: 'Refunds within 30 days', body: first }, ...rest.map((part) => ({ op: 'create_chunk', document_id: seen.documentId, after_id: id, ...part }))],
        });
      },
      say('Refunds is now Refunds within 30 days, Refunds after 30 days and Gift cards.'),
    ],
    changed: ['Refunds within 30 days'],
    made: ['Refunds after 30 days', 'Gift cards'],
    bodies: {
      'Refunds within 30 days': 'Anyone who asks within 30 days gets the money back.',
      'Refunds after 30 days': 'After 30 days we look at the receipt and decide by hand.',
      'Gift cards': 'Gift cards are not refunded.',
    },
    outline: [...OUTLINE.flatMap((line) => (line === '  Refunds' ? ['  Refunds within 30 days', '  Refunds after 30 days', '  Gift cards'] : [line])), ...CELLAR_OUTLINE],
    statuses: { 'Refunds within 30 days': 'draft', 'On duty': STATUSES['On duty'] },
  },
  {
    name: 'rearranges levels and order in one batch',
    documents: [HANDBOOK, CELLAR],
    request: 'Put "A parcel came back" first below Refunds, On duty right behind Escalation on its level, and call Parcels Deliveries.',
    steps: [
      read,
      (seen) => {
        const [back, duty, parcels] = ['A parcel came back', 'On duty', 'Parcels'].map((title) => seen.chunk(title));
        return document({
          op: 'batch',
          ops: [
            { op: 'move_chunk', id: back!.id, new_parent_id: seen.chunk('Refunds').id, position: 0, revision: back!.revision },
            { op: 'move_chunk', id: duty!.id, after_id: seen.chunk('Escalation').id, revision: duty!.revision },
            { op: 'update_chunk', id: parcels!.id, revision: parcels!.revision, title: 'Deliveries' },
          ],
        });
      },
      say('A parcel came back stands first below Refunds, On duty behind Escalation, and Parcels is called Deliveries.'),
    ],
    changed: ['A parcel came back', 'On duty', 'Deliveries'],
    outline: ['Support handbook', '  Tone', '  Refunds', '    A parcel came back', '  Deliveries', '    A parcel is late', '    A parcel is lost', '  Escalation', '  On duty', ...CELLAR_OUTLINE],
  },
  {
    name: 'renames a chunk, and corrects the link to it',
    documents: [HANDBOOK, CELLAR],
    request: 'Call "A parcel is lost" Lost parcels.',
    steps: [
      read,
      (seen) => document({ op: 'backlinks', id: seen.chunk('A parcel is lost').id }),
      (seen) => {
        const [lost, late] = [seen.chunk('A parcel is lost'), seen.chunk('A parcel is late')];
        return document({
          op: 'batch',
          ops: [
            { op: 'update_chunk', id: lost.id, revision: lost.revision, title: 'Lost parcels' },
            { op: 'update_chunk', id: late.id, base_revision: late.revision, body: late.body!.replace('[[A parcel is lost]]', '[[Lost parcels]]') },
          ],
        });
      },
      say('A parcel is lost is called Lost parcels, and the link in A parcel is late leads there.'),
    ],
    changed: ['Lost parcels', 'A parcel is late'],
    bodies: { 'A parcel is late': 'Wait two working days past the promised date, then ask the courier. See [[Lost parcels]].' },
    outline: [...OUTLINE.map((line) => line.replace('A parcel is lost', 'Lost parcels')), ...CELLAR_OUTLINE],
    links: ['A parcel is late -link-> Lost parcels', 'Tone -link-> On duty'],
  },
  {
    name: 'joins two chunks, and keeps what hangs below the one that goes',
    documents: [HANDBOOK],
    request: 'Join Escalation into Tone.',
    steps: [
      read,
      (seen) => {
        const [tone, duty, escalation] = ['Tone', 'On duty', 'Escalation'].map((title) => seen.chunk(title));
        return document({
          op: 'batch',
          ops: [
            { op: 'update_chunk', id: tone!.id, revision: tone!.revision, body: `${tone!.body!.trim()}\n\n${escalation!.body!.trim()}\n` },
            { op: 'move_chunk', id: duty!.id, new_parent_id: tone!.id, revision: duty!.revision },
            { op: 'delete_chunk', id: escalation!.id, revision: escalation!.revision },
          ],
        });
      },
      say('Escalation is joined into Tone, and On duty stands below it.'),
    ],
    changed: ['Tone', 'On duty'],
    deleted: ['Escalation'],
    bodies: { Tone: 'Short, warm and exact. See [[On duty]] when a message makes you angry.\n\nAsk before you promise money above 200.' },
    outline: ['Support handbook', '  Tone', '    On duty', ...OUTLINE.slice(2, -2)],
  },
  {
    name: 'makes an edge of meaning, once',
    documents: [HANDBOOK, CELLAR],
    request: 'Link "A parcel came back" to what it depends on.',
    steps: [
      () => ({ calls: [{ name: 'Skill', input: { name: 'edge-linking' } }] }),
      read,
      (seen) => document({ op: 'link_chunks', from_id: seen.chunk('A parcel came back').id, to_id: seen.chunk('Refunds').id, kind: 'depends-on', revision: seen.chunk('A parcel came back').revision }),
      (seen) => document({ op: 'get_edges', id: seen.chunk('A parcel came back').id, direction: 'both' }),
      say('A parcel came back depends on Refunds now.'),
    ],
    changed: ['A parcel came back'],
    links: ['A parcel came back -depends-on-> Refunds', ...LINKS],
  },
  {
    name: 'a status that the type does not have is refused, and mended',
    prepare: [{ op: 'define_type', name: 'task', fields: [{ name: 'status', type: 'enum', values: ['open', 'done'] }, { name: 'owner', type: 'string' }] }],
    documents: [TASKS, HANDBOOK],
    request: 'Write the post is through.',
    steps: [
      read,
      ...['finished', 'done'].map((status) => (seen: Parameters<typeof read>[0]) => document({ op: 'update_chunk', id: seen.chunk('Write the post').id, revision: seen.chunk('Write the post').revision, status })),
      say('Write the post has the status done.'),
    ],
    changed: ['Write the post'],
    statuses: { ...STATUSES, 'Write the post': 'done owner=ines', 'Post it': 'open' },
    refused: ['invalid_field'],
  },
  {
    name: 'imports Markdown as a part of the document, a chunk for each heading',
    documents: [HANDBOOK, CELLAR],
    request: `Import this below Parcels:\n\n${PART}`,
    steps: [
      () => ({ calls: [{ name: 'Skill', input: { name: 'md-import' } }] }),
      read,
      (seen) => document({ op: 'import_md', document_id: seen.documentId, parent_id: seen.chunk('Parcels').id, markdown: PART }),
      (seen) => document({ op: 'get_subtree', id: seen.told('root_chunk_id'), include_body: false }),
      say('Cash on delivery stands below Parcels, with A customer does not pay below it: 2 chunks.'),
    ],
    made: ['Cash on delivery', 'A customer does not pay'],
    bodies: { 'Cash on delivery': 'The courier takes 4 euros.', 'A customer does not pay': 'Keep the parcel for 7 days.' },
    outline: [...OUTLINE.slice(0, 7), '    Cash on delivery', '      A customer does not pay', ...OUTLINE.slice(7), ...CELLAR_OUTLINE],
  },
  {
    name: 'an edited export goes back, and what the person wrote meanwhile stays',
    documents: [HANDBOOK, CELLAR],
    request: 'Export this, put 300 for the 200 in Escalation, and merge it back.',
    steps: [
      (seen) => document({ op: 'export_md', document_id: seen.documentId }),
      async (seen, person) => {
        await person.edit('Tone', { body: TONE });
        return document({ op: 'import_md', document_id: seen.documentId, mode: 'merge', markdown: seen.told('markdown').replace('above 200', 'above 300') });
      },
      say('Escalation says 300 now.'),
    ],
    changed: ['Escalation'],
    bodies: { Escalation: 'Ask before you promise money above 300.', Tone: TONE },
  },
  {
    name: 'a conflict: takes the current text, and adds to it',
    documents: [HANDBOOK, CELLAR],
    request: `Add to Refunds: ${FEES}`,
    steps: [
      read,
      async (seen, person) => {
        await person.edit('Refunds', { body: `${REFUNDS} ${VOUCHERS}` });
        const { id, revision, body } = seen.chunk('Refunds');
        return document({ op: 'update_chunk', id, revision, body: `${body!.trim()} ${FEES}` });
      },
      (seen) => {
        const { id, revision, body } = seen.refused.data!.current!;
        return document({ op: 'update_chunk', id, revision, body: `${body!.trim()} ${FEES}` });
      },
      say('Refunds says that express fees are refunded, behind what you wrote at the same time.'),
    ],
    changed: ['Refunds'],
    bodies: { Refunds: `${REFUNDS} ${VOUCHERS} ${FEES}` },
    refused: ['revision_conflict'],
  },
  {
    name: 'says what would go before it deletes many chunks',
    documents: [ARCHIVE, HANDBOOK],
    request: 'Delete the notes.',
    steps: [read, say('That would delete Notes and the 12 chunks below it; undelete brings them back. Shall I?')],
  },
];
