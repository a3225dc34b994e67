import { validateHeaderValue } from 'node:http';
import { Refusal } from '../../../errors.js';
import type { RunSecrets } from '../../../runs/protocol.js';

const PLACEHOLDER = /\$\{run\.(?:(user_bearer)|credentials\.([A-Za-z0-9_-]+))(?::-([^}]*))?\}/g;

/**
 * Headers with what the run brings in the places of `${run.user_bearer}` and `${run.credentials.<name>}`; after `:-`
 * stands what is taken where the run brings none.
 * @throws Refusal `forbidden` where it brings none and there is no other text, which never shows a value
 */
export function withSecrets(headers: Readonly<Record<string, string>>, { user_bearer: bearer, user_credentials: credentials = {} }: RunSecrets): Record<string, string> {
  const filled = Object.entries(headers).map(([header, text]): [string, string] => {
    const value = text.replace(PLACEHOLDER, (_all, ofBearer: string | undefined, name: string, other: string | undefined) => {
      const brought = ofBearer === undefined ? (Object.hasOwn(credentials, name) ? credentials[name] : undefined) : bearer;
      return brought ?? other ?? missing(ofBearer === undefined ? `user_credentials.${name}` : 'user_bearer', header);
    });
    try {
      validateHeaderValue(header, value);
    } catch {
      throw new Refusal('invalid_input', `the header ${header} cannot be sent with what the run brings: it takes one line of visible characters`);
    }
    return [header, value];
  });
  return Object.fromEntries(filled);
}

function missing(field: string, header: string): never {
  throw new Refusal('forbidden', `the server wants ${field} of the run in its header ${header}: begin a run with it. What a run was begun with is not kept over a restart`, { missing: field });
}
