import type { Command } from 'commander';
import { request, targetOf } from '../api.js';
import { print } from '../output.js';
import { asking, type Common } from './asking.js';
import { wholeNumber } from './options.js';

/** `token`: minted tokens of a running server, by the ops of `operatortokendef`. */
export function addTokenCommands(program: Command): void {
  const token = program.command('token').description('Mints, rotates, retires and lists tokens of a running server');
  const call = async (options: Common, input: Record<string, unknown>): Promise<void> =>
    print(await request(targetOf(options), 'POST', '/v1/_operatortokendef', input));

  asking(token, 'create', 'Mints a token; it is shown once, in this answer')
    .argument('<name>', 'a name for it')
    .requiredOption('--tenant <tenant>', 'whose it is; default is the shared tenant')
    .option('--subject <subject>', 'whose documents it works on (default: tok-<name>)')
    .option('--scopes <scope...>', 'what it may do (default: substrate:admin)')
    .action((name: string, { tenant, subject, scopes, ...options }: Common & { tenant: string; subject?: string; scopes?: string[] }) =>
      call(options, { op: 'create', name, tenant_id: tenant, subject, scopes }),
    );
  asking(token, 'rotate', 'Mints a new token for the same principal; the old one goes on for a while')
    .argument('<name>', 'its name')
    .option('--grace-seconds <seconds>', 'how long the old one goes on (default: a day)', wholeNumber)
    .action((name: string, { graceSeconds, ...options }: Common & { graceSeconds?: number }) =>
      call(options, { op: 'rotate', name, grace_seconds: graceSeconds }),
    );
  asking(token, 'retire', 'Ends a token at once')
    .argument('<name>', 'its name')
    .action((name: string, options: Common) => call(options, { op: 'retire', name }));
  asking(token, 'list', 'Lists the tokens that a name has had')
    .argument('<name>', 'its name')
    .action((name: string, options: Common) => call(options, { op: 'list', name }));
}
