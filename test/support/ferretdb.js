// Jest loads this through global-setup.js, without its transforms.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';
import { promisify } from 'node:util';

const SOURCE = join(import.meta.dirname, 'ferretdb');
const SOURCE_FILES = ['main.go', 'atomic.go', 'go.mod', 'go.sum'];
/** A first build takes a minute or two on an idle machine; beyond this something is stuck. */
const BUILD_TIMEOUT_MS = 15 * 60_000;
const START_TIMEOUT_MS = 20_000;

/**
 * A MongoDB stand-in on a free loopback port, built with Go at first use and cached for all checkouts of
 * this user.
 * @returns undefined where there is no Go
 */
export async function startFerretDb() {
  if (!(await hasGo())) return undefined;
  const binary = await build();
  const directory = await mkdtemp(join(tmpdir(), 'swiftdrop-ferretdb-'));
  const child = spawn(binary, ['127.0.0.1:0', directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.stdin.end();
    await exited;
    await rm(directory, { recursive: true, force: true });
  };
  try {
    return { uri: await firstLine(child), stop };
  } catch (error) {
    child.kill('SIGKILL');
    await stop();
    throw error;
  }
}

async function hasGo() {
  return promisify(execFile)('go', ['version']).then(
    () => true,
    () => false,
  );
}

async function build() {
  const hash = createHash('sha256');
  for (const file of SOURCE_FILES) hash.update(await readFile(join(SOURCE, file)));
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'swiftdrop');
  const binary = join(cache, `ferretdb-${hash.digest('hex').slice(0, 16)}`);
  if (
    await access(binary).then(
      () => true,
      () => false,
    )
  )
    return binary;

  await mkdir(cache, { recursive: true });
  // Under another name until it is whole: a run beside this one may be building the same.
  const unfinished = `${binary}.${process.pid}`;
  const started = Date.now();
  console.log('\nBuilding FerretDB for the MongoDB tests; once on this machine, a minute or two.');
  let packages = 0;
  const progress = setInterval(() => {
    console.log(`  ${Math.round((Date.now() - started) / 1000)} s, ${packages} packages compiled`);
  }, 10_000);
  try {
    const go = spawn('go', ['build', '-v', '-buildvcs=false', '-o', unfinished, '.'], {
      cwd: SOURCE,
      stdio: ['ignore', 'inherit', 'pipe'],
      timeout: BUILD_TIMEOUT_MS,
    });
    const said = [];
    createInterface({ input: go.stderr }).on('line', (line) => {
      if (!line.startsWith('go: ')) packages++;
      said.push(line);
    });
    const code = await new Promise((resolve, reject) => go.once('error', reject).once('close', resolve));
    if (code !== 0) throw new Error(`go build ended with ${code}:\n${said.slice(-15).join('\n')}`);
    await rename(unfinished, binary);
    console.log(`  built in ${Math.round((Date.now() - started) / 1000)} s`);
    return binary;
  } finally {
    clearInterval(progress);
    await rm(unfinished, { force: true });
  }
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('FerretDB does not start')), START_TIMEOUT_MS);
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      resolve(line);
    });
    child.once('error', reject).once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`FerretDB ended with ${code}`));
    });
  });
}
