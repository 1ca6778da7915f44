import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chown, mkdtemp, rm, truncate } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { eventually } from '../support/wait.js';
import { startShop, type ShopProcess } from '../support/shop-process.js';

/**
 * Goal: what a person started with one command survives what happens to processes.
 * Method: the built application with its embedded PostgreSQL; each part is ended the hard way, then the
 * account that was registered before must still be able to log in.
 */
describe('starting, stopping and being killed', () => {
  let dataDir: string;
  const started: ShopProcess[] = [];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'swiftdrop-recovery-'));
  });
  afterEach(async () => {
    for (const shop of started.splice(0)) {
      shop.signal('SIGKILL');
      await shop.ended;
    }
    for (const pid of serversIn(dataDir)) process.kill(pid, 'SIGKILL');
    await eventually(() => expect(serversIn(dataDir)).toEqual([]));
    await rm(dataDir, { recursive: true, force: true });
  });

  const start = (settings: Record<string, string> = {}, wrapper: string[] = []) => {
    const shop = startShop({ DATA_DIR: dataDir, ...settings }, wrapper);
    started.push(shop);
    return shop;
  };
  const postmaster = () =>
    Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);

  it('keeps its data over Ctrl-C, which npm delivers twice, and leaves nothing running', async () => {
    const first = start();
    await register(await first.opened());
    first.signal('SIGINT');
    first.signal('SIGINT');
    expect(await first.ended).toBe(0);
    expect(serversIn(dataDir)).toEqual([]);
    expect(existsSync(join(dataDir, 'swiftdrop.pid'))).toBe(false);

    const second = start();
    await logIn(await second.opened());
    second.signal('SIGTERM');
    expect(await second.ended).toBe(0);
  });

  it('is told of a SIGTERM that only the npm above it gets, as of one that make passes on', async () => {
    const npm = startShop({ DATA_DIR: dataDir }, [], ['npm', 'run', '--silent', 'start']);
    started.push(npm);
    await npm.opened();
    npm.signal('SIGTERM');
    await npm.ended;
    expect(npm.output()).toContain('Stopped; your data is in');
    expect(serversIn(dataDir)).toEqual([]);
  });

  it('refuses a second start on the same DATA_DIR in one line, and is not disturbed by it', async () => {
    const first = start();
    const url = await first.opened();
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toBe(
      `DATA_DIR ${dataDir} is in use by another SwiftDrop (pid ${first.pid}); stop it or set another DATA_DIR\n`,
    );
    await register(url);
  });

  it('recovers from a kill -9 of itself, of its whole PostgreSQL, and of both', async () => {
    const first = start();
    await register(await first.opened());
    const survivor = postmaster();
    first.signal('SIGKILL');
    await first.ended;
    expect(serversIn(dataDir)).toContain(survivor);

    const second = start();
    await logIn(await second.opened());
    expect(postmaster()).not.toBe(survivor);
    const killed = postmaster();
    second.signal('SIGKILL');
    process.kill(killed, 'SIGKILL');
    await second.ended;

    const third = start();
    await logIn(await third.opened());
  });

  it('goes on selling when its PostgreSQL or one of its backends is killed under it', async () => {
    const shop = start();
    const url = await shop.opened();
    await register(url);
    for (const victim of [() => postmaster(), () => backendOf(postmaster())]) {
      process.kill(victim(), 'SIGKILL');
      await eventually(() => logIn(url), 30_000);
    }
    expect(shop.output()).toContain('The embedded PostgreSQL ended (SIGKILL); starting it again');
    shop.signal('SIGTERM');
    expect(await shop.ended).toBe(0);
  });

  it('ends with one clear line when its PostgreSQL cannot be started again', async () => {
    const shop = start();
    await shop.opened();
    await truncate(join(dataDir, 'postgres', 'global', 'pg_control'), 100);
    process.kill(postmaster(), 'SIGKILL');
    expect(await shop.ended).toBe(1);
    expect(shop.output()).toMatch(/FATAL: SwiftDrop: PostgreSQL did not start in .*pg_control/);
  });

  it('can be stopped while it starts', async () => {
    const shop = start();
    await eventually(() => expect(existsSync(join(dataDir, 'swiftdrop.pid'))).toBe(true), 20_000);
    shop.signal('SIGTERM');
    expect(await shop.ended).toBe(0);
    expect(serversIn(dataDir)).toEqual([]);
    expect(existsSync(join(dataDir, 'swiftdrop.pid'))).toBe(false);
  });

  it('finishes a request in flight after SIGTERM, and takes no new ones', async () => {
    const shop = start();
    const url = await shop.opened();
    await register(url);
    const body = JSON.stringify(ACCOUNT);
    const request = await sendHalf(url, body);
    shop.signal('SIGTERM');
    await eventually(() => expect(shop.output()).toContain('SIGTERM; stopping'));
    await eventually(async () => {
      await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    });
    const answer = request.finish();
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(await shop.ended).toBe(0);
  });

  it('cuts a request off that does not end within SHUTDOWN_TIMEOUT_SECONDS, and says so', async () => {
    const shop = start({ SHUTDOWN_TIMEOUT_SECONDS: '1' });
    await sendHalf(await shop.opened(), JSON.stringify(ACCOUNT));
    shop.signal('SIGTERM');
    expect(await shop.ended).toBe(1);
    expect(shop.output()).toContain('Requests still ran after 1 s and were cut off');
    expect(serversIn(dataDir)).toEqual([]);
  });

  it('ends at once at the second Ctrl-C', async () => {
    const shop = start({ SHUTDOWN_TIMEOUT_SECONDS: '120' });
    await sendHalf(await shop.opened(), JSON.stringify(ACCOUNT));
    shop.signal('SIGINT');
    const again = setInterval(() => shop.signal('SIGINT'), 100);
    expect(await shop.ended).toBe(130);
    clearInterval(again);
    await eventually(() => expect(serversIn(dataDir)).toEqual([]));
  });

  (process.getuid?.() === 0 ? it : it.skip)('runs as a user who is not root', async () => {
    const nobody = { uid: Number(id('-u')), gid: Number(id('-g')) };
    await chown(dataDir, nobody.uid, nobody.gid);
    // This clone may lie where only root may read, so the right to read goes along; no other does.
    const wrapper = [
      ...['setpriv', `--reuid=${nobody.uid}`, `--regid=${nobody.gid}`, '--clear-groups'],
      ...['--securebits=+no_setuid_fixup', '--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'],
    ];
    const shop = start({}, wrapper);
    await register(await shop.opened());
    shop.signal('SIGTERM');
    expect(await shop.ended).toBe(0);

    const elsewhere = start({ DATA_DIR: '/root/swiftdrop-data' }, wrapper);
    expect(await elsewhere.ended).toBe(1);
    expect(elsewhere.output()).toMatch(/^DATA_DIR \/root\/swiftdrop-data cannot be written: EACCES.*\n$/);
  });
});

const ACCOUNT = { email: 'ada@example.org', password: 'a long enough password', displayName: 'Ada' };

async function register(url: string): Promise<void> {
  expect(await post(`${url}/api/v1/auth/register`, ACCOUNT)).toBe(201);
}

async function logIn(url: string): Promise<void> {
  const { email, password } = ACCOUNT;
  expect(await post(`${url}/api/v1/auth/login`, { email, password })).toBe(200);
}

async function post(url: string, body: unknown): Promise<number> {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  await response.arrayBuffer();
  return response.status;
}

/** A log-in whose body stops in the middle, and the way to send the rest. */
async function sendHalf(url: string, account: string): Promise<{ finish(): Promise<string> }> {
  const { email, password } = JSON.parse(account) as typeof ACCOUNT;
  const body = JSON.stringify({ email, password });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  let answer = '';
  socket.on('data', (text) => (answer += text.toString()));
  await once(socket, 'connect');
  const head = ['POST /api/v1/auth/login HTTP/1.1', 'Host: shop', 'Content-Type: application/json'];
  socket.write([...head, `Content-Length: ${body.length}`, 'Expect: 100-continue', '', ''].join('\r\n'));
  // The server's "100 Continue" shows that the request has reached it.
  await eventually(() => expect(answer).toContain('100 Continue'));
  answer = '';
  socket.write(body.slice(0, 10));
  return {
    async finish() {
      socket.write(body.slice(10));
      await once(socket, 'close');
      return answer.trimStart();
    },
  };
}

/** The PostgreSQL processes that work in this DATA_DIR, by their working folder. */
function serversIn(dataDir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
        const isZombie = / Z /.test(readFileSync(`/proc/${name}/stat`, 'utf8').replace(/.*\)/, ''));
        return args.includes(join(dataDir, 'postgres')) && !isZombie ? [Number(name)] : [];
      } catch {
        return [];
      }
    });
}

/** A process of this server that serves a connection. */
function backendOf(postmaster: number): number {
  const children = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const parent = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/.*\) \S /, '')
        .split(' ')[0];
      return (
        Number(parent) === postmaster && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('127.0.0.1')
      );
    } catch {
      return false;
    }
  });
  return Number(children[0]);
}

function id(flag: string): string {
  return execFileSync('id', [flag, 'nobody']).toString();
}
