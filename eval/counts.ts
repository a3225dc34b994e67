/** How many cases did what is asked, of how many. */
export type Counts = Readonly<Record<string, { readonly right: number; readonly of: number }>>;

/** What one case did, by what is asked of it; undefined where that cannot be asked of it. */
export type Marks = Readonly<Record<string, boolean | undefined>>;

export interface Outcome {
  readonly name: string;
  readonly marks: Marks;
  /** What came of it, for people. */
  readonly text: string;
}

export interface Evaluation {
  readonly name: string;
  readonly counts: Counts;
  readonly outcomes: readonly Outcome[];
}

export function countUp(name: string, outcomes: readonly Outcome[]): Evaluation {
  const asked = [...new Set(outcomes.flatMap(({ marks }) => Object.keys(marks)))];
  const counts = asked.map((what) => {
    const marks = outcomes.map((outcome) => outcome.marks[what]).filter((mark) => mark !== undefined);
    return [what, { right: marks.filter(Boolean).length, of: marks.length }] as const;
  });
  return { name, counts: Object.fromEntries(counts), outcomes };
}

/** The share of its cases that has to do what is asked. Scripted models answer the same each time: all of them. */
export const THRESHOLD = 1;

/** The cases that did not do what is asked, with what. */
export function misses({ outcomes }: Evaluation): string[] {
  return outcomes.flatMap(({ name, marks }) => Object.entries(marks).flatMap(([what, right]) => (right === false ? [`${name}: ${what}`] : [])));
}

export function reached({ counts }: Evaluation): boolean {
  return Object.values(counts).every(({ right, of }) => of > 0 && right / of >= THRESHOLD);
}
