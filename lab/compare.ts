import { save } from './files.ts';
import type { CompareOptions, RunOptions, TargetChoice } from './options.ts';
import type { RunResult } from './result.ts';
import { openTarget, runOnce } from './run.ts';

/** What is compared; for each, b ÷ a. */
const figures = {
  'orders/s': (result: RunResult) => result.ordersPerSecond,
  'refusals/s': (result: RunResult) => result.refusalsPerSecond,
  'p50 ms': (result: RunResult) => result.latencyMs.p50,
  'p99 ms': (result: RunResult) => result.latencyMs.p99,
};
type Figure = keyof typeof figures;

export interface Comparison {
  rounds: Record<Figure, { a: number | null; b: number | null; ratio: number | null }>[];
  medianRatio: Record<Figure, number | null>;
}

/**
 * A B A B: what the machine does meanwhile (other work, a warm disk, heat) falls on both alike, and each
 * pair is a measurement of its own.
 * @returns the exit status: 1 if any run failed its census
 */
export async function compare(
  options: CompareOptions,
  interrupted: AbortSignal,
  out: NodeJS.WriteStream,
): Promise<number> {
  const results: { a: RunResult; b: RunResult }[] = [];
  for (let round = 0; round < options.rounds && !interrupted.aborted; round++) {
    out.write(`\nround ${round + 1} of ${options.rounds}\n`);
    const pair = {
      a: await runSide(options.a, options.run, interrupted, out),
      b: await runSide(options.b, options.run, interrupted, out),
    };
    results.push(pair);
  }
  const comparison = compareRounds(results);
  out.write(renderComparison(comparison, options.labels));
  const failed = results.flatMap(({ a, b }) => [a, b]).filter(({ verdict }) => verdict === 'FAIL').length;
  if (failed > 0) out.write(`  FAIL   ${failed} of ${results.length * 2} runs failed their census\n`);
  if (options.run.json)
    await save(
      options.run.json,
      `${JSON.stringify({ labels: options.labels, ...comparison, results }, null, 2)}\n`,
      out,
    );
  return failed > 0 ? 1 : 0;
}

async function runSide(
  target: TargetChoice,
  options: RunOptions,
  interrupted: AbortSignal,
  out: NodeJS.WriteStream,
): Promise<RunResult> {
  const opened = await openTarget({ ...options, target });
  try {
    const result = await runOnce(opened, { ...options, target }, interrupted, out);
    out.write(
      `${result.verdict}  ${result.ordersPerSecond ?? '–'} orders/s  ${result.refusalsPerSecond ?? '–'} refusals/s  ` +
        `p50 ${result.latencyMs.p50} ms  p99 ${result.latencyMs.p99} ms\n`,
    );
    return result;
  } finally {
    await opened.stop();
  }
}

function compareRounds(results: readonly { a: RunResult; b: RunResult }[]): Comparison {
  const names = Object.keys(figures) as Figure[];
  const rounds = results.map(
    ({ a, b }) =>
      Object.fromEntries(
        names.map((name) => {
          const [ofA, ofB] = [figures[name](a), figures[name](b)];
          return [name, { a: ofA, b: ofB, ratio: ofA && ofB ? ofB / ofA : null }];
        }),
      ) as Comparison['rounds'][number],
  );
  const medianRatio = Object.fromEntries(
    names.map((name) => [name, median(rounds.flatMap((round) => round[name].ratio ?? []))]),
  ) as Comparison['medianRatio'];
  return { rounds, medianRatio };
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

function renderComparison({ rounds, medianRatio }: Comparison, labels: { a: string; b: string }): string {
  const lines = ['', `  a: ${labels.a}`, `  b: ${labels.b}`, ''];
  const names = Object.keys(medianRatio) as Figure[];
  lines.push(`  ${'b ÷ a'.padEnd(10)}${names.map((name) => name.padStart(14)).join('')}`);
  const ratio = (value: number | null) => (value === null ? '-' : `${value.toFixed(2)} ×`).padStart(14);
  rounds.forEach((round, index) =>
    lines.push(
      `  ${`round ${index + 1}`.padEnd(10)}${names.map((name) => ratio(round[name].ratio)).join('')}`,
    ),
  );
  lines.push(`  ${'median'.padEnd(10)}${names.map((name) => ratio(medianRatio[name])).join('')}`, '', '');
  return lines.join('\n');
}
