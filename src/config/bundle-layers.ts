import { z } from 'zod';
import { bundleManifest, type BundleManifest } from './bundle-manifest.js';
import { originText, type Origin, type Problem } from './error.js';
import { nearest } from './nearest.js';
import { isUnset, originAt, toValue, type Entry, type MappingNode } from './tree.js';
import { problemsOf } from './validate.js';

/** A bundle of the stack. */
export interface Bundle extends BundleManifest {
  /** The configuration file that is the bundle's. Its skills lie next to it. */
  readonly file: string;
  /** Where the file declares it. */
  readonly origin: Origin;
  /** Where each of `requires` stands. */
  readonly requiresAt: readonly Origin[];
}

/** Key of a file that says which bundle it is, stays in it, and is not merged. */
export const BUNDLE = 'bundle';

const fileSchema = z.object({ [BUNDLE]: bundleManifest });

/** The bundle that a file says it is. @returns undefined where it says none, or what it says is wrong. */
export function readBundle(file: string, entry: Entry, problems: Problem[]): Bundle | undefined {
  if (isUnset(entry.node)) return undefined;
  const tree: MappingNode = { kind: 'mapping', entries: new Map([[BUNDLE, entry]]), origin: entry.key };
  const read = fileSchema.safeParse(toValue(tree));
  if (!read.success) {
    problems.push(...read.error.issues.flatMap((issue) => problemsOf(issue, tree)));
    return undefined;
  }
  const manifest = read.data[BUNDLE]!;
  const requiresAt = manifest.requires.map((_, at) => originAt(tree, [BUNDLE, 'requires', at]));
  return { ...manifest, file, origin: entry.key, requiresAt };
}

/** Adds a bundle to a stack; one that another file declares, too, is a problem. A file named twice is the same bundle. */
export function addToStack(stack: Bundle[], bundle: Bundle, problems: Problem[]): void {
  const same = stack.find(({ name }) => name === bundle.name);
  if (same === undefined) stack.push(bundle);
  else if (same.file !== bundle.file) {
    problems.push({ origin: bundle.origin, message: `bundle.name: ${originText(same.origin)} is the bundle "${bundle.name}" already: leave one of them out, or rename one` });
  }
}

/** A problem for each bundle that is required and not in the stack. */
export function missingBundles(stack: readonly Bundle[]): Problem[] {
  const names = stack.map(({ name }) => name);
  return stack.flatMap(({ name, requires, requiresAt }) =>
    requires.flatMap((required, at) => {
      if (required === name) return [{ origin: requiresAt[at], message: `bundle.requires: "${name}" cannot require itself` }];
      if (names.includes(required)) return [];
      const meant = nearest(required, names);
      const hint = meant === undefined || meant === name ? 'add its loomcycle.yaml with include or --config' : `did you mean "${meant}"?`;
      return [{ origin: requiresAt[at], message: `bundle.requires: "${name}" needs the bundle "${required}", which is not in the stack: ${hint}` }];
    }),
  );
}
