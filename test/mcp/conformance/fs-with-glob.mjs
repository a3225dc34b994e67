// The conformance suite imports `globSync` from fs, which Node has since version 22. Its server scenarios never call
// it: under an older Node the import gets a function that says so.
import fs from 'node:fs';
import { register } from 'node:module';

const FS = `data:text/javascript,${encodeURIComponent(`
  export * from 'node:fs';
  export { default } from 'node:fs';
  export function globSync() { throw new Error('globSync needs Node 22'); }
`)}`;

const HOOKS = `data:text/javascript,${encodeURIComponent(`
  export async function resolve(specifier, context, next) {
    const ofSuite = specifier === 'fs' && context.parentURL?.includes('/@modelcontextprotocol/conformance/');
    return ofSuite ? { url: ${JSON.stringify(FS)}, shortCircuit: true } : next(specifier, context);
  }
`)}`;

if (!('globSync' in fs)) register(HOOKS);
