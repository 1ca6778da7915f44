import type { RunResult } from '../result.ts';

/** The end of a run on a terminal. */
export function renderSummary(result: RunResult): string {
  const { latencyMs, serviceMs, acts, generator } = result;
  const lines: string[] = [''];
  const row = (name: string, ...cells: string[]) =>
    lines.push(`  ${name.padEnd(22)}${cells.map((cell) => cell.padStart(12)).join('')}`);
  row('', 'count', 'per second');
  row('orders', number(result.orders), perSecond(result.ordersPerSecond));
  row('refusals', number(sum(result.refusals)), perSecond(result.refusalsPerSecond));
  for (const [code, count] of Object.entries(result.refusals)) row(`  ${code}`, number(count));
  row('errors', number(sum(result.errors)));
  for (const [code, count] of Object.entries(result.errors)) row(`  ${code}`, number(count));
  lines.push('');
  row('latency, ms', 'p50', 'p90', 'p99', 'max');
  const percentiles = (name: string, { p50, p90, p99, max }: typeof latencyMs) =>
    row(name, ...[p50, p90, p99, max].map((ms) => ms.toFixed(1)));
  percentiles('purchase', latencyMs);
  percentiles('  without lab queue', serviceMs);
  for (const [act, figures] of Object.entries(acts)) percentiles(act, figures);
  lines.push('', '  census');
  for (const { check, passed, saw, examples = [] } of result.census) {
    lines.push(`  ${passed ? '✓' : '✗'} ${check}: ${saw}`);
    for (const example of examples) lines.push(`      ${example}`);
  }
  if (isGeneratorBusy(result))
    lines.push(
      '',
      `  note: the lab itself was busy (${generator.cpuPercent} % of a core, ${generator.maxLagMs.toFixed(0)} ms late at worst);`,
      '  latencies near that say more about it than about the shop',
    );
  lines.push('', `  ${result.verdict}   (seed ${result.settings.seed} repeats this run)`, '', '');
  return lines.join('\n');
}

/** Whether the load generator was so busy that its own delays colour the latencies. */
export function isGeneratorBusy({ generator }: RunResult): boolean {
  return generator.cpuPercent > 90 || generator.maxLagMs > 50;
}

/** A dash where all came within too short a time to be a rate. */
function perSecond(rate: number | null): string {
  return rate === null ? '–' : number(rate);
}

function number(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 1 });
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
