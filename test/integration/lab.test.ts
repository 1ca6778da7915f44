import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin, type TestUser } from '../support/users.js';

/**
 * Goal: the lab's verdict can be believed, PASS and FAIL alike, and so can its exit status.
 * Method: the lab's command is run as a person runs it; once against a server of its own, once against an
 * honest server through a proxy, and once through the same proxy while it lies (negative control).
 */
const ROOT = resolve(__dirname, '../..');

interface Ended {
  status: number;
  output: string;
}

function lab(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(
      join(ROOT, 'node_modules/.bin/node'),
      ['lab/main.ts', ...args],
      { cwd: ROOT, env: { PATH: process.env.PATH, ...env } },
      (_, stdout, stderr) => done({ status: child.exitCode as number, output: stdout + stderr }),
    );
  });
}

type Lie = (path: string, status: number, body: string) => { status: number; body: string } | undefined;

/** Passes everything on, but answers what `lie` says where it says something. */
class Proxy {
  lie: Lie = () => undefined;
  private server: Server | undefined;
  url = '';

  async start(target: string): Promise<void> {
    const { port } = new URL(target);
    this.server = createServer((incoming, outgoing) => {
      const { method, url: path, headers } = incoming;
      const onward = request(
        { host: '127.0.0.1', port, method, path, headers },
        (answer: IncomingMessage) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            const body = Buffer.concat(chunks).toString();
            const told = this.lie(path as string, answer.statusCode as number, body);
            outgoing.writeHead(told?.status ?? (answer.statusCode as number), {
              'content-type': 'application/json',
            });
            outgoing.end(told?.body ?? body);
          });
        },
      );
      onward.on('error', () => outgoing.destroy());
      incoming.pipe(onward);
    });
    await new Promise<void>((listening) => this.server?.listen(0, '127.0.0.1', listening));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }
}

describe('the drop lab', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'swiftdrop-lab-test-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const resultOf = async (file: string) => JSON.parse(await readFile(join(folder, file), 'utf8'));

  it('starts a server of its own, fires a rush, and passes it', async () => {
    const files = ['--json', join(folder, 'rush.json'), '--html', join(folder, 'rush.html')];
    const { status, output } = await lab([
      'run',
      '--shape',
      'rush',
      '--buyers',
      '200',
      '--stock',
      '20',
      '--seed',
      '5',
      ...files,
    ]);
    expect(output).toContain('PASS');
    expect(status).toBe(0);
    const result = await resultOf('rush.json');
    expect(result).toMatchObject({
      verdict: 'PASS',
      orders: 20,
      refusals: { SOLD_OUT: 180 },
      errors: {},
      latencyMs: {
        p50: expect.any(Number),
        p90: expect.any(Number),
        p99: expect.any(Number),
        max: expect.any(Number),
      },
      machine: { cores: expect.any(Number) },
      settings: { seed: 5, buyers: 200, stock: 20 },
    });
    // 20 orders may come within a tenth of a second, which is too short to be a rate.
    for (const rate of ['ordersPerSecond', 'refusalsPerSecond'])
      expect([null, expect.any(Number)]).toContainEqual(result[rate]);
    for (const check of result.census)
      expect(check).toMatchObject({ check: expect.any(String), passed: true, saw: expect.any(String) });
    expect(await readFile(join(folder, 'rush.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\s*$/);
  });

  describe('against a server that runs', () => {
    let server: TestApp;
    let admin: TestUser;
    const proxy = new Proxy();

    beforeAll(async () => {
      server = await startTestApp();
      admin = await createAdmin(server);
      await proxy.start(server.url);
    });
    afterAll(async () => {
      proxy.stop();
      await server.close();
    });
    beforeEach(() => (proxy.lie = () => undefined));

    const run = (shape: string, json: string, ...more: string[]) =>
      lab(
        `run --url ${proxy.url} --admin-email ${admin.email} --shape ${shape} --json ${join(folder, json)}`
          .split(' ')
          .concat(more),
        { LAB_ADMIN_PASSWORD: admin.password },
      );

    it('passes an honest one through every act, and leaves it cleared up', async () => {
      const { status, output } = await run(
        'mixed',
        'mixed.json',
        '--duration',
        '3s',
        '--rate',
        '100',
        '--buyers',
        '100',
      );
      expect(output).toContain('PASS');
      expect(status).toBe(0);
      const result = await resultOf('mixed.json');
      expect(Object.keys(result.acts).sort()).toEqual(
        expect.arrayContaining(['browse', 'cancel', 'confirm', 'look', 'replay']),
      );
      expect(result.errors).toEqual({});
      const { rows } = await server.database.pool.query(
        `SELECT (SELECT count(*)::int FROM events WHERE status <> 'closed') AS open,
                (SELECT count(*)::int FROM users WHERE active AND email LIKE 'lab-%') AS active`,
      );
      expect(rows).toEqual([{ open: 0, active: 0 }]);
    });

    it('fails one that tells a refused buyer yes', async () => {
      let lies = 0;
      proxy.lie = (path, status) => {
        if (!path.startsWith('/api/v1/purchase/') || status !== 409 || lies > 0) return undefined;
        lies++;
        const eventItemId = path.split('/')[4];
        const reservedUntil = new Date(Date.now() + 3_600_000).toISOString();
        const id = '01981111-1111-7111-8111-111111111111';
        const order = { id, eventItemId, quantity: 1, status: 'reserved', reservedUntil };
        return { status: 201, body: JSON.stringify({ order }) };
      };
      const { status, output } = await run('rush', 'yes.json', '--buyers', '50', '--stock', '10');
      expect(lies).toBe(1);
      expect(status).toBe(1);
      expect(output).toContain('FAIL');
      const failed = (await resultOf('yes.json')).census.filter(({ passed }: { passed: boolean }) => !passed);
      expect(failed.map(({ check }: { check: string }) => check).sort()).toEqual([
        'no lost yes',
        'no oversell',
      ]);
    });

    it('fails one that tells a buyer no and keeps the order', async () => {
      let lies = 0;
      proxy.lie = (path, status) => {
        if (!path.startsWith('/api/v1/purchase/') || status !== 201 || lies > 0) return undefined;
        lies++;
        return { status: 409, body: '{"code":"SOLD_OUT"}' };
      };
      const { status } = await run('rush', 'no.json', '--buyers', '50', '--stock', '10');
      expect(status).toBe(1);
      const failed = (await resultOf('no.json')).census.filter(({ passed }: { passed: boolean }) => !passed);
      expect(failed.map(({ check }: { check: string }) => check)).toEqual(['no silent yes']);
    });

    it('could not run with a wrong password, and says why', async () => {
      const { status, output } = await lab(['run', '--url', proxy.url, '--admin-email', admin.email], {
        LAB_ADMIN_PASSWORD: 'not this one',
      });
      expect(status).toBe(2);
      expect(output).toContain('INVALID_CREDENTIALS');
    });
  });

  it.each(['--json', '--html'])('says before it starts that %s names no place to write', async (flag) => {
    const { status, output } = await lab(['run', flag, join(folder, 'no/such/dir/x')]);
    expect(status).toBe(2);
    expect(output).toContain('x cannot be written (ENOENT)');
    expect(output).not.toContain('starting a server');
    expect((await lab(['run', flag, folder])).output).toContain('is a folder');
  });

  it('could not run against what is not there, or is not this machine', async () => {
    const nowhere = await lab(['run', '--url', 'http://127.0.0.1:9', '--admin-email', 'a@b.example'], {
      LAB_ADMIN_PASSWORD: 'x',
    });
    expect(nowhere).toMatchObject({ status: 2, output: expect.stringContaining('does not answer') });
    const foreign = await lab(['run', '--url', 'https://example.org', '--admin-email', 'a@b.example']);
    expect(foreign).toMatchObject({ status: 2, output: expect.stringContaining('--i-own-this-target') });
  });
});
