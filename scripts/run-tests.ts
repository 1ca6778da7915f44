/**
 * Runs everything that must hold, one step after the other, and closes with the sum over all suites:
 * `N passed, N failed`. A failed step does not hide the others; the exit code is 0 only if all passed.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

interface Step {
  title: string;
  command: string;
  args: string[];
  /** Reads the runner's own count; a step without one counts as a single test. */
  tally?: (exitCode: number) => Tally;
}

const scratch = mkdtempSync(join(tmpdir(), 'swiftdrop-run-'));
// Root's PostgreSQL runs as another user, who has to get at its folder in there.
chmodSync(scratch, 0o711);
/** Inherited by most of what the steps start; PostgreSQL, which inherits nothing, keeps its data under `scratch`. */
const RUN_MARKER = `SWIFTDROP_TEST_RUN=${scratch}`;

interface RunnerReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numFailedTestSuites: number;
}

/** Jest and Vitest write the same members. A suite that could not even load counts as a failure. */
function reportTally(file: string): (exitCode: number) => Tally {
  return (exitCode) => {
    let report: RunnerReport;
    try {
      report = JSON.parse(readFileSync(file, 'utf8')) as RunnerReport;
    } catch {
      return { passed: 0, failed: 1, skipped: 0 };
    }
    const failed = report.numFailedTests || (exitCode === 0 ? 0 : Math.max(1, report.numFailedTestSuites));
    return { passed: report.numPassedTests, failed, skipped: report.numPendingTests };
  };
}

const jestReport = join(scratch, 'jest.json');
const vitestReport = join(scratch, 'vitest.json');
const npmRun = (script: string, ...args: string[]): Pick<Step, 'command' | 'args'> => ({
  command: 'npm',
  args: ['run', '--silent', script, ...(args.length > 0 ? ['--', ...args] : [])],
});

const steps: Step[] = [
  { title: 'Lint', ...npmRun('lint') },
  { title: 'Types', ...npmRun('types') },
  { title: 'Module rule', ...npmRun('modules') },
  { title: 'Build', ...npmRun('build') },
  { title: 'SQL', ...npmRun('check:sql') },
  {
    title: 'Unit, integration, e2e, concurrency and browser tests',
    ...npmRun('jest', '--json', `--outputFile=${jestReport}`),
    tally: reportTally(jestReport),
  },
  {
    title: 'Component tests of the shop',
    command: 'npm',
    args: [
      'run',
      '--silent',
      'test',
      '-w',
      'web',
      '--',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${vitestReport}`,
    ],
    tally: reportTally(vitestReport),
  },
];

function run({ command, args }: Step): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      // Jest's --json sends the report to a file and the progress to stderr.
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        TMPDIR: scratch,
        SWIFTDROP_TEST_RUN: scratch,
        FORCE_COLOR: process.stdout.isTTY ? '1' : '0',
      },
    });
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Processes that the steps started and that still run (Linux only; elsewhere nothing is said). */
function survivors(): string[] {
  let pids: string[];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  } catch {
    return [];
  }
  return pids.flatMap((pid) => {
    try {
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      const ours = environment.includes(RUN_MARKER) || commandLine.includes(scratch);
      return ours && commandLine !== '' ? [`${pid} ${commandLine.slice(0, 120)}`] : [];
    } catch {
      return [];
    }
  });
}

const total: Tally = { passed: 0, failed: 0, skipped: 0 };
const summary: string[] = [];
const startedAt = Date.now();

for (const [index, step] of steps.entries()) {
  console.log(`\n[${index + 1}/${steps.length}] ${step.title}`);
  const stepStartedAt = Date.now();
  const exitCode = await run(step);
  const tally = step.tally?.(exitCode) ?? {
    passed: exitCode === 0 ? 1 : 0,
    failed: exitCode === 0 ? 0 : 1,
    skipped: 0,
  };
  total.passed += tally.passed;
  total.failed += tally.failed;
  total.skipped += tally.skipped;
  const seconds = ((Date.now() - stepStartedAt) / 1000).toFixed(1);
  summary.push(
    `${tally.failed > 0 ? 'FAIL' : 'ok  '}  ${step.title}: ${tally.passed} passed, ${tally.failed} failed` +
      `${tally.skipped > 0 ? `, ${tally.skipped} skipped` : ''} (${seconds} s)`,
  );
}

const left = survivors();
if (left.length > 0) {
  total.failed += 1;
  summary.push(`FAIL  Left running:\n      ${left.join('\n      ')}`);
} else {
  total.passed += 1;
  summary.push('ok    Nothing left running');
}

rmSync(scratch, { recursive: true, force: true });
console.log(`\n${summary.join('\n')}\n\nAll suites in ${Math.round((Date.now() - startedAt) / 1000)} s`);
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
);
process.exitCode = total.failed > 0 ? 1 : 0;
