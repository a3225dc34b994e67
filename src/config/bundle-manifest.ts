import { z } from 'zod';

/** Names of bundles. A bundle lies in a folder of that name. */
export const BUNDLE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const MAX_NAME = 64;
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/** Whether a text can be the name of a bundle. Such a name cannot leave the folder that it is looked for in. */
export function isBundleName(text: string): boolean {
  return text.length <= MAX_NAME && BUNDLE_NAME.test(text);
}

const name = z.string().max(MAX_NAME, `at most ${MAX_NAME} characters`).regex(BUNDLE_NAME, 'lower-case words and digits with - between them, like social-drafter');

/** What a file says about itself where it is that of a bundle. */
export const bundleManifest = z.strictObject({
  name: name.describe('What others call it in `requires`; the name of its folder'),
  // In yaml 1.0 is a number, so that is the likely mistake.
  version: z.string('must be a text: put it in quotes').regex(VERSION, 'must be three numbers, like "1.0.0"').describe('Three numbers, like `1.0.0`'),
  description: z.string().min(1, 'say in a sentence what it does').max(500).describe('What it does, in a sentence'),
  requires: z.array(name).max(64).default([]).describe('Names of bundles that must be in the stack, too'),
});

export type BundleManifest = z.output<typeof bundleManifest>;
