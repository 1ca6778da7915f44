import { execFile, execFileSync } from 'node:child_process';
import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin, TEST_PASSWORD } from '../support/users.js';

const run = promisify(execFile);

/** Maintained, MIT, for OpenAPI 3.1; it leaves out what it cannot express and warns of it. */
const GENERATOR = 'openapi-python-client==0.29.1';
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'swiftdrop');
const VENV = join(CACHE, GENERATOR.replace('==', '-'));
const INSTALL_MS = 240_000;

/**
 * Goal: the document alone is enough for a client in Python. Method: openapi-python-client makes one, without a
 * warning, and `shop.py` buys, reviews and administrates with it. The generator is installed at first use and kept for
 * all checkouts of this user.
 */
describe('a client that Python generated', () => {
  const hasPython = canRun('python3');
  if (!hasPython && process.env.CI) throw new Error('CI has python3, with venv.');
  if (!hasPython) console.warn('\n*** NO PYTHON, the test of its client is SKIPPED ***\n');
  let server: TestApp;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'swiftdrop-python-'));
    server = await startTestApp();
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  (hasPython ? it : it.skip)(
    'buys, reviews, discusses and administrates',
    async () => {
      const isInstalled = await install();
      if (!isInstalled) return;
      const { stdout, stderr } = await run(
        join(VENV, 'bin/openapi-python-client'),
        [
          'generate',
          '--fail-on-warning',
          '--meta=none',
          '--path=openapi.json',
          `--output-path=${folder}/swiftdrop`,
        ],
        { env: { ...process.env, PATH: `${join(VENV, 'bin')}:${process.env.PATH}` } },
      );
      expect(stdout + stderr).not.toMatch(/warning|unable/i);

      const { email } = await createAdmin(server);
      const { stdout: said } = await run(
        join(VENV, 'bin/python'),
        ['test/fixtures/python-client/shop.py', server.url, email, TEST_PASSWORD],
        { env: { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' } },
      );
      expect(said.trim()).toBe('bought, reviewed, administrated');
    },
    INSTALL_MS + 60_000,
  );
});

function canRun(program: string): boolean {
  try {
    execFileSync(program, ['-c', 'import ensurepip, venv'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Without the package index the test says that it was skipped; only CI insists. */
async function install(): Promise<boolean> {
  const isThere = await access(join(VENV, 'complete')).then(
    () => true,
    () => false,
  );
  if (isThere) return true;
  try {
    await mkdir(CACHE, { recursive: true });
    await rm(VENV, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', VENV], { timeout: INSTALL_MS });
    await run(join(VENV, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', GENERATOR], {
      timeout: INSTALL_MS,
    });
    await mkdir(join(VENV, 'complete'));
    return true;
  } catch (error) {
    if (process.env.CI) throw error;
    console.warn(
      `\n*** ${GENERATOR} CANNOT BE INSTALLED, the test of its client is SKIPPED: ${String(error)} ***\n`,
    );
    return false;
  }
}
