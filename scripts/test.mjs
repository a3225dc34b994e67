// `npm test`: types, lint, and every test, the browser's too. The last line counts them all.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bin, build, install, ROOT, say } from './lib.mjs';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

install();
build();
const env = { ...process.env, CHROMIUM: browser() };
const only = process.argv.slice(2);
const counts = { passed: 0, failed: 0 };

if (only.length === 0) {
  check('types of runtime and tests', [bin('tsc'), '-p', 'test/tsconfig.json']);
  check('types of the console', [bin('tsc'), '-p', 'console/tsconfig.json']);
  check('lint', [bin('eslint'), '.', '--max-warnings=0']);
}
tests();
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);

function check(name, args) {
  say(`checking ${name}`);
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env });
  counts[status === 0 ? 'passed' : 'failed'] += 1;
}

function tests() {
  const directory = mkdtempSync(path.join(tmpdir(), 'loomcycle-test-'));
  const report = path.join(directory, 'report.json');
  const args = [bin('vitest'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...only];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env });
  if (existsSync(report)) {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    // A file that breaks before its first test has no test to count: it counts as one itself.
    const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
    counts.passed += numPassedTests;
    counts.failed += numFailedTests + broken.length;
  }
  rmSync(directory, { recursive: true });
  // Vitest also fails for errors outside any test.
  if (status !== 0 && counts.failed === 0) counts.failed += 1;
}

/** Finds Chromium; on a machine where that is allowed, installs Debian's. */
function browser() {
  const found = process.env.CHROMIUM ?? BROWSERS.find((candidate) => existsSync(candidate));
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say('installing chromium for the browser tests');
    spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'] });
    spawnSync('apt-get', ['install', '-y', '-qq', 'chromium'], { stdio: ['ignore', 'ignore', 'inherit'] });
    if (existsSync(BROWSERS[0])) return BROWSERS[0];
  }
  say('no Chromium found: install it, or set CHROMIUM to its path; the browser tests fail without');
  return '';
}
