/**
 * Compares the SQL in the source with the real schema: `npm run check:sql`.
 *
 * Starts a PostgreSQL, migrates it, and has it parse and describe every statement that the code sends. A wrong table,
 * column or parameter is the server's own error; a row type that wants another column, type or nullability is ours.
 * Statements that are put together at run time cannot be checked; there may be as many as MAX_DYNAMIC.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { compare } from './compare.ts';
import { findQueries } from './queries.ts';
import { Schema } from './schema.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** A new one needs a reason, and this number raised. */
const MAX_DYNAMIC = 8;

const { database, stop } = await startDatabase();
try {
  process.exitCode = await check(process.argv[2] ?? join(ROOT, 'tsconfig.build.json'), database);
} finally {
  await stop();
}

async function check(config: string, url: string): Promise<number> {
  const program = programOf(config);
  const { queries, dynamic } = findQueries(program, ROOT);
  const schema = await Schema.open(url);
  let findings = 0;
  for (const query of queries)
    for (const finding of compare(program.getTypeChecker(), query, await schema.describe(query.sql))) {
      findings++;
      console.log(`${query.place}  ${finding}`);
    }
  await schema.close();
  if (dynamic.length > MAX_DYNAMIC) {
    findings++;
    console.log(`${dynamic.length} statements are put together at run time, ${MAX_DYNAMIC} are allowed:`);
    for (const place of dynamic) console.log(`  ${place}`);
  }
  const typed = queries.filter(({ row }) => row).length;
  console.log(
    `${queries.length} statements checked, ${typed} with a row type; ${dynamic.length} are put together at run time; ` +
      `${findings} findings`,
  );
  return findings === 0 ? 0 : 1;
}

function programOf(config: string): ts.Program {
  const parsed = ts.getParsedCommandLineOfConfigFile(
    config,
    { noEmit: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
      },
    },
  );
  if (!parsed) throw new Error(`${config} cannot be read`);
  return ts.createProgram(parsed.fileNames, parsed.options);
}

/** The server of the built application, with its schema, in a temporary folder. */
async function startDatabase(): Promise<{ database: string; stop(): Promise<void> }> {
  const built = (path: string) => import(pathToFileURL(join(ROOT, 'dist', path)).href);
  const [{ EmbeddedPostgres, createDataSource, migrate }, { entities }] = await Promise.all([
    built('platform/database/index.js'),
    built('entities.js'),
  ]);
  const dataDir = await mkdtemp(join(tmpdir(), 'swiftdrop-check-sql-'));
  const server = await EmbeddedPostgres.start({ dataDir, settings: { fsync: 'off' } });
  const dataSource = await createDataSource(server.url, 1, entities).initialize();
  await migrate(dataSource);
  await dataSource.destroy();
  return {
    database: server.url,
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
