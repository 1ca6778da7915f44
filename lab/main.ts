import { randomInt } from 'node:crypto';
import { CouldNotRun } from './api.ts';
import { compare } from './compare.ts';
import { checkWritable, save } from './files.ts';
import { HELP, parseCommand, UsageError, type RunOptions } from './options.ts';
import { renderReport } from './report/html.ts';
import { renderSummary } from './report/summary.ts';
import type { RunResult } from './result.ts';
import { openTarget, runOnce } from './run.ts';
import { ensureBuilt } from './target.ts';

const PASS = 0;
const FAIL = 1;
const COULD_NOT_RUN = 2;

async function main(args: string[]): Promise<number> {
  const command = parseCommand(args, randomInt(2 ** 32));
  if (command.name === 'help') {
    process.stdout.write(HELP);
    return PASS;
  }
  const { json, html } = command.name === 'run' ? command.options : command.options.run;
  for (const file of [json, html]) if (file) await checkWritable(file);
  const interrupted = new AbortController();
  const stop = () => {
    // The first Ctrl-C ends the load and still clears up; a second one ends the lab.
    process.stderr.write('\nending the run …\n');
    interrupted.abort();
    process.removeListener('SIGINT', stop);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  if (command.name === 'compare') return compare(command.options, interrupted.signal, process.stdout);
  return run(command.options, interrupted.signal);
}

async function run(options: RunOptions, interrupted: AbortSignal): Promise<number> {
  if (options.target.kind === 'embedded') {
    await ensureBuilt();
    process.stderr.write('starting a server of its own …\n');
  }
  const target = await openTarget(options);
  let result: RunResult;
  try {
    result = await runOnce(target, options, interrupted, process.stdout);
  } finally {
    await target.stop();
  }
  process.stdout.write(renderSummary(result));
  if (options.json) await save(options.json, `${JSON.stringify(result, null, 2)}\n`, process.stdout);
  if (options.html) await save(options.html, renderReport(result), process.stdout);
  return result.verdict === 'PASS' ? PASS : FAIL;
}

main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: unknown) => {
    if (error instanceof UsageError) process.stderr.write(`lab: ${error.message}\n`);
    else if (error instanceof CouldNotRun) process.stderr.write(`lab could not run: ${error.message}\n`);
    else console.error(error);
    process.exit(COULD_NOT_RUN);
  },
);
