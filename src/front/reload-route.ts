import { ConfigError } from '../config/error.js';
import { Refusal, toRefusalWire } from '../errors.js';
import { administers, SHARED_TENANT } from '../identity/principal.js';
import { log } from '../log.js';
import type { ReloadReport } from '../reload/report.js';
import { missingScope, type Authenticator } from './authenticate.js';
import type { Exchange } from './exchange.js';
import { HttpError, refusalResponse } from './http-error.js';
import { parseObject } from './tool-routes.js';

/** Reads the configuration again and brings it into effect. */
export type Reload = () => Promise<ReloadReport>;

const MAX_BODY = 4096;

/**
 * `POST /v1/_reload`: the same as SIGHUP. For administrators of the shared tenant, since a configuration is
 * that of all tenants.
 * @param reload undefined where the runtime does not know where its configuration came from.
 */
export function reloadRoute(exchange: Exchange, auth: Authenticator, reload: Reload | undefined): void {
  const principal = auth.requireScope(exchange, 'substrate:admin');
  if (!administers(principal, SHARED_TENANT)) throw missingScope('substrate:admin');
  exchange.readBody(MAX_BODY, (body) => {
    const [unknown] = Object.keys(parseObject(body.toString('utf8')));
    if (unknown !== undefined) throw new HttpError(400, 'bad_request', `a reload takes no ${JSON.stringify(unknown)}: send {}`);
    if (!reload) throw new HttpError(501, 'not_supported', 'this runtime was given its configuration and cannot read it again: start it anew');
    reload().then(
      (report) => exchange.json(200, JSON.stringify(report)),
      (error: unknown) => refuse(exchange, error),
    );
  });
}

function refuse(exchange: Exchange, error: unknown): void {
  if (error instanceof ConfigError) {
    log('error', 'the configuration cannot be used: the earlier one goes on', { error: error.message });
    const problems = error.problems.map(({ message, origin }) => ({ message, ...origin }));
    return exchange.fail(new HttpError(422, 'bad_configuration', error.message, {}, { problems }));
  }
  if (!(error instanceof Refusal)) return exchange.fail(error);
  const { status, body, headers } = refusalResponse('reload', toRefusalWire(error));
  exchange.json(status, body, headers);
}
