import { targetOf, type Target } from '../api.js';
import { dataDir } from '../environment.js';
import { colours, print, wantsJson } from '../output.js';
import type { Finding } from './finding.js';
import { checkClock, checkNativeModules, checkNode } from './machine.js';
import { checkConfig, checkDataDir, checkPort, checkToken } from './own.js';
import { checkUpstream } from './upstream.js';

export interface DoctorOptions {
  readonly files: readonly string[] | undefined;
  /** URL of a server to ask; without one, the environment's. */
  readonly target?: string | undefined;
  readonly token?: string | undefined;
}

/** `loomcycle doctor`: looks at each side and prints what it finds. @returns whether none fails. */
export async function doctor({ files, target, token }: DoctorOptions): Promise<boolean> {
  const asked = target !== undefined || process.env.LOOMCYCLE_BASE_URL ? targetOf({ target, token }) : undefined;
  const findings = await examine(files, asked);
  const isWell = findings.every(({ status }) => status !== 'fail');
  if (wantsJson) print({ ok: isWell, findings });
  else for (const finding of findings) console.log(lineOf(finding));
  return isWell;
}

async function examine(files: readonly string[] | undefined, asked: Target | undefined): Promise<Finding[]> {
  const dir = dataDir();
  const findings = [checkNode(), ...(await checkNativeModules()), checkClock(dir)];
  const { findings: found, config } = checkConfig(files, dir);
  findings.push(...found, ...(await checkDataDir(dir)));
  if (config) findings.push(...checkToken(config, dir));
  findings.push(await checkPort());
  if (asked) findings.push(...(await checkUpstream(asked)));
  return findings;
}

const PAINT = { ok: colours.green, warn: colours.yellow, fail: colours.red };

function lineOf({ check, status, message, todo }: Finding): string {
  const indented = message.replaceAll('\n', '\n      ');
  return `${PAINT[status](status.padEnd(4))}  ${check}: ${indented}${todo === undefined ? '' : `\n      ${colours.dim('→')} ${todo}`}`;
}
