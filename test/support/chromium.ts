/** A real Chromium for browser tests and screenshots. No imports of ours, so that scripts can load it natively. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * Finds a Chromium (CHROMIUM_PATH, then the PATH), else installs Debian's where apt and root are there, else
 * takes the one that the npm package @sparticuz/chromium ships.
 * @throws if none of these works: a browser test that cannot run must not pass.
 */
export async function launchChromium(): Promise<Browser> {
  const failures: string[] = [];
  for (const find of [findInstalled, installWithApt, unpackFromNpm]) {
    try {
      const found = await find();
      if (found)
        return await chromium.launch({
          executablePath: found.path,
          args: ['--no-sandbox', '--disable-dev-shm-usage', ...found.args],
        });
    } catch (error) {
      failures.push(`${find.name}: ${String(error).split('\n')[0]}`);
    }
  }
  throw new Error(
    `No Chromium could be found, installed or unpacked; set CHROMIUM_PATH. ${failures.join(' | ')}`,
  );
}

interface Found {
  path: string;
  args: string[];
}

function findInstalled(): Found | undefined {
  const given = process.env.CHROMIUM_PATH;
  if (given) return { path: given, args: [] };
  for (const directory of (process.env.PATH ?? '').split(delimiter))
    for (const name of NAMES) {
      const path = join(directory, name);
      if (isExecutable(path)) return { path, args: [] };
    }
  return undefined;
}

function installWithApt(): Found | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  const apt = (...parameters: string[]) =>
    execFileSync('apt-get', parameters, {
      stdio: 'ignore',
      timeout: 300_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', 'chromium');
  return findInstalled();
}

async function unpackFromNpm(): Promise<Found> {
  const { default: shipped } = await import('@sparticuz/chromium');
  return { path: await shipped.executablePath(), args: shipped.args };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
