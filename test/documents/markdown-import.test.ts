import { describe, expect, it } from 'vitest';
import { MarkdownError, parseMarkdown, renderMarkdown, type MarkdownChunk } from '../../src/documents/markdown/index.js';

const ID = '0123456789abcdef0123456789abcdef';

/** Titles as an outline: `Root(A(B) C)`. */
function outline({ title, children }: MarkdownChunk): string {
  return children.length === 0 ? title : `${title}(${children.map(outline).join(' ')})`;
}

function parseRoot(...lines: string[]): MarkdownChunk {
  return parseMarkdown(lines.join('\n')).root;
}

describe('headings', () => {
  it('nest by level, the first one being the root', () => {
    expect(outline(parseRoot('# R', '## A', '### B', '## C', '### D'))).toBe('R(A(B) C(D))');
  });

  it('of the level of the root or shallower still become its children', () => {
    expect(outline(parseRoot('### R', '#### A', '# B', '## C', '### D', '# E'))).toBe('R(A B(C(D)) E)');
  });

  it('with skipped levels attach to the nearest shallower heading', () => {
    expect(outline(parseRoot('# R', '#### A', '### B', '##### C', '## D'))).toBe('R(A B(C) D)');
  });

  it.each([
    ['# Title ##', 'Title'],
    ['# Title \t ###   ', 'Title'],
    ['   # Title', 'Title'],
    ['#\tTitle', 'Title'],
    ['# C#', 'C#'],
    ['# C \\#', 'C #'],
    ['# C \\\\#', 'C \\#'],
    ['# ##', 'Untitled'],
    ['#', 'Untitled'],
    ['Title\n===', 'Title'],
    ['Two\n  lines\n---', 'Two lines'],
    ['# <b>1.</b> `#`', '<b>1.</b> `#`'],
  ])('%j has the title %j', (heading, title) => {
    expect(parseRoot(heading, '', 'text')).toEqual({ title, body: 'text', children: [] });
  });

  it('may be setext headings, whose levels are 1 and 2', () => {
    expect(outline(parseRoot('R', '===', 'text', '', 'A', '---', '### B', 'C', '---'))).toBe('R(A(B) C)');
  });

  it.each([
    ['a fence', '```sh\n# comment\n```'],
    ['a fence with a shorter one inside', '````md\n```\n# A\n```\n# B\n````'],
    ['a fence of tildes with backticks inside', '~~~\n```\n# A\n~~~'],
    ['an indented fence', '- step\n\n  ```\n  # A\n  ```'],
    ['indented code', 'text\n\n    # A\n\n\t# B'],
    ['a list', '- # A\n- B\n  ---'],
    ['a block quote', '> # A\n> B\n> ==='],
    ['a comment', '<!--\n# A\n\nB\n---\n-->'],
    ['an HTML block', '<pre>\n\n# A\n</pre>'],
    ['a table', '| a |\n|---|\n| b |'],
    ['text without a space after the sign', '#hashtag\n#1 and ####### seven'],
  ])('are not looked for in %s', (_name, body) => {
    const { root } = parseMarkdown(`# R\n\n${body}\n\n## Next\n`);
    expect(root).toEqual({ title: 'R', body, children: [{ title: 'Next', body: '', children: [] }] });
  });

  it('are found after containers nested past any limit', () => {
    for (const marker of ['- ', '> ', '1. ', '- > ']) {
      expect(outline(parseRoot('# R', `${marker.repeat(500)}deep`, '', '## Next'))).toBe('R(Next)');
    }
  });

  it('are found whatever the line ends are', () => {
    const text = '\uFEFF# R\n\nab\n\n## A\n\ntext\n';
    const tree = parseMarkdown(text);
    expect(outline(tree.root)).toBe('R(A)');
    expect(parseMarkdown(text.replaceAll('\n', '\r\n'))).toEqual(tree);
    expect(parseMarkdown(text.replaceAll('\n', '\r'))).toEqual(tree);
    expect(parseRoot('# R\0', 'a\0b')).toEqual({ title: 'R\uFFFD', body: 'a\uFFFDb', children: [] });
  });
});

describe('bodies', () => {
  it('are the source lines, without blank lines around them', () => {
    const body = '    code first\n\n\ntrailing spaces  \n\ttab';
    expect(parseRoot('# R', '', ' \t', body, '', '  ', '## A').body).toBe(body);
  });

  it('may end in an unclosed fence, in front of the edges', () => {
    const tree = {
      root: { id: ID, title: 'R', body: '', children: [{ title: 'A', body: '```js\nlet a;', children: [] }] },
      edges: [{ from: ID, to: ID, kind: 'self' }],
    };
    expect(parseMarkdown(renderMarkdown(tree))).toEqual(tree);
  });

  it.each([['===\ntext'], ['---\ntext'], ['text\n---'], ['- a\nlazy\n==='], ['[ref]: /url\n---'], ['[ref]: /url "open'], ['---\nkey: v\n---']])(
    'survive what stands around them: %j',
    (body) => {
      const tree = { root: { title: 'R', body, children: [{ title: 'A', body, children: [] }] }, edges: [] };
      expect(parseMarkdown(renderMarkdown(tree))).toEqual(tree);
    },
  );
});

describe('text in front of the first heading', () => {
  it('is the first child of the root, of type preamble, and is written back in front', () => {
    const text = '[badge]\n\nintro\n\n# R\n\nbody\n\n## A\n';
    const { root } = parseMarkdown(text);
    expect(root.children).toEqual([
      { title: 'Preamble', type: 'preamble', body: '[badge]\n\nintro', children: [] },
      { title: 'A', body: '', children: [] },
    ]);
    expect(renderMarkdown({ root, edges: [] })).toBe(text);
    expect(renderMarkdown({ root, edges: [] }, { metadata: false })).toBe(text);
  });

  it('keeps its id, status and fields in a line before it', () => {
    const preamble = { id: ID, title: 'Preamble', type: 'preamble', status: 'ok', fields: { a: 1 }, body: 'intro', children: [] };
    const tree = { root: { title: 'R', body: '', children: [preamble] }, edges: [] };
    const text = renderMarkdown(tree);
    expect(text).toBe(`<!-- loom: {"type":"preamble","id":"${ID}","status":"ok","fields":{"a":1}} -->\n\nintro\n\n# R\n`);
    expect(parseMarkdown(text)).toEqual(tree);
  });

  it('includes front matter, which is never a heading', () => {
    const front = '---\n# comment\ntitle: T\ntags:\n  - a\n\n# more\n---';
    const { root } = parseMarkdown(`${front}\n# R\n`);
    expect(outline(root)).toBe('R(Preamble)');
    expect(root.children[0]?.body).toBe(front);
    const withStatus = { ...root, children: root.children.map((child) => ({ ...child, status: 'ok' })) };
    expect(parseMarkdown(renderMarkdown({ root: withStatus, edges: [] })).root).toEqual(withStatus);
  });

  it('may begin with a thematic break, which hides no heading', () => {
    expect(outline(parseRoot('---', '', '# R', '', 'text', '', '---', '## A'))).toBe('R(Preamble A)');
    expect(outline(parseRoot('---', 'key: never closed', '', '# R'))).toBe('R(Preamble)');
  });

  it('is an ordinary chunk where its place or its children say so', () => {
    const preamble = { title: 'P', type: 'preamble', body: 'x', children: [] };
    const parent = { ...preamble, children: [{ title: 'A', body: '', children: [] }] };
    for (const children of [[{ title: 'A', body: '', children: [] }, preamble], [parent]]) {
      const tree = { root: { title: 'R', body: '', children }, edges: [] };
      expect(renderMarkdown(tree)).toContain('## P\n<!-- loom: {"type":"preamble"} -->\n');
      expect(parseMarkdown(renderMarkdown(tree))).toEqual(tree);
    }
  });

  it('is the body of an untitled root when there is no heading', () => {
    expect(parseRoot('', 'just', '', 'text', '')).toEqual({ title: 'Untitled', body: 'just\n\ntext', children: [] });
  });

  it.each([[''], [' \r\n\t\n'], ['\uFEFF\n']])('must not be all there is and blank: %j', (text) => {
    expect(() => parseMarkdown(text)).toThrow(MarkdownError);
    expect(() => parseMarkdown(text)).toThrow(expect.objectContaining({ code: 'empty', message: expect.stringContaining('empty') }));
  });
});

describe('metadata', () => {
  it('is the first non-blank line under a heading', () => {
    const line = `<!-- loom: {"id":"${ID}","type":"task","status":"open","fields":{"a":{"b":["-->"]}},"other":1} -->`;
    expect(parseRoot('# R', '', line, 'text')).toEqual({
      id: ID,
      title: 'R',
      type: 'task',
      status: 'open',
      fields: { a: { b: ['-->'] } },
      body: 'text',
      children: [],
    });
  });

  it.each([
    ['bad JSON', '<!-- loom: {"id": -->'],
    ['JSON that is no object', '<!-- loom: ["id"] -->'],
    ['an unclosed comment', '<!-- loom: {"type":"a"}'],
    ['an indented line', ' <!-- loom: {"type":"a"} -->'],
    ['a line after text', 'text\n<!-- loom: {"type":"a"} -->'],
    ['a fenced line', '```\n<!-- loom: {"type":"a"} -->\n```'],
  ])('is not %s: that is text, and survives', (_name, body) => {
    const tree = parseMarkdown(`# R\n${body}\n`);
    expect(tree.root).toEqual({ title: 'R', body, children: [] });
    expect(parseMarkdown(renderMarkdown(tree))).toEqual(tree);
  });

  it('is one line: a second is text', () => {
    const second = '<!-- loom: {"type":"b"} -->';
    expect(parseRoot('# R', '<!-- loom: {"type":"a"} -->', second)).toEqual({ title: 'R', type: 'a', body: second, children: [] });
  });

  it('ignores ids that are none and values of the wrong type', () => {
    const line = `<!-- loom: {"id":"${ID.toUpperCase()}","type":1,"status":null,"fields":[]} -->`;
    expect(parseRoot('# R', line)).toEqual({ title: 'R', body: '', children: [] });
  });

  it('cannot end its comment early', () => {
    const tree = { root: { title: 'R', fields: { a: '--> # x' }, body: '', children: [] }, edges: [] };
    expect(renderMarkdown(tree)).toBe('# R\n<!-- loom: {"fields":{"a":"--\\u003e # x"}} -->\n');
    expect(parseMarkdown(renderMarkdown(tree))).toEqual(tree);
  });

  it('carries depths that headings cannot', () => {
    const lines = ['# 1', '## 2', '### 3', '#### 4', '##### 5', '###### 6', '###### 7', '<!-- loom: {"depth":7} -->', '###### 6b'];
    const { root } = parseMarkdown(lines.join('\n'));
    expect(outline(root)).toBe('1(2(3(4(5(6(7) 6b)))))');
    expect(renderMarkdown({ root, edges: [] })).toContain('###### 7\n<!-- loom: {"depth":7} -->\n');
  });

  it('is left out on demand, with the edges', () => {
    const root = { id: ID, title: 'R', type: 'a', body: '# verbatim', children: [] };
    expect(renderMarkdown({ root, edges: [{ from: ID, to: ID, kind: 'k' }] }, { metadata: false })).toBe('# R\n\n# verbatim\n');
  });
});

describe('a verbatim body', () => {
  const wrapped = '# R\n<!-- loom: {"verbatim":true,"end":"e1"} -->\n\n# no heading\n```\n<!-- loom-edges:\n\n<!-- /loom:e1 -->\n\n## A\n';

  it('is everything up to its closing line', () => {
    const { root } = parseMarkdown(wrapped);
    expect(root.body).toBe('\n# no heading\n```\n<!-- loom-edges:\n');
    expect(outline(root)).toBe('R(A)');
  });

  it('is read as Markdown when that line is missing', () => {
    const { root } = parseMarkdown(wrapped.replace('/loom:e1', '/loom:e2').replace('```', 'text'));
    expect(outline(root)).toBe('R(no heading(A))');
    expect(root.children[0]?.body).toBe('text\n<!-- loom-edges:\n\n<!-- /loom:e2 -->');
  });

  it('keeps text that was written after it', () => {
    expect(parseMarkdown(wrapped.replace('## A', 'added')).root.body).toBe('\n# no heading\n```\n<!-- loom-edges:\n\n\nadded');
  });

  it('is written only for bodies that need one', () => {
    const render = (body: string): string => renderMarkdown({ root: { title: 'R', body, children: [] }, edges: [] });
    for (const body of ['text', '```\n# x\n```', '- a\n\n---\n\nb', '<div>\n\nx\n\n</div>', '#tag']) expect(render(body)).toBe(`# R\n\n${body}\n`);
    for (const body of ['# x', 'x\n---', '```', '<!--', '<pre>', '\nx', 'x\n ', ' ', '<!-- loom: {} -->', '<!-- loom-edges:\n-->']) {
      expect(render(body)).toMatch(/^# R\n<!-- loom: \{"verbatim":true,"end":"(\w+)"\} -->\n[^]*\n<!-- \/loom:\1 -->\n$/);
    }
  });
});

describe('the edges trailer', () => {
  const trailer = '<!-- loom-edges:\na -> b [blocks]\nb -> c [depends on]\n-->\n';

  it('lists the edges, at the end of the text', () => {
    const tree = parseMarkdown(`# R\n\ntext\n\n${trailer}\n`);
    expect(tree.root.body).toBe('text');
    expect(tree.edges).toEqual([{ from: 'a', to: 'b', kind: 'blocks' }, { from: 'b', to: 'c', kind: 'depends on' }]);
    expect(renderMarkdown(tree)).toBe(`# R\n\ntext\n\n${trailer}`);
  });

  it.each([
    ['unclosed', '<!-- loom-edges:\na -> b [k]'],
    ['not at the end', `${trailer}\nmore`],
    ['with a line that is no edge', '<!-- loom-edges:\na -> b [k]\nnonsense\n-->'],
    ['with a broken string', '<!-- loom-edges:\n"\\x" -> b [k]\n-->'],
    ['in a fence', `\`\`\`\n${trailer}\`\`\``],
  ])('is text when %s', (_name, body) => {
    const tree = parseMarkdown(`# R\n\n${body}\n`);
    expect(tree).toEqual({ root: { title: 'R', body, children: [] }, edges: [] });
    expect(parseMarkdown(renderMarkdown(tree))).toEqual(tree);
  });

  it('survives odd ids and kinds', () => {
    const odd = ['-->', 'a -> b', '[x]', 'q"', 'new\nline', '', ' ', '\0', '\uD800'];
    const tree = { root: { title: 'R', body: '', children: [] }, edges: odd.map((text) => ({ from: text, to: text, kind: text })) };
    expect(parseMarkdown(renderMarkdown(tree))).toEqual(tree);
  });
});
