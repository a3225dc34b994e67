import { markdown, markdownLanguage } from '@codemirror/lang-markdown';
import type { Extension } from '@codemirror/state';
import { Decoration, EditorView, MatchDecorator, ViewPlugin, placeholder, type ViewUpdate } from '@codemirror/view';
import { minimalSetup } from 'codemirror';

const heading = Decoration.line({ class: 'md-heading' });
const mark = Decoration.mark({ class: 'md-mark' });
const code = Decoration.mark({ class: 'md-code' });
const link = Decoration.mark({ class: 'md-link' });

const MARKUP = /^(#{1,6})\s|(`[^`\n]+`)|(https?:\/\/[^\s)>\]]+|(?<![\w&])[#@][\p{L}\d_]{2,})|^\s*([-*+>]|\d+[.)])\s/gmu;

const decorator = new MatchDecorator({
  regexp: MARKUP,
  decorate(add, from, to, match) {
    const [, hashes, codeSpan, reference, bullet] = match;
    if (hashes) {
      add(from, from, heading);
      add(from, from + hashes.length, mark);
    } else if (codeSpan) add(from, to, code);
    else if (reference) add(from, to, link);
    else if (bullet) add(to - 1 - bullet.length, to - 1, mark);
  },
});

/** Marks headings, code, links and hashtags by class, so that the style sheets colour them in either theme. */
const markup = ViewPlugin.define((view) => ({
  decorations: decorator.createDeco(view),
  update(update: ViewUpdate) {
    this.decorations = decorator.updateDeco(update, this.decorations);
  },
}), { decorations: (plugin) => plugin.decorations });

/** What every Markdown editor of the console has in common. */
export const markdownSetup: Extension = [
  minimalSetup,
  markdown({ base: markdownLanguage }),
  markup,
  placeholder('Write in Markdown…'),
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({ spellcheck: 'true', autocapitalize: 'sentences' }),
];
