import { request, type ApiError, type Target } from '../api.js';
import type { Finding } from './finding.js';

/** Apart by more than this, times of both sides are hard to compare. */
const SKEW_MS = 30_000;

/** Whether a server answers, knows the token, and has the same time. */
export async function checkUpstream(target: Target): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    const sent = Date.now();
    const { version } = (await request(target, 'GET', '/healthz')) as { version: string };
    findings.push({ check: 'upstream', status: 'ok', message: `a loomcycle ${version} answers at ${target.url}` });
    findings.push(...(await checkSkew(target, sent)));
  } catch (error) {
    return [{ check: 'upstream', status: 'fail', message: (error as Error).message, todo: 'look there whether it runs, and from here at the URL, the proxy and the firewall' }];
  }
  findings.push(await checkBearer(target));
  return findings;
}

async function checkSkew({ url }: Target, since: number): Promise<Finding[]> {
  const date = (await fetch(`${url}/healthz`)).headers.get('date');
  const skew = date === null ? 0 : Date.parse(date) - since;
  if (!(Math.abs(skew) > SKEW_MS)) return [];
  return [{ check: 'clock', status: 'warn', message: `the clock of ${url} is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead of' : 'behind'} this one`, todo: 'keep both by NTP' }];
}

async function checkBearer(target: Target): Promise<Finding> {
  if (target.token === '') return { check: 'token', status: 'warn', message: `there is no token for ${target.url}`, todo: 'give it with --token or in LOOMCYCLE_AUTH_TOKEN' };
  try {
    const { user_id: user } = (await request(target, 'POST', '/v1/_context', { op: 'self' })) as { user_id?: string };
    return { check: 'token', status: 'ok', message: `${target.url} knows the token${user === undefined ? '' : `, as ${user}`}` };
  } catch (error) {
    const { status, message } = error as ApiError;
    if (status === 401) return { check: 'token', status: 'fail', message: `${target.url} does not know the token`, todo: 'compare it with auth.env there; it may be retired, or changed since' };
    return { check: 'token', status: 'fail', message };
  }
}
