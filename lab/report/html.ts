import type { RunResult } from '../result.ts';
import { html, raw, type Markup } from './markup.ts';
import { dataTable, linearAxis, logAxis, plot, timeAxis, trimmed } from './plot.ts';
import { STYLE } from './style.ts';
import { isGeneratorBusy } from './summary.ts';

/**
 * The report of a run as one file: no script is needed to read it, and its policy forbids it to fetch
 * anything from anywhere.
 */
export function renderReport(result: RunResult): string {
  const title = `${result.verdict}: ${result.shape} of ${count(result.settings.buyers)} buyers`;
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <main>
          ${heading(result)} ${isGeneratorBusy(result) && busyNote(result)} ${tiles(result)} ${checks(result)}
          <div class="grid2">
            ${rates(result)} ${histogram(result)} ${percentiles(result)} ${latencyOverTime(result)}
            ${stock(result)} ${memory(result)}
          </div>
          <div class="grid2">${answers(result)} ${acts(result)} ${facts(result)}</div>
          <footer>
            Made by the drop lab. <code>--seed ${result.settings.seed}</code> repeats the arrivals and choices
            of this run.
          </footer>
        </main>
      </body>
    </html> `;
  return document.text;
}

function heading(result: RunResult): Markup {
  const passed = result.verdict === 'PASS';
  return html`<header>
    <div>
      <h1>
        ${capital(result.shape)}: ${count(result.settings.buyers)} buyers, ${count(result.settings.stock)}
        units
      </h1>
      <p class="soft">
        ${capital(result.purpose)}. ${capital(result.target)}.
        <time datetime="${result.startedAt}">${result.startedAt.replace('T', ' ').slice(0, 16)} UTC</time>
      </p>
    </div>
    <p class="verdict ${passed ? 'pass' : 'fail'}">
      <span aria-hidden="true">${passed ? '✓' : '✗'}</span> ${result.verdict}
    </p>
  </header>`;
}

function busyNote({ generator }: RunResult): Markup {
  return html`<p class="note">
    The lab itself was held up (${generator.cpuPercent} % of a core, ${generator.maxLagMs.toFixed(0)} ms late
    at worst): latencies near that say more about this machine than about the shop.
  </p>`;
}

function tiles(result: RunResult): Markup {
  const { latencyMs, orders, refusals, errors } = result;
  const tile = (name: string, value: string, unit = '') =>
    html`<div>
      <dt>${name}</dt>
      <dd>${value}${unit && html` <small>${unit}</small>`}</dd>
    </div>`;
  return html`<dl class="tiles">
    ${tile(`orders, ${count(orders)} in all`, rate(result.ordersPerSecond), '/s')}
    ${tile(`refusals, ${count(sum(refusals))} in all`, rate(result.refusalsPerSecond), '/s')}
    ${tile('median latency', milliseconds(latencyMs.p50), 'ms')}
    ${tile('99th percentile', milliseconds(latencyMs.p99), 'ms')}
    ${tile('slowest', milliseconds(latencyMs.max), 'ms')} ${tile('errors', count(sum(errors)))}
  </dl>`;
}

function checks({ census }: RunResult): Markup {
  return html`<section class="card">
    <h2>What clients were told, against what the database says</h2>
    <ul class="checks">
      ${census.map(
        ({ check, passed, saw, examples = [] }) =>
          html`<li class="${passed ? 'passed' : 'failed'}">
            <span class="mark" aria-hidden="true">${passed ? '✓' : '✗'}</span>
            <div>
              <strong>${capital(check)}</strong><span class="hidden">, ${passed ? 'passed' : 'failed'}</span>
              <span class="soft">· ${saw}</span>
              ${
                examples.length > 0 &&
                html`<ul>
                  ${examples.map((example) => html`<li>${example}</li>`)}
                </ul>`
              }
            </div>
          </li>`,
      )}
    </ul>
  </section>`;
}

function rates({ series, orders, refusals, errors }: RunResult): Markup {
  const { rates: points, intervalSeconds } = series;
  const top = Math.max(1, ...points.flatMap((point) => [point.orders, point.refusals, point.errors]));
  const end = points.length * intervalSeconds;
  const course = (pick: (point: (typeof points)[number]) => number) => [
    ...points.map((point) => ({ x: point.at - intervalSeconds / 2, y: pick(point) })),
    { x: end, y: pick(points.at(-1) ?? { at: 0, orders: 0, refusals: 0, errors: 0 }) },
  ];
  const anyErrors = sum(errors) > 0;
  return plot({
    title: 'Orders and refusals over time',
    summary: `${count(orders)} orders and ${count(sum(refusals))} refusals, per second over every ${trimmed(intervalSeconds)} s.`,
    x: timeAxis(end),
    y: linearAxis('per second', top, count),
    series: [
      { name: 'orders', tone: 'yes', kind: 'step', points: course((point) => point.orders) },
      { name: 'refusals', tone: 'no', kind: 'step', dashed: true, points: course((point) => point.refusals) },
      ...(anyErrors
        ? [
            {
              name: 'errors',
              tone: 'error' as const,
              kind: 'step' as const,
              points: course((point) => point.errors),
            },
          ]
        : []),
    ],
    table: {
      head: ['seconds', 'orders/s', 'refusals/s', 'errors/s'],
      rows: points.map((point) => [trimmed(point.at), point.orders, point.refusals, point.errors]),
    },
    wide: true,
  });
}

/** Room above the bars for the percentiles' labels. */
const HEADROOM = 1.45;

function histogram({ latencyHistogram: bins, latencyMs, model }: RunResult): Markup | undefined {
  const [first, last] = [bins[0], bins.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const from = first.fromMs / 1.3;
  const to = last.toMs * 1.3;
  const markers = (['p50', 'p90', 'p99', 'max'] as const).map((name) => ({
    at: latencyMs[name],
    label: `${name} ${milliseconds(latencyMs[name])} ms`,
  }));
  return plot({
    title: 'How long a purchase took',
    summary: `From the ${model === 'open' ? 'intended send time' : 'sending, as fast as answers came'}; logarithmic.`,
    x: logAxis('milliseconds', from, to, milliseconds),
    y: linearAxis('purchases', Math.max(...bins.map((bin) => bin.count)) * HEADROOM, count),
    bars: bins.map((bin) => ({ from: bin.fromMs, to: bin.toMs, value: bin.count })),
    markers,
    table: {
      head: ['from ms', 'to ms', 'purchases'],
      rows: bins.map((bin) => [trimmed(bin.fromMs), trimmed(bin.toMs), bin.count]),
    },
  });
}

const CURVE_END = 99.995;

function percentiles({ latencyPercentiles: points, latencyMs }: RunResult): Markup | undefined {
  if (points.length === 0) return undefined;
  /** Each nine takes the same room, as in HdrHistogram's own plots. */
  const position = (percentile: number) =>
    Math.log10(100 / (100 - Math.min(percentile, CURVE_END))) / Math.log10(100 / (100 - CURVE_END));
  return plot({
    title: 'Latency by percentile',
    summary: `Half of all purchases took at most ${milliseconds(latencyMs.p50)} ms, 99 in 100 at most ${milliseconds(latencyMs.p99)} ms.`,
    x: {
      label: 'percent of purchases',
      position,
      ticks: [50, 90, 99, 99.9, 99.99].map((at) => ({ at, label: `${at} %` })),
    },
    y: linearAxis('milliseconds', Math.max(...points.map(({ ms }) => ms)), milliseconds),
    series: [
      {
        name: 'latency',
        tone: 'slow',
        kind: 'area',
        points: points.map(({ percentile, ms }) => ({ x: percentile, y: ms })),
      },
    ],
    table: {
      head: ['percent', 'ms'],
      rows: points.map(({ percentile, ms }) => [percentile, milliseconds(ms)]),
    },
  });
}

function latencyOverTime({ series }: RunResult): Markup | undefined {
  const seen = series.latency.filter((tick) => tick.p99Ms !== null);
  if (seen.length < 3) return undefined;
  return plot({
    title: 'Latency over time',
    summary: 'Median and 99th percentile of each quarter of a second.',
    x: timeAxis(Math.max(...series.latency.map(({ at }) => at))),
    y: linearAxis('milliseconds', Math.max(...seen.map(({ p99Ms }) => p99Ms ?? 0)), milliseconds),
    series: [
      {
        name: 'median',
        tone: 'typical',
        kind: 'line',
        points: series.latency.map(({ at, p50Ms }) => ({ x: at, y: p50Ms })),
      },
      {
        name: '99th percentile',
        tone: 'slow',
        kind: 'line',
        dashed: true,
        points: series.latency.map(({ at, p99Ms }) => ({ x: at, y: p99Ms })),
      },
    ],
    table: {
      head: ['seconds', 'p50 ms', 'p99 ms'],
      rows: seen.map(({ at, p50Ms, p99Ms }) => [
        trimmed(at),
        milliseconds(p50Ms ?? 0),
        milliseconds(p99Ms ?? 0),
      ]),
    },
  });
}

function stock({ series, settings }: RunResult): Markup | undefined {
  const points = series.stock;
  const last = points.at(-1);
  if (last === undefined) return undefined;
  return plot({
    title: 'Stock over time',
    summary: `${count(last.remaining)} of ${count(settings.stock)} units left at the end, as shoppers see it.`,
    x: timeAxis(Math.max(last.at, series.rates.length * series.intervalSeconds)),
    y: linearAxis('units left', settings.stock, count),
    series: [
      {
        name: 'stock',
        tone: 'stock',
        kind: 'area',
        points: points.map(({ at, remaining }) => ({ x: at, y: remaining })),
      },
    ],
    table: { head: ['seconds', 'units'], rows: points.map(({ at, remaining }) => [trimmed(at), remaining]) },
  });
}

function memory({ series }: RunResult): Markup | undefined {
  const points = series.memory;
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 5) return undefined;
  return plot({
    title: 'Memory of the server',
    summary: `Resident memory: ${first.megabytes} MB at first, ${last.megabytes} MB at the end.`,
    x: timeAxis(last.at),
    y: linearAxis('MB', Math.max(...points.map(({ megabytes }) => megabytes)), count),
    series: [
      {
        name: 'memory',
        tone: 'slow',
        kind: 'area',
        points: points.map(({ at, megabytes }) => ({ x: at, y: megabytes })),
      },
    ],
    table: { head: ['seconds', 'MB'], rows: points.map(({ at, megabytes }) => [trimmed(at), megabytes]) },
  });
}

function answers({ orders, refusals, errors }: RunResult): Markup {
  const rows: [string, string, string][] = [
    ['order', 'yes', count(orders)],
    ...Object.entries(refusals).map(([code, seen]): [string, string, string] => [
      code,
      'a refusal',
      count(seen),
    ]),
    ...Object.entries(errors).map(([code, seen]): [string, string, string] => [
      code,
      'an error',
      count(seen),
    ]),
  ];
  return html`<section class="card">
    <h2>Answers</h2>
    <div class="scroll">${dataTable({ head: ['answer', 'which is', 'count'], rows })}</div>
  </section>`;
}

function acts({ acts: byName, latencyMs, serviceMs, orders, refusals }: RunResult): Markup {
  const row = (name: string, seen: number, figures: RunResult['latencyMs']) => [
    name,
    count(seen),
    milliseconds(figures.p50),
    milliseconds(figures.p90),
    milliseconds(figures.p99),
    milliseconds(figures.max),
  ];
  const purchases = orders + sum(refusals);
  return html`<section class="card">
    <h2>Latency by act, ms</h2>
    <div class="scroll">
      ${dataTable({
        head: ['act', 'count', 'p50', 'p90', 'p99', 'max'],
        rows: [
          row('purchase', purchases, latencyMs),
          row('without lab queue', purchases, serviceMs),
          ...Object.entries(byName).map(([name, figures]) => row(name, figures.count, figures)),
        ],
      })}
    </div>
  </section>`;
}

function facts({ settings, machine, target, model, preparation, generator, runId }: RunResult): Markup {
  const entries: [string, string][] = [
    ['target', target],
    ['load', model === 'open' ? 'open model: arrivals wait for nobody' : 'closed model: one after the other'],
    ['rate', settings.rate === null ? 'as fast as answered' : `${count(settings.rate)} /s`],
    ['duration', `${trimmed(settings.durationSeconds)} s`],
    ['connections', count(settings.connections)],
    ['event items', count(settings.items)],
    ['buyers made in', `${preparation.buyersSeconds.toFixed(1)} s`],
    ['lab’s own CPU', `${generator.cpuPercent} % of a core`],
    ['machine', `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGigabytes} GB`],
    ['system', `${machine.os}, Node ${machine.node}`],
    ['run', runId],
  ];
  return html`<section class="card wide">
    <h2>The run and the machine</h2>
    <dl class="facts">
      ${entries.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
  </section>`;
}

function count(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: value < 10 ? 1 : 0 });
}

/** A dash where all came within too short a time to be a rate. */
function rate(perSecond: number | null): string {
  return perSecond === null ? '–' : count(perSecond);
}

function milliseconds(value: number): string {
  return value < 10 ? trimmed(value) : value.toLocaleString('en-GB', { maximumFractionDigits: 1 });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, value) => total + value, 0);
}
