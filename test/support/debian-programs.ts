import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Debian starts services that it installs unless this file forbids it. */
const POLICY = '/usr/sbin/policy-rc.d';

/**
 * A program of Debian's: found, or installed where root and apt are. Undefined, and said loudly, where neither is.
 * @throws then in CI: a test that cannot run must not pass there
 */
export function findOrInstall(program: string, debianPackage: string): string | undefined {
  const found = find(program) ?? install(program, debianPackage);
  if (found) return found;
  const message = `${program} is not installed and cannot be installed here: its tests are NOT RUN.`;
  if (process.env.CI) throw new Error(message);
  console.warn(`\n${'!'.repeat(80)}\n${message}\n${'!'.repeat(80)}\n`);
  return undefined;
}

function find(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/bin'];
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

function install(program: string, debianPackage: string): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  const isOurs = !existsSync(POLICY);
  if (isOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  // Another test may be installing too.
  const apt = (...args: string[]) =>
    execFileSync('flock', ['/tmp/swiftdrop-apt.lock', 'apt-get', '-qq', ...args], { stdio: 'ignore' });
  try {
    apt('update');
    apt('install', '-y', '--no-install-recommends', debianPackage);
    return find(program);
  } catch {
    return undefined;
  } finally {
    if (isOurs) rmSync(POLICY, { force: true });
  }
}
