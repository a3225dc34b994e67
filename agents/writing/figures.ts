/** A number in a text. */
export interface Figure {
  /** As it stands there. */
  readonly text: string;
  /** What it may mean, canonical: `4800`, `0.5`, `1.5.0`. */
  readonly values: readonly string[];
  readonly unit?: 'percent' | 'money' | 'times';
  readonly start: number;
  readonly end: number;
}

const WORDS: Readonly<Record<string, number>> = Object.fromEntries(
  [
    'two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12 thirteen 13 fourteen 14 fifteen 15 sixteen 16',
    'seventeen 17 eighteen 18 nineteen 19 twenty 20 thirty 30 forty 40 fifty 50 sixty 60 seventy 70 eighty 80 ninety 90 dozen 12',
    'hundred 100 hundreds 100 thousand 1000 thousands 1000 million 1000000 millions 1000000 billion 1000000000 billions 1000000000',
    'zwei 2 drei 3 vier 4 fünf 5 sechs 6 sieben 7 acht 8 neun 9 zehn 10 zwölf 12 zwanzig 20 dreißig 30 vierzig 40 fünfzig 50 hundert 100 tausend 1000',
    'deux 2 trois 3 quatre 4 cinq 5 sept 7 huit 8 neuf 9 dix 10 onze 11 douze 12 vingt 20 trente 30 quarante 40 cinquante 50 mille 1000',
    'dos 2 tres 3 cuatro 4 cinco 5 seis 6 siete 7 ocho 8 nueve 9 diez 10 doce 12 veinte 20 treinta 30 cuarenta 40 cincuenta 50 cien 100',
  ].flatMap((line) => [...line.matchAll(/(\p{L}+) (\d+)/gu)].map(([, word = '', value]) => [word, Number(value)])),
);
const TIMES_WORDS: Readonly<Record<string, string>> = { twice: '2', double: '2', doubles: '2', doubled: '2', triple: '3', triples: '3', tripled: '3', tenfold: '10', doppelt: '2' };
const SCALES: readonly (readonly [RegExp, number])[] = [
  [/^(?:k\b|[ -]?(?:thousand|tausend|mille|mil)\b)/i, 1e3],
  [/^(?:M\b|[ -]?(?:[Mm]illions?|[Mm]illionen|[Mm]io|millones)\b)/, 1e6],
  [/^(?:B\b|[ -]?(?:[Bb]illions?|[Mm]illiarden?|[Mm]rd|milliards?)\b)/, 1e9],
];
const PERCENT = /^\s?(?:%|percent|per cent|prozent|pour cent|por ciento)/i;
const TIMES = /^\s?(?:[x×]|-?fold|times|mal|fois|veces|倍)(?![\p{L}\p{N}])/iu;
const MONEY = /^\s?(?:[$€£¥]|USD|EUR|GBP|dollars?|euros?|pounds)/i;
const MONEY_BEFORE = /[$€£¥]\s?$/;
/** What may stand between two numbers that share the unit of the second. */
const RANGE = /^\s*(?:,|-|–|to|and|or|bis|und|oder|à|et|ou|a|y|o)\s*$/i;
const TOKEN = /\d+(?:[.,'’]\d+)*(?:[ \u00a0\u202f]\d{3}(?![\d.,]\d|\d))*|\p{L}+(?:-\p{L}+)*/gu;

/**
 * The numbers of a text, in digits and in words (English, German, French, Spanish), with what they count where
 * that is a percentage, an amount of money or a factor. `10,000`, `10 000` and `10k` are the same number.
 */
export function figuresIn(text: string): Figure[] {
  const figures: Figure[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const figure = /^\d/.test(match[0]) ? digits(text, match[0], match.index) : word(text, match[0], match.index);
    if (figure) figures.push(figure);
  }
  return withSharedUnits(text, figures);
}

function digits(text: string, token: string, start: number): Figure | undefined {
  // A digit inside of a word, as in FTS5, is a part of a name; that of v1.5 is a number.
  if (/[\p{L}_][\d.]*$/u.test(text.slice(Math.max(0, start - 12), start)) && !/(?:^|[^\p{L}\p{N}])v$/iu.test(text.slice(0, start))) return undefined;
  const end = start + token.length;
  const rest = text.slice(end, end + 16);
  const plain = canonical(token);
  const [scale, factor] = SCALES.find(([mark]) => mark.test(rest)) ?? [];
  const scaled = factor === undefined || Number.isNaN(Number(plain)) ? undefined : String(Math.round(Number(plain) * factor * 1e6) / 1e6);
  const after = scale ? rest.replace(scale, '') : rest;
  const values = scaled === undefined ? [plain] : [scaled];
  return { text: token, values, ...unitOf(text, start, after), start, end };
}

function word(text: string, token: string, start: number): Figure | undefined {
  const lower = token.toLowerCase();
  const end = start + token.length;
  const factor = TIMES_WORDS[lower];
  if (factor !== undefined) return { text: token, values: [factor], unit: 'times', start, end };
  const parts = lower.split('-');
  const values = parts.map((part) => WORDS[part]);
  if (!values.every((value) => value !== undefined)) {
    const [first] = values;
    // `three-day`, `ten-fold`: the number is the first part.
    return first === undefined || parts.length !== 2 ? undefined : { text: token, values: [String(first)], ...(parts[1] === 'fold' ? { unit: 'times' } : {}), start, end };
  }
  const [tens, ones] = values;
  const value = ones === undefined ? tens! : tens! < ones ? tens! * ones : tens! + ones;
  return { text: token, values: [String(value)], ...unitOf(text, start, text.slice(end, end + 16)), start, end };
}

function unitOf(text: string, start: number, after: string): Pick<Figure, 'unit'> {
  if (PERCENT.test(after)) return { unit: 'percent' };
  if (TIMES.test(after)) return { unit: 'times' };
  return MONEY.test(after) || MONEY_BEFORE.test(text.slice(Math.max(0, start - 2), start)) ? { unit: 'money' } : {};
}

/** `10,000` → 10000, `1,5` → 1.5, `007` → 7; a version such as `1.5.0` stays what it is. */
function canonical(token: string): string {
  const bare = token.replaceAll(/[ \u00a0\u202f'’]/g, '');
  if (/^[1-9]\d{0,2}([.,]\d{3})+$/.test(bare)) return bare.replaceAll(/[.,]/g, '');
  const marks = bare.match(/[.,]/g) ?? [];
  if (marks.length > 1 && new Set(marks).size === 1) return bare;
  const last = Math.max(bare.lastIndexOf('.'), bare.lastIndexOf(','));
  const whole = last === -1 ? bare : `${bare.slice(0, last).replaceAll(/[.,]/g, '')}.${bare.slice(last + 1)}`;
  return String(Number(whole));
}

function withSharedUnits(text: string, figures: readonly Figure[]): Figure[] {
  const result = [...figures];
  for (let i = result.length - 2; i >= 0; i -= 1) {
    const [figure, next] = [result[i]!, result[i + 1]!];
    if (next.unit && !figure.unit && RANGE.test(text.slice(figure.end, next.start))) result[i] = { ...figure, unit: next.unit };
  }
  return result;
}

/** Knows the numbers of a source. */
export function figuresOf(source: string): (figure: Figure) => boolean {
  const known = new Set<string>();
  for (const { text, values, unit } of figuresIn(source)) {
    for (const value of [...values, canonical(text.split(/[ \u00a0\u202f]/)[0] ?? ''), ...text.split(/[ \u00a0\u202f]/).map(canonical)]) {
      known.add(value);
      if (unit) known.add(`${value} ${unit}`);
    }
  }
  return ({ text, values, unit }) => {
    const stands = (value: string): boolean => known.has(unit ? `${value} ${unit}` : value);
    // `3 200` may be one number or two next to each other.
    return values.some(stands) || (/[ \u00a0\u202f]/.test(text) && text.split(/[ \u00a0\u202f]/).every((part) => stands(canonical(part))));
  };
}
