import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
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
  // Another test may be installing too, so that file comes and goes under the same lock.
  const script = `
    set -e
    if [ ! -e ${POLICY} ]; then
      trap 'rm -f ${POLICY}' EXIT
      printf '#!/bin/sh\\nexit 101\\n' >${POLICY}
      chmod 755 ${POLICY}
    fi
    apt-get -qq update
    apt-get -qq install -y --no-install-recommends "$1"`;
  try {
    execFileSync('flock', ['/tmp/swiftdrop-apt.lock', 'sh', '-c', script, 'sh', debianPackage], {
      stdio: 'ignore',
    });
    return find(program);
  } catch {
    return undefined;
  }
}
