import { Meter } from '../load/meter.ts';
import { parseCommand, type RunOptions } from '../options.ts';
import { toResult, type RunResult } from '../result.ts';
import { renderReport } from './html.ts';
import { renderSummary } from './summary.ts';

function aRun(passed = true): RunResult {
  const command = parseCommand(['run', '--seed', '7'], 1);
  const meter = new Meter();
  for (let at = 0; at < 500; at++) {
    meter.granted(at, at + 1, at + 5 + (at % 40));
    meter.refused('SOLD_OUT', at, at + 1, at + 3);
  }
  meter.failure(0, 'ECONNRESET', 20);
  meter.stock.push({ at: 0, remaining: 200 }, { at: 0.5, remaining: 0 });
  return toResult(
    (command as { options: RunOptions }).options,
    meter,
    [
      {
        check: 'no oversell',
        passed,
        saw: '5 < 7 & <script>alert(1)</script>',
        ...(!passed && { examples: ['o-1'] }),
      },
    ],
    {
      runId: 'abc',
      purpose: 'a test',
      target: 'http://x/"><img src=x>',
      startedAt: new Date(0),
      buyersSeconds: 0.1,
      generatorCpuPercent: 10,
    },
  );
}

describe('the report', () => {
  it('fetches nothing from anywhere and runs no script', () => {
    const report = renderReport(aRun());
    expect(report).not.toMatch(/<(script|link|img|iframe|object|base)\b/i);
    expect(report).not.toMatch(/<[^>]*\s(src|href)=/i);
    expect(report).not.toMatch(/url\(|@import/i);
    expect(report).toContain("default-src 'none'");
  });

  it('escapes what comes from elsewhere', () => {
    const report = renderReport(aRun());
    expect(report).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(report).toContain('&quot;&gt;&lt;img');
  });

  it('draws each plot, and gives its numbers as a table too', () => {
    const report = renderReport(aRun());
    for (const title of [
      'Orders and refusals over time',
      'How long a purchase took',
      'Latency by percentile',
      'Stock over time',
    ])
      expect(report).toContain(`<h2>${title}</h2>`);
    const plots = report.match(/<figure class="plot/g)?.length ?? 0;
    expect(report.match(/The numbers/g)).toHaveLength(plots);
    expect(report.match(/role="img"/g)).toHaveLength(plots);
    expect(report).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('says FAIL and shows the offenders', () => {
    const report = renderReport(aRun(false));
    expect(report).toContain('class="verdict fail"');
    expect(report).toContain('<li>o-1</li>');
    expect(renderSummary(aRun(false))).toMatch(/✗ no oversell[\s\S]*o-1[\s\S]*FAIL/);
  });

  it('stands with nothing to show', () => {
    const run = aRun();
    run.latencyHistogram = [];
    run.latencyPercentiles = [];
    Object.assign(run.series, { rates: [], latency: [], stock: [], memory: [] });
    expect(renderReport(run)).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('the result', () => {
  it('has what it promises, from the meter', () => {
    const result = aRun();
    expect(result).toMatchObject({
      verdict: 'PASS',
      census: [{ check: 'no oversell', passed: true }],
      orders: 500,
      refusals: { SOLD_OUT: 500 },
      errors: { '0 ECONNRESET': 1 },
      machine: { cores: expect.any(Number), node: process.version },
    });
    expect(result.latencyMs.p50).toBeGreaterThan(2.9);
    expect(result.latencyMs.max).toBeCloseTo(44, 0);
    expect(result.latencyHistogram.reduce((sum, bin) => sum + bin.count, 0)).toBe(1000);
    expect(aRun(false).verdict).toBe('FAIL');
  });
});
