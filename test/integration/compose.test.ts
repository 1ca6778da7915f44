import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import pg from 'pg';
import { parse } from 'yaml';
import { openDatabase } from '../../src/platform/database/open-database.js';
import { Settings, settingsShape } from '../../src/platform/config/index.js';
import { composeSettings } from '../../src/platform/config/env-example.js';
import { entities } from '../../src/entities.js';
import { databaseUrl } from '../support/test-database.js';

interface Service {
  image: string;
  build?: { context: string; target: string };
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  networks: string[];
  ports?: string[];
  volumes?: string[];
}

interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { ipam?: { config: { subnet: string }[] } } | null>;
  volumes: Record<string, unknown>;
}

/** What an operator sets in .env. */
const ENVIRONMENT: Record<string, string> = {
  POSTGRES_PASSWORD: 'gT5vQ2kW8rXz',
  POSTGRES_ADMIN_PASSWORD: 'jV7xS4mZ0tBc',
  MONGO_PASSWORD: 'hU6wR3lY9sYa',
  MONGO_ADMIN_PASSWORD: 'kW8yT5nA1uCd',
  JWT_SECRET: 'uY3kQ9vB7mZ2xC5nL8pR4tW6sD1fG0hJ',
  ADMIN_EMAIL: 'grace@shop.example',
  ADMIN_PASSWORD: 'nL8pR4tW6sD1',
};

/** Compose's ${NAME}, ${NAME:-default} and ${NAME:?message}. */
const VARIABLE = /\$\{([A-Z_]+)(?::(-|\?)([^}]*))?\}/g;

function interpolate(text: string, environment: Record<string, string>): string {
  return text.replace(VARIABLE, (_, name: string, operator: string | undefined, rest: string) => {
    const value = environment[name];
    if (value) return value;
    if (operator === '-') return rest;
    throw new Error(`${name}: ${rest}`);
  });
}

/** Goal: the container files fit the application and each other, as far as that shows without an engine. */
describe('docker-compose.yml and Dockerfile', () => {
  const source = readFileSync('docker-compose.yml', 'utf8');
  const dockerfile = readFileSync('Dockerfile', 'utf8').replaceAll('\\\n', ' ');
  const read = (text: string) => parse(text, { merge: true }) as Compose;
  const compose = read(interpolate(source, ENVIRONMENT));
  const { services } = compose;
  const instances = ['api-1', 'api-2'];

  it('has nginx, two instances, PostgreSQL 18 and MongoDB 8, each with a health check', () => {
    expect(Object.keys(services).toSorted()).toEqual(['api-1', 'api-2', 'mongo', 'nginx', 'postgres']);
    expect(services.postgres?.image).toMatch(/^postgres:18/);
    expect(services.mongo?.image).toMatch(/^mongo:8/);
    for (const name of ['nginx', 'mongo', 'postgres'])
      expect(services[name]?.healthcheck?.test).toBeDefined();
    expect(dockerfile).toContain('HEALTHCHECK');
  });

  it.each(instances)('starts %s in production with settings that production accepts', (name) => {
    const environment = { NODE_ENV: 'production', ...services[name]?.environment };
    for (const key of Object.keys(environment)) expect(Object.keys(settingsShape)).toContain(key);
    const settings = Settings.parse(environment);
    expect(settings.isProduction).toBe(true);
    expect(settings.raw.MONGO_URI).toContain('@mongo:27017');
    expect(new URL(settings.raw.DATABASE_URL as string).hostname).toBe('postgres');
    expect(settings.raw.TRUSTED_PROXIES).toEqual([compose.networks.edge?.ipam?.config[0]?.subnet]);
  });

  it('demands each secret, carries none, and names only variables that .env.example has', () => {
    for (const secret of Object.keys(ENVIRONMENT))
      expect(() => interpolate(source, { ...ENVIRONMENT, [secret]: '' })).toThrow(secret);
    const known = [...Object.keys(settingsShape), ...Object.keys(composeSettings)];
    for (const [, name] of source.matchAll(VARIABLE)) expect(known).toContain(name);
    for (const name of Object.keys(composeSettings)) expect(source).toContain(`\${${name}`);
    for (const [line] of source.matchAll(/^.*(PASSWORD|SECRET)\w*:.*$/gm)) expect(line).toContain(':?');
  });

  it('gives the application a role of its own in PostgreSQL, which owns its database and can migrate it', async () => {
    const { username, pathname, password } = new URL(services['api-1']?.environment?.DATABASE_URL as string);
    expect(services.postgres?.environment).not.toHaveProperty('POSTGRES_USER');
    expect(services.postgres?.environment?.SWIFTDROP_PASSWORD).toBe(password);
    expect(services.postgres?.environment?.POSTGRES_PASSWORD).not.toBe(password);
    expect(services.postgres?.volumes).toContain('./docker/postgres:/docker-entrypoint-initdb.d:ro');

    // psql's own part is done by hand; the names are this test's, since others share the cluster.
    const name = `role_${randomBytes(4).toString('hex')}`;
    const script = readFileSync('docker/postgres/10-application-role.sql', 'utf8');
    expect(script).toContain(`CREATE ROLE ${username} `);
    expect(script).toContain(`CREATE DATABASE ${pathname.slice(1)} OWNER ${username};`);
    const statements = script
      .replace(/^(--|\\).*$/gm, '')
      .replaceAll(/\bswiftdrop\b/g, name)
      .replace(":'password'", `'${password}'`)
      .split(';')
      .filter((statement) => statement.trim());
    const superuser = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL as string });
    await superuser.connect();
    try {
      for (const statement of statements) await superuser.query(statement);
      const { rows } = await superuser.query(
        'SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = $1',
        [name],
      );
      expect(Object.values(rows[0] as object)).toEqual([false, false, false, false, false]);
      const url = new URL(databaseUrl(name));
      Object.assign(url, { username: name, password });
      const dataSource = await openDatabase(url.href, 2, entities);
      expect(await dataSource.query('SELECT count(*)::integer AS events FROM events')).toEqual([
        { events: 0 },
      ]);
      await dataSource.destroy();
    } finally {
      await superuser.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await superuser.query(`DROP ROLE IF EXISTS ${name}`);
      await superuser.end();
    }
  });

  it('gives the application a user of its own in MongoDB, for its own database only', () => {
    const uri = new URL(services['api-1']?.environment?.MONGO_URI as string);
    const created: { database: string; user: Record<string, unknown> }[] = [];
    const db = {
      getSiblingDB: (database: string) => ({
        createUser: (user: Record<string, unknown>) => created.push({ database, user }),
      }),
    };
    const environment = services.mongo?.environment ?? {};
    runInNewContext(readFileSync('docker/mongo/10-application-user.js', 'utf8'), {
      db,
      process: { env: environment },
    });
    const [{ database, user }] = created as [(typeof created)[0]];
    expect([user.user, user.pwd, database]).toEqual([
      uri.username,
      uri.password,
      uri.searchParams.get('authSource'),
    ]);
    expect(user.roles).toEqual([{ role: 'readWrite', db: database }]);
    expect(environment.MONGO_INITDB_ROOT_USERNAME).not.toBe(uri.username);
    expect(environment.MONGO_INITDB_ROOT_PASSWORD).not.toBe(uri.password);
    expect(Settings.parse({}).raw.MONGO_DB_NAME).toBe(database);
  });

  it('refers only to services, networks and volumes that there are', () => {
    for (const service of Object.values(services)) {
      for (const name of Object.keys(service.depends_on ?? {})) expect(services[name]).toBeDefined();
      for (const name of service.networks) expect(Object.keys(compose.networks)).toContain(name);
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':', 1);
        if (source.startsWith('./')) expect([source, existsSync(source)]).toEqual([source, true]);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
    }
    expect(services.postgres?.ports ?? services.mongo?.ports).toBeUndefined();
  });

  it('leads nginx to the instances', () => {
    const upstreams = [...readFileSync('nginx/upstream.conf', 'utf8').matchAll(/server ([\w-]+):(\d+)/g)];
    expect(upstreams.map(([, host]) => host)).toEqual([...instances, ...instances.toReversed()]);
    expect(dockerfile).toContain(`PORT=${upstreams[0]?.[2]}`);
    expect(services.nginx?.ports).toEqual(['8080:8080']);
    expect(readFileSync('nginx/site.conf', 'utf8')).toContain('listen 8080;');
  });

  it('can be built: its targets, sources and settings are there', () => {
    const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\w+)$/gm)].map(([, stage]) => stage);
    for (const { build } of Object.values(services)) if (build) expect(stages).toContain(build.target);
    const ignored = readFileSync('.dockerignore', 'utf8').split('\n');
    const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n');
    for (const [, list] of dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm))
      for (const path of (list as string).split(' ')) {
        const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(/|$)`);
        expect([path, tracked.some((file) => pattern.test(file))]).toEqual([path, true]);
        // Everything is ignored but what is named: the path itself or a folder above it.
        expect(
          ignored.some(
            (line) =>
              line.startsWith('!') && (path === line.slice(1) || path.startsWith(`${line.slice(1)}/`)),
          ),
        ).toBe(true);
      }
    for (const [, stage] of dockerfile.matchAll(/--from=(\w+)/g)) expect(stages).toContain(stage);
    const environment = /^ENV (.+)$/m
      .exec(dockerfile)?.[1]
      ?.split(' ')
      .map((pair) => pair.split('=')[0]);
    for (const key of environment ?? []) expect(Object.keys(settingsShape)).toContain(key);
  });

  it('runs as a user without rights, without what is only for developers', () => {
    const api = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    expect(api).toMatch(/ AS api$/m);
    expect(api).toMatch(/^USER node$/m);
    expect(api).toMatch(/^CMD \["node"/m);
    expect(dockerfile).toMatch(/npm ci --omit=dev --omit=optional/);
    const node = (JSON.parse(readFileSync('package.json', 'utf8')) as { devDependencies: { node: string } })
      .devDependencies.node;
    expect(dockerfile).toContain(`FROM node:${/\d+/.exec(node)?.[0]}-slim`);
  });
});
