import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { startShop } from '../support/shop-process.js';

describe('a start that cannot succeed ends with one clear line', () => {
  let folder: string;
  let rival: Server;
  let rivalPort: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'swiftdrop-boot-'));
    // Listens like a server of another kind: it takes what comes and says nothing.
    rival = createServer((socket) => socket.on('error', () => undefined).resume());
    await once(rival.listen(0, '127.0.0.1'), 'listening');
    rivalPort = String((rival.address() as AddressInfo).port);
  });
  afterAll(async () => {
    rival.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function refusal(settings: Record<string, string>): Promise<string> {
    const shop = startShop({ DATA_DIR: join(folder, 'unused'), ...settings });
    expect(await shop.ended).toBe(1);
    return shop.output();
  }

  it('when the port is taken, before any data is touched', async () => {
    expect(await refusal({ PORT: rivalPort })).toBe(
      `Port ${rivalPort} on 127.0.0.1 is taken; stop what uses it or set another PORT\n`,
    );
    expect(existsSync(join(folder, 'unused'))).toBe(false);
  });

  it('when the management port is taken', async () => {
    expect(await refusal({ MANAGEMENT_PORT: rivalPort })).toBe(
      `Port ${rivalPort} on 127.0.0.1 is taken; stop what uses it or set another MANAGEMENT_PORT\n`,
    );
    expect(existsSync(join(folder, 'unused'))).toBe(false);
  });

  it('when HOST is not ours', async () => {
    expect(await refusal({ HOST: '192.0.2.1', PORT: '1' })).toBe(
      'HOST 192.0.2.1 is not an address of this machine (EADDRNOTAVAIL)\n',
    );
  });

  it('when DATA_DIR is a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const line = 'is not a folder; set another DATA_DIR\n';
    expect(await refusal({ DATA_DIR: file })).toBe(`DATA_DIR ${file} ${line}`);
    expect(await refusal({ DATA_DIR: join(file, 'in') })).toBe(`DATA_DIR ${join(file, 'in')} ${line}`);
  });

  it('when DATA_DIR is where no folder can be made', async () => {
    expect(await refusal({ DATA_DIR: '/proc/swiftdrop' })).toMatch(
      /^DATA_DIR \/proc\/swiftdrop cannot be written: .*\n$/,
    );
  });

  it('when DATA_DIR holds something else in the place of the cluster', async () => {
    const dataDir = join(folder, 'foreign');
    await mkdir(join(dataDir, 'postgres'), { recursive: true });
    await writeFile(join(dataDir, 'postgres', 'thesis.txt'), 'the only copy');
    expect(await refusal({ DATA_DIR: dataDir })).toBe(
      `${join(dataDir, 'postgres')} holds files but no PostgreSQL cluster; move it away to begin anew\n`,
    );
    expect(existsSync(join(dataDir, 'postgres', 'thesis.txt'))).toBe(true);
  });

  it('when the cluster is damaged or its password is lost', async () => {
    const dataDir = join(folder, 'damaged');
    const first = startShop({ DATA_DIR: dataDir });
    await first.opened();
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(first.output()).toMatch(new RegExp(`\\nStopped; your data is in ${dataDir}\n$`));

    await writeFile(join(dataDir, 'postgres.password'), 'another\n');
    expect(await refusal({ DATA_DIR: dataDir })).toMatch(/^The file postgres\.password .*\n$/);
    await rm(join(dataDir, 'postgres.password'));
    expect(await refusal({ DATA_DIR: dataDir })).toMatch(
      /^DATA_DIR .* has lost its file postgres\.password.*\n$/,
    );
    await writeFile(join(dataDir, 'postgres.password'), 'whatever\n');
    await truncate(join(dataDir, 'postgres', 'global', 'pg_control'), 100);
    expect(await refusal({ DATA_DIR: dataDir })).toMatch(/^PostgreSQL did not start in .*pg_control.*\n$/);
  });

  it('when DATABASE_URL leads nowhere, refuses us or is no PostgreSQL', async () => {
    const url = (change: (url: URL) => void) => {
      const changed = new URL(process.env.TEST_POSTGRES_URL as string);
      change(changed);
      return { DATABASE_URL: changed.href };
    };
    const outputs = await Promise.all([
      refusal(url((it) => (it.port = '9'))),
      refusal(url((it) => (it.port = rivalPort))),
      refusal(url((it) => (it.password = 'wrong'))),
      refusal(url((it) => (it.pathname = '/absent'))),
    ]);
    expect(outputs[0]).toMatch(
      /^DATABASE_URL: no PostgreSQL answers at 127\.0\.0\.1:9\/\S+ \(ECONNREFUSED\)\n$/,
    );
    expect(outputs[1]).toMatch(/^DATABASE_URL: no PostgreSQL answers at 127\.0\.0\.1:\d+\/\S+ \(.*\)\n$/);
    expect(outputs[2]).toMatch(/^DATABASE_URL: PostgreSQL at \S+ refuses the password of "postgres"\n$/);
    expect(outputs[3]).toMatch(/^DATABASE_URL: PostgreSQL at \S+ has no database "absent"\n$/);
    const password = new URL(process.env.TEST_POSTGRES_URL as string).password;
    expect(outputs.join()).not.toContain(password);
  });

  it('when settings are bad, naming them all', async () => {
    const output = await refusal({
      NODE_ENV: 'production',
      PORT: '70000',
      RATE_LIMITS: 'off',
      SEED_DEMO: 'on',
    });
    for (const key of ['PORT', 'DATABASE_URL', 'SEED_DEMO', 'JWT_SECRET', 'RATE_LIMITS', 'COOKIE_SECURE'])
      expect(output).toContain(`  - ${key}: `);
  });
});
